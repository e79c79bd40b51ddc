// SPDX-License-Identifier: MIT
// The kinds of shoes by three networks: gender, type of men's, type of women's. --grid trains 18 settings of each.
#include "fashion/grids/grids.hpp"
#include "fashion/task_runs.hpp"

using namespace denim;

/// The network of so many classes.
template <std::size_t Classes>
struct Of {
    template <std::size_t Kernel, std::size_t Filters, std::size_t Second, std::size_t Wide>
    using Model3 = denim::Network<Image<120, 90, 3>, Sequential<Conv<Kernel, Filters>, MaxPool, Conv<Second, Filters>, MaxPool,
                                                         Dense<Wide, ReLU>, Dense<Classes>>>;
    using Network = Model3<3, 64, 3, 512>;
};

/// One of the three networks, with the test accuracy that the study printed (0: none) and its grid.
template <std::size_t Classes>
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
    using Own = Grid<Of<Classes>::template Model3, Values<3>, Values<64>, Values<3>, Values<512>>;
    const SweepTable runs = sweep(Own{}, sets.train, sets.validation, sets.test, training);
    const SweepRun& best = fashion::best_run(runs.rows[0]);
    const auto network = load<typename Of<Classes>::Network>(training.log / best.folder / "best.safetensors");
    save(network, options.models / (task + ".safetensors"),
         {.labels = sets.train.class_names, .others = fashion::notes_for_label(network, sets)});

    fashion::print_result(task, runs.rows[0], sets.test.size(), study);
    write_report(options.report / (task + ".html"), fashion::report_of(task, network, runs.rows[0], best, sets.test));

    if (options.grid)
        fashion::show_grid(options, task, "model-3", sweep(grid(), sets.train, sets.validation, sets.test, training));
}

void run(const fashion::Options& options) {
    learn<2>(options, "shoes-gender", 0, fashion::shoes_gender_grid);
    learn<5>(options, "shoes-male", 0.8687, fashion::shoes_male_grid);
    learn<6>(options, "shoes-female", 0.8194, fashion::shoes_female_grid);
}

int main(int count, char** words) {
    return fashion::run_grid_program(count, words, "shoes_separate",
                                     "Trains three networks for shoes: gender, type of men's, type of women's.", run);
}
