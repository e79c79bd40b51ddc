// SPDX-License-Identifier: MIT
#include "study/tasks.hpp"

namespace fashion {
namespace {

template <class... Task>
std::vector<TaskResult> run_tasks(const Options& options) {
    std::vector<TaskResult> results;
    const auto run = [&]<class Each>(std::type_identity<Each>) {
        results.push_back(run_task<Each>(options, TaskSets{options.data, task_named(Each::name)}));
        print_result(results.back());
    };
    (run(std::type_identity<Task>{}), ...);
    return results;
}

}  // namespace

std::vector<TaskResult> run_every_task(const Options& options) {
    return run_tasks<Primary, Glasses, TrousersAll, TrousersGender, TrousersMale, TrousersFemale, ShoesAll, ShoesGender,
                     ShoesMale, ShoesFemale>(options);
}

std::vector<Comparison> compare_approaches(const Options& options) {
    return {compare_trousers(options), compare_shoes(options)};
}

}  // namespace fashion
