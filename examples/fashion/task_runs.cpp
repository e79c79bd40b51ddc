// SPDX-License-Identifier: MIT
// What tasks share, and the one whose network has a head for each question, which sweeps sets of its own.
#include "fashion/task_runs.hpp"

#include <cstdio>
#include <iostream>

template denim::SweepTable denim::sweep(const std::vector<denim::SweepPoint>&, const fashion::LabelledSet&,
                                        const fashion::LabelledSet&, const fashion::LabelledSet&, const denim::SweepOptions&);

namespace fashion {

void print_result(const TaskResult& result) {
    const denim::Repeats test = result.setting().test_accuracy();
    std::printf("%-16s test %6.2f %%", result.task.c_str(), 100 * test.mean);
    if (test.count > 1) std::printf(" +- %.2f over %zu runs", 100 * test.deviation, test.count);
    if (result.study != 0) std::printf("  (study %.2f %%)", 100 * result.study);
    std::printf("  %zu photographs, %.0f s a run, %s\n", result.best.truth.size(), result.setting().seconds().mean,
                result.setting().name.c_str());
    std::fflush(stdout);
}

denim::Weights weights_of(const Options& options, const std::string& task, const Family& family, const denim::SweepRun& run) {
    return denim::read_weights(options.log(task) / family.name / run.folder / "best.safetensors");
}

void write_page(const Options& options, const TaskResult& result) {
    std::filesystem::create_directories(options.report);
    write_report(options.report / (result.task + ".html"), result.best);
}

void show_grid(const Options& options, const std::string& task, const Family& family, denim::SweepTable table) {
    table.name = task + ", " + family.name;
    std::cout << '\n' << table.name << '\n' << table << std::flush;
    write_report(options.report / (task + "-" + family.name + ".html"), table);
}

template denim::SweepTable train_runs<EveryLabel>(const Options&, const SetsOf<EveryLabel>&, const Family&,
                                                  EveryLabel::Setting);

template TaskResult run_task<EveryLabel>(const Options&, const SetsOf<EveryLabel>&);

template void run_program_task<EveryLabel>(const Options&, const std::vector<TaskGrid>&);

}  // namespace fashion
