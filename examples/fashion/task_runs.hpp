// SPDX-License-Identifier: MIT
#pragma once

// A task of the study from its sets to its models, tables and pages.

#include <denim/denim.hpp>
#include <denim/exchange/save.hpp>
#include <denim/report.hpp>
#include <denim/sweep.hpp>
#include <denim/training/head_slice.hpp>

#include "fashion/confidence.hpp"
#include "fashion/familiarity.hpp"
#include "fashion/kind_probabilities.hpp"
#include "fashion/networks.hpp"
#include "fashion/options.hpp"
#include "fashion/program_task.hpp"
#include "fashion/task_sets.hpp"

// Compiled once for all programs, in task_runs.cpp.
extern template denim::SweepTable denim::sweep(const std::vector<denim::SweepPoint>&, const fashion::LabelledSet&,
                                               const fashion::LabelledSet&, const fashion::LabelledSet&,
                                               const denim::SweepOptions&);

namespace fashion {

/// What came of a task: its runs, best setting first, and the run that was kept as the task's model.
struct TaskResult {
    std::string task;
    double study = 0;  ///< test accuracy that the study printed, 0 if none
    denim::SweepTable table;
    denim::RunReport best;

    [[nodiscard]] const denim::SweepRow& setting() const { return table.rows[0]; }
};

/// The run of a setting with the least validation loss.
inline const denim::SweepRun& best_run(const denim::SweepRow& row) {
    const auto less = [](double left, double right) { return denim::is_less(left, right); };  // always inlined, so it has no address
    return *std::ranges::min_element(row.runs, less, [](const denim::SweepRun& run) { return run.best().validation.loss; });
}

/// Trains the settings of a grid, each `options.repeat` times; what its logs have already is not trained again.
template <class Task, class Grid>
denim::SweepTable train_runs(const Options& options, const SetsOf<Task>& sets, const Family& family, Grid grid) {
    return sweep(grid, sets.train, sets.validation, sets.test,
                 {.log = options.log(Task::name) / family.name,
                  .axes = family.axes,
                  .repeats = options.repeat,
                  .first_seed = options.seed,
                  .epochs = options.epochs_of(Task::epochs),
                  .augmentation = Task::augmentation,
                  .labels = class_names(questions_of<Task>()),
                  .hands = options.hands});
}

/// What a run kept.
denim::Weights weights_of(const Options& options, const std::string& task, const Family& family, const denim::SweepRun& run);

/// The network of a run, with the weights that it kept.
template <class Network>
Network network_of(const Options& options, const char* task, const Family& family, const denim::SweepRun& run) {
    Network network;
    denim::load_into(network, weights_of(options, task, family, run));
    return network;
}

/// Writes the network as the model of its task, with what its confidence is worth and, if it tells categories apart, with what
/// photographs of each look like.
template <class Task>
void write_model(const Options& options, const typename Task::Network& network, const SetsOf<Task>& sets) {
    constexpr auto heads = Task::Network::heads;
    const auto questions = questions_of<Task>();
    denim::SaveOptions saved{.labels = class_names(questions)};
    const auto logits = network.predict(sets.validation.images);
    for (std::size_t head = 0; head < heads.size(); ++head) {
        const auto slice = denim::head_slice<float>(
            {logits.data(), logits.size()}, {sets.validation.labels.data(), sets.validation.labels.size()}, heads, head);
        saved.others.merge(Confidence::of(slice.logits, slice.labels, heads[head]).texts(key_of<Task>(questions[head])));
    }
    if constexpr (tells_category<Task>) {
        const ShownPhotographs train{sets.train.images, sets.train.shown};
        const ShownPhotographs validation{sets.validation.images, sets.validation.shown};
        saved.others.merge(Familiarity::of(train, validation).texts());
    }
    std::filesystem::create_directories(options.models);
    denim::save(network, options.models / (std::string{Task::name} + ".safetensors"), saved);
}

/// Tells a page how a network does on the test photographs; one with heads as if it had been asked for the kind.
template <class Task>
void add_test(denim::RunReport& report, const typename Task::Network& network, const SetsOf<Task>& sets) {
    if constexpr (has_heads<Task>) {
        const auto answers = network.probabilities(sets.test.images);
        for (const Kind& kind : kinds) report.labels.emplace_back(kind.folder);
        report.truth = sets.test.shown;
        for (std::size_t n = 0; n < sets.test.shown.size(); ++n)
            for (const double probability : kind_probabilities({&answers(n, 0), Task::Network::output.size()}))
                report.logits.push_back(static_cast<float>(std::log(std::max(probability, 1e-30))));
        const denim::Array<std::int32_t, 1> shown = xt::adapt(report.truth, std::array{report.truth.size()});
        report.mistakes = denim::mistakes_of(denim::LabelledPair{sets.test.images, shown}, report.logits, report.labels);
    } else {
        const auto logits = network.predict(sets.test.images);
        report.labels = class_names(task_named(Task::name));
        report.truth.assign(sets.test.labels.begin(), sets.test.labels.end());
        report.logits.assign(logits.begin(), logits.end());
        report.gives = network.gives().front();
        report.mistakes = denim::mistakes_of(sets.test, report.logits, report.labels, 24, report.gives);
    }
}

/// Trains a task's own setting, keeps its best run as the task's model, and says how it does on the test set.
template <class Task>
TaskResult run_task(const Options& options, const SetsOf<Task>& sets) {
    TaskResult result{Task::name, Task::study, train_runs<Task>(options, sets, Task::family(), typename Task::Setting{}), {}};
    const denim::SweepRun& run = best_run(result.setting());
    const auto network = network_of<typename Task::Network>(options, Task::name, Task::family(), run);
    write_model<Task>(options, network, sets);

    denim::RunReport& best = result.best;
    best.name = Task::name;
    best.network = network.summary();
    best.parameters = result.setting().parameters;
    best.parameters["seed"] = static_cast<double>(run.seed);
    best.history = run.history;
    add_test<Task>(best, network, sets);
    best.pictures.emplace_back("Filters of the first layer", denim::draw_filters(network.template layer<0>().weights()));
    return result;
}

/// A line of results: "glasses   94.80 %   study 94.80 %   500 photographs".
void print_result(const TaskResult& result);

/// Writes the page of a task's best run.
void write_page(const Options& options, const TaskResult& result);

/// Shows a grid as a table on standard output and as a page.
void show_grid(const Options& options, const std::string& task, const Family& family, denim::SweepTable table);

template <class Task>
void run_program_task(const Options& options, const std::vector<TaskGrid>& grids) {
    const auto sets = sets_of<Task>(options.data);
    const TaskResult result = run_task<Task>(options, sets);
    print_result(result);
    write_page(options, result);
    if (!options.grid) return;
    for (const TaskGrid& grid : grids)
        show_grid(options, Task::name, grid.family, train_runs<Task>(options, sets, grid.family, grid.networks));
}

}  // namespace fashion
