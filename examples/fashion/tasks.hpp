// SPDX-License-Identifier: MIT
#pragma once

// The tasks of the study at their own settings, one as another, for programs that run many: what primary.cpp and the other programs of a
// task do step by step. Compiled in tasks.cpp and shoes_tasks.cpp: a program that includes this does not compile the networks again.

#include "fashion/networks.hpp"
#include "fashion/task_runs.hpp"

namespace fashion {

/// What came of a task: its runs, best setting first, and the run that was kept as the task's model.
struct TaskResult {
    std::string task;
    double study = 0;  ///< test accuracy that the study printed, 0 if none
    denim::SweepTable table;
    denim::RunReport best;

    [[nodiscard]] const denim::SweepRow& setting() const { return table.rows[0]; }
};

template <class Task>
struct StudyTask {
    using Sets = decltype(sets_of<Task>({}));

    /// Trains its own setting, `options.repeat` times; what its logs have already is not trained again.
    static denim::SweepTable train(const Options& options, const Sets& sets);

    /// The network of a run, with the weights that it kept.
    static typename Task::Network network(const Options& options, const denim::SweepRun& run);

    /// Trains it, keeps its best run as the task's model, and says how it does on the test set.
    static TaskResult run(const Options& options);
};

template <class Task>
denim::SweepTable StudyTask<Task>::train(const Options& options, const Sets& sets) {
    return sweep(typename Task::Setting{}, sets.train, sets.validation, sets.test,
                 {.log = options.log(Task::name) / Task::family,
                  .axes = Task::axes(),
                  .repeats = options.repeat,
                  .first_seed = options.seed,
                  .epochs = options.epochs_of(Task::epochs),
                  .augmentation = Task::augmentation,
                  .labels = class_names(sets.questions),
                  .side_by_side = options.side_by_side,
                  .hands = options.hands});
}

template <class Task>
typename Task::Network StudyTask<Task>::network(const Options& options, const denim::SweepRun& run) {
    return denim::load<typename Task::Network>(options.log(Task::name) / Task::family / run.folder / "best.safetensors");
}

template <class Task>
TaskResult StudyTask<Task>::run(const Options& options) {
    const Sets sets = sets_of<Task>(options.data);
    const denim::SweepTable table = train(options, sets);
    const denim::SweepRun& best = best_run(table.rows[0]);
    const auto network = StudyTask::network(options, best);
    save(network, options.models / (std::string{Task::name} + ".safetensors"),
         {.labels = class_names(sets.questions), .others = notes_for_label(network, sets)});
    return {Task::name, Task::study, table, report_of(Task::name, network, table.rows[0], best, sets.test)};
}

extern template struct StudyTask<Primary>;
extern template struct StudyTask<Glasses>;
extern template struct StudyTask<TrousersAll>;
extern template struct StudyTask<TrousersGender>;
extern template struct StudyTask<TrousersMale>;
extern template struct StudyTask<TrousersFemale>;
extern template struct StudyTask<ShoesAll>;
extern template struct StudyTask<ShoesGender>;
extern template struct StudyTask<ShoesMale>;
extern template struct StudyTask<ShoesFemale>;
extern template struct StudyTask<EveryLabel>;

}  // namespace fashion
