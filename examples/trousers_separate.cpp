// SPDX-License-Identifier: MIT
// Trousers or jeans, for men or women: a network for the gender and one for the type of each. --grid trains 108, 54 and 18
// settings.
#include "fashion/grids/grids.hpp"
#include "fashion/task_runs.hpp"

using namespace denim;

template <std::size_t Kernel, std::size_t Filters, std::size_t Second, std::size_t Wide>
using Model3 = Network<Image<120, 90, 3>, Sequential<Conv<Kernel, Filters>, MaxPool, Conv<Second, Filters>, MaxPool,
                                                     Dense<Wide, ReLU>, Dense<2>>>;
using OneOfTwo = Model3<3, 64, 3, 512>;

/// One of the three networks, with the test accuracy that the study printed and its grid.
void learn(const fashion::Options& options, const std::string& task, double study, fashion::GridPoints (*grid)()) {
    const fashion::TaskSets sets = fashion::read_sets(options.data, task);
    const SweepOptions training{.log = options.log(task) / "model-3",
                                .axes = {"kernel", "filters", "second", "dense"},
                                .repeats = options.repeat,
                                .first_seed = options.seed,
                                .epochs = options.epochs_of(20),
                                .labels = sets.train.class_names,
                                .side_by_side = options.side_by_side,
                                .hands = options.hands};

    // As many runs as are asked for, each from its own seed; the one with the least validation loss becomes the model.
    using Own = Grid<Model3, Values<3>, Values<64>, Values<3>, Values<512>>;
    const SweepTable runs = sweep(Own{}, sets.train, sets.validation, sets.test, training);
    const SweepRun& best = fashion::best_run(runs.rows[0]);
    const auto network = load<OneOfTwo>(training.log / best.folder / "best.safetensors");
    save(network, options.models / (task + ".safetensors"),
         {.labels = sets.train.class_names, .others = fashion::notes_for_label(network, sets)});

    fashion::print_result(task, runs.rows[0], sets.test.size(), study);
    write_report(options.report / (task + ".html"), fashion::report_of(task, network, runs.rows[0], best, sets.test));

    if (options.grid)
        fashion::show_grid(options, task, "model-3", sweep(grid(), sets.train, sets.validation, sets.test, training));
}

void run(const fashion::Options& options) {
    learn(options, "trousers-gender", 0.8760, fashion::trousers_gender_grid);
    learn(options, "trousers-male", 0.8680, fashion::trousers_male_grid);
    learn(options, "trousers-female", 0.8320, fashion::trousers_female_grid);
}

int main(int count, char** words) {
    return fashion::run_grid_program(count, words, "trousers_separate",
                                     "Trains three networks for trousers: gender, type of men's, type of women's.", run);
}
