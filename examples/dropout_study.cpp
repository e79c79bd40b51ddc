// SPDX-License-Identifier: MIT
// Does dropout or L2 help? Trousers with a wide layer of 1024 and dropout behind it, rates 0.0 to 0.9, then L2 1e-5 to 0.1: at
// least ten repeats each, and a plain statement whether any difference is more than noise.
#include "fashion/task_runs.hpp"

#include <cmath>
#include <iostream>

using namespace denim;

namespace {

template <std::size_t Wide>
using WithDropout =
    Network<Image<120, 90, 3>, Sequential<Conv<3, 64>, MaxPool, Conv<3, 64>, MaxPool, Dense<Wide, ReLU>, Dropout, Dense<4>>>;
using Setting = Grid<WithDropout, Values<1024>>;

/// The setting that has none of what the axis varies.
const SweepRow* without(const SweepTable& table, const std::string& axis) {
    const auto plain = std::ranges::find_if(table.rows, [&](const SweepRow& row) {
        const auto found = row.parameters.find(axis);
        return found == row.parameters.end() || found->second == HyperParameter{0.0};
    });
    return plain == table.rows.end() ? nullptr : &*plain;
}

/// Whether the best setting is more than luck: Welch's test against the setting without, at a level shared by all comparisons
/// (Bonferroni).
std::string statement(const SweepTable& table, const std::string& axis) {
    const SweepRow* const plain = without(table, axis);
    if (!plain || plain->runs.size() < 2) return "One run of each setting proves nothing; repeat them.";
    const Repeats before = plain->test_accuracy();
    std::string words;
    for (const SweepRow& row : table.rows) {
        if (&row == plain) continue;
        const Repeats after = row.test_accuracy();
        const WelchTest test = welch_test(after, before);
        const double probability = test.probability * static_cast<double>(table.rows.size() - 1);
        if (probability >= 0.05) continue;
        char text[160];
        std::snprintf(text, sizeof text, "%s is %s than none by %.2f %% (p = %.4f after %zu comparisons). ", row.name.c_str(),
                      test.difference > 0 ? "better" : "worse", 100 * std::fabs(test.difference), probability,
                      table.rows.size() - 1);
        words += text;
    }
    return words.empty() ? "No difference is more than noise: none of the settings differs from none at the 5 % level." : words;
}

void run(const fashion::Options& options, const std::string& task) {
    const fashion::TaskSets sets = fashion::read_sets(options.data, task);
    Page page{"Dropout and L2"};
    // `none`: the runs without, if another axis has them already.
    const auto study = [&](const std::string& axis, std::vector<float> l2, std::vector<float> dropout, const SweepRow* none) {
        SweepTable table = sweep(Setting{}, sets.train, sets.validation, sets.test,
                                 {.log = options.log("dropout-study") / axis,
                                  .axes = {"dense"},
                                  .l2 = std::move(l2),
                                  .dropout = std::move(dropout),
                                  .repeats = options.repeat,
                                  .first_seed = options.seed,
                                  .epochs = options.epochs_of(20),
                                  .labels = sets.train.class_names,
                                  .side_by_side = options.side_by_side,
                                  .hands = options.hands});
        table.name = axis;
        if (none) {
            table.rows.push_back(*none);
            table.sort();
        }
        const std::string words = statement(table, axis);
        std::cout << axis << '\n' << table << words << "\n\n" << std::flush;
        page.heading(axis == "l2" ? "L2" : "Dropout");
        page.paragraph(words);
        add_sweep(page, table);
        return table;
    };
    const SweepTable dropout = study("dropout", {0}, {0, 0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f, 0.9f}, nullptr);
    study("l2", {1e-5f, 1e-4f, 1e-3f, 1e-2f, 1e-1f}, {0}, without(dropout, "dropout"));
    page.write(options.report / "dropout-study.html");
}

}  // namespace

int main(int count, char** words) {
    return fashion::run_program(
        count, words, "dropout_study",
        "Trains trousers-all with dropout and with L2, repeatedly, and says what is more than noise.",
        fashion::Options{.repeat = 10}, [](const fashion::Options& options) { run(options, "trousers-all"); },
        [](CLI::App&, fashion::Options&) {});
}
