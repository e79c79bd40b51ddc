// SPDX-License-Identifier: MIT
// All labels of all photographs by one network: category, gender and types, a head for each over one trunk.
#include "fashion/task_runs.hpp"

using namespace denim;

/// Its heads: category; gender; type of glasses, of trousers, of shoes.
template <std::size_t Kernel, std::size_t Filters, std::size_t Second, std::size_t Wide>
using WithHeads = Network<Image<120, 90, 3>, Sequential<Conv<Kernel, Filters>, MaxPool, Conv<Second, Filters>, MaxPool, Dense<Wide, ReLU>,
                                                        Heads<Dense<3>, Dense<2>, Dense<2>, Dense<2>, Dense<7>>>>;
using EveryLabel = WithHeads<3, 64, 3, 512>;

void run(const fashion::Options& options) {
    const fashion::HeadSets sets = fashion::read_head_sets(options.data);
    const SweepOptions training{.log = options.log("every-label") / "heads",
                                .axes = {"kernel", "filters", "second", "dense"},
                                .repeats = options.repeat,
                                .first_seed = options.seed,
                                .epochs = options.epochs_of(20),
                                .augmentation = {.flip = true},
                                .labels = fashion::class_names(sets.questions),
                                .side_by_side = options.side_by_side,
                                .hands = options.hands};

    // As many runs as are asked for, each from its own seed; the one with the least validation loss becomes the model.
    using Own = Grid<WithHeads, Values<3>, Values<64>, Values<3>, Values<512>>;
    const SweepTable runs = sweep(Own{}, sets.train, sets.validation, sets.test, training);
    const SweepRun& best = fashion::best_run(runs.rows[0]);
    const auto network = load<EveryLabel>(training.log / best.folder / "best.safetensors");
    save(network, options.models / "every-label.safetensors",
         {.labels = fashion::class_names(sets.questions), .others = fashion::notes_for_label(network, sets)});

    fashion::print_result("every-label", runs.rows[0], sets.test.size());
    write_report(options.report / "every-label.html", fashion::report_of("every-label", network, runs.rows[0], best, sets.test));
}

int main(int count, char** words) {
    return fashion::run_program(count, words, "every_label",
                                "Trains one network with heads for category, gender and the types of each category.", run);
}
