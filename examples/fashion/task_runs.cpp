// SPDX-License-Identifier: MIT
#include "fashion/task_runs.hpp"

#include <cstdio>
#include <iostream>

template denim::SweepTable denim::sweep(const std::vector<denim::SweepPoint>&, const fashion::LabelledSet&,
                                        const fashion::LabelledSet&, const fashion::LabelledSet&, const denim::SweepOptions&);

namespace fashion {

const denim::SweepRun& best_run(const denim::SweepRow& row) {
    const auto less = [](double left, double right) { return denim::is_less(left, right); };  // always inlined, so it has no address
    return *std::ranges::min_element(row.runs, less, [](const denim::SweepRun& run) { return run.best().validation.loss; });
}

void print_result(const std::string& task, const denim::SweepRow& setting, std::size_t photographs, double study) {
    const denim::Repeats test = setting.test_accuracy();
    std::printf("%-16s test %6.2f %%", task.c_str(), 100 * test.mean);
    if (test.count > 1) std::printf(" +- %.2f over %zu runs", 100 * test.deviation, test.count);
    if (study != 0) std::printf("  (study %.2f %%)", 100 * study);
    std::printf("  %zu photographs, %.0f s a run, %s\n", photographs, setting.seconds().mean, setting.name.c_str());
    std::fflush(stdout);
}

void show_grid(const Options& options, const std::string& task, const std::string& family, denim::SweepTable table) {
    table.name = task + ", " + family;
    std::cout << '\n' << table.name << '\n' << table << std::flush;
    write_report(options.report / (task + "-" + family + ".html"), table);
}

}  // namespace fashion
