// SPDX-License-Identifier: MIT
#include "fashion/task_sets.hpp"

#include <denim/data/data_set_file.hpp>

namespace fashion {

LabelledSet read_set(const std::filesystem::path& folder, const Task& task, std::string_view part) {
    const std::filesystem::path path = folder / (std::string{task.name} + "-" + std::string{part} + ".npz");
    LabelledSet set{denim::read_data_set(path, class_names(task)), denim::Npz{path}.read("kinds").as<std::int32_t>()};
    constexpr denim::Shape frame{120, 90, 3};
    if (set.shape() != frame)
        throw denim::FileError(path.string(), "pictures of 90 x 120 in 3 colours were expected, they are " +
                                                  std::to_string(set.shape().width) + " x " +
                                                  std::to_string(set.shape().height));
    if (set.size() == 0) throw denim::FileError(path.string(), "the set is empty; convert more photographs");
    if (set.shown.size() != set.size()) throw denim::FileError(path.string(), "a kind was expected for each photograph");
    for (std::size_t n = 0; n < set.size(); ++n) {
        const auto kind = static_cast<std::size_t>(set.shown[n]);
        if (kind >= kinds.size() || !concerns(task, kinds[kind]) || label(task, kinds[kind]) != set.labels(n))
            throw denim::FileError(path.string(),
                                   "photograph " + std::to_string(n) + " has a label that is not that of its kind");
    }
    return set;
}

TaskSets read_sets(const std::filesystem::path& folder, std::string_view name) {
    const Task& task = task_named(name);
    return {{&task, 1}, read_set(folder, task, parts[0]), read_set(folder, task, parts[1]), read_set(folder, task, parts[2])};
}

HeadSets read_head_sets(const std::filesystem::path& folder) {
    TaskSets sets = read_sets(folder, "primary");
    return {head_tasks, HeadSet{std::move(sets.train)}, HeadSet{std::move(sets.validation)}, HeadSet{std::move(sets.test)}};
}

}  // namespace fashion
