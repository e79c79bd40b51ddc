// SPDX-License-Identifier: MIT
// Optical glasses or sunglasses? --grid trains the study's 4 settings.
#include "fashion/task_runs.hpp"

using namespace denim;

template <std::size_t Kernel, std::size_t Filters>
using Base = Network<Image<120, 90, 3>, Sequential<Conv<Kernel, Filters>, MaxPool, Conv<3, Filters>, MaxPool, Dense<2>>>;
using Glasses = Base<3, 32>;

void run(const fashion::Options& options) {
    const fashion::TaskSets sets = fashion::read_sets(options.data, "glasses");
    const SweepOptions training{.log = options.log("glasses") / "base",
                                .axes = {"kernel", "filters"},
                                .repeats = options.repeat,
                                .first_seed = options.seed,
                                .epochs = options.epochs_of(15),
                                .labels = sets.train.class_names,
                                .side_by_side = options.side_by_side,
                                .hands = options.hands};

    // As many runs as are asked for, each from its own seed; the one with the least validation loss becomes the model.
    const SweepTable runs = sweep(Grid<Base, Values<3>, Values<32>>{}, sets.train, sets.validation, sets.test, training);
    const SweepRun& best = fashion::best_run(runs.rows[0]);
    const auto network = load<Glasses>(training.log / best.folder / "best.safetensors");
    save(network, options.models / "glasses.safetensors",
         {.labels = sets.train.class_names, .others = fashion::notes_for_label(network, sets)});

    fashion::print_result("glasses", runs.rows[0], sets.test.size(), 0.9480);  // beside what the study printed
    write_report(options.report / "glasses.html", fashion::report_of("glasses", network, runs.rows[0], best, sets.test));

    if (!options.grid) return;
    using Study = Grid<Base, Values<3, 5>, Values<32, 64>>;
    fashion::show_grid(options, "glasses", "base", sweep(Study{}, sets.train, sets.validation, sets.test, training));
}

int main(int count, char** words) {
    return fashion::run_grid_program(count, words, "glasses", "Trains the network that tells glasses and sunglasses apart.", run);
}
