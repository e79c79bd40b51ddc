// SPDX-License-Identifier: MIT
// All 11 kinds of shoes in one network, photographs flipped at random: the study's one setting; repeat it.
#include "fashion/task_runs.hpp"

using namespace denim;

template <std::size_t Kernel, std::size_t Filters, std::size_t Second, std::size_t Wide>
using Model3 = Network<Image<120, 90, 3>, Sequential<Conv<Kernel, Filters>, MaxPool, Conv<Second, Filters>, MaxPool,
                                                     Dense<Wide, ReLU>, Dense<11>>>;
using Shoes = Model3<3, 64, 3, 512>;

void run(const fashion::Options& options) {
    const fashion::TaskSets sets = fashion::read_sets(options.data, "shoes-all");
    const SweepOptions training{.log = options.log("shoes-all") / "model-3",
                                .axes = {"kernel", "filters", "second", "dense"},
                                .repeats = options.repeat,
                                .first_seed = options.seed,
                                .epochs = options.epochs_of(20),
                                .augmentation = {.flip = true},
                                .labels = sets.train.class_names,
                                .side_by_side = options.side_by_side,
                                .hands = options.hands};

    // As many runs as are asked for, each from its own seed; the one with the least validation loss becomes the model.
    using Own = Grid<Model3, Values<3>, Values<64>, Values<3>, Values<512>>;
    const SweepTable runs = sweep(Own{}, sets.train, sets.validation, sets.test, training);
    const SweepRun& best = fashion::best_run(runs.rows[0]);
    const auto network = load<Shoes>(training.log / best.folder / "best.safetensors");
    save(network, options.models / "shoes-all.safetensors",
         {.labels = sets.train.class_names, .others = fashion::notes_for_label(network, sets)});

    fashion::print_result("shoes-all", runs.rows[0], sets.test.size(), 0.7173);  // beside what the study printed
    write_report(options.report / "shoes-all.html", fashion::report_of("shoes-all", network, runs.rows[0], best, sets.test));
}

int main(int count, char** words) {
    return fashion::run_program(count, words, "shoes_all", "Trains one network for all 11 kinds of shoes.", run);
}
