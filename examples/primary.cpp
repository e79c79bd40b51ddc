// SPDX-License-Identifier: MIT
// Glasses, trousers or shoes? The first network of the study; --grid trains all its 12 settings.
#include "fashion/task_runs.hpp"

using namespace denim;

template <std::size_t Kernel, std::size_t Filters>
using Base = Network<Image<120, 90, 3>, Sequential<Conv<Kernel, Filters>, MaxPool, Conv<3, Filters>, MaxPool, Dense<3>>>;
using Primary = Base<3, 32>;

void run(const fashion::Options& options) {
    const fashion::TaskSets sets = fashion::read_sets(options.data, "primary");
    const SweepOptions training{.log = options.log("primary") / "base",
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
    const auto network = load<Primary>(training.log / best.folder / "best.safetensors");
    save(network, options.models / "primary.safetensors",
         {.labels = sets.train.class_names, .others = fashion::notes_for_label(network, sets)});

    fashion::print_result("primary", runs.rows[0], sets.test.size(), 0.9988);  // beside what the study printed
    write_report(options.report / "primary.html", fashion::report_of("primary", network, runs.rows[0], best, sets.test));

    if (!options.grid) return;
    using Study = Grid<Base, Values<3, 5, 7>, Values<32, 64, 96, 128>>;
    fashion::show_grid(options, "primary", "base", sweep(Study{}, sets.train, sets.validation, sets.test, training));
}

int main(int count, char** words) {
    return fashion::run_grid_program(count, words, "primary", "Trains the network that tells glasses, trousers and shoes apart.", run);
}
