// SPDX-License-Identifier: MIT
// Trousers or jeans, for men or women: one network answers both. --grid trains models 1, 2 and 3: 12, 24 and 72 settings.
#include "command_line.hpp"

#include "fashion/grids/grids.hpp"
#include "fashion/task_runs.hpp"

using namespace denim;

template <std::size_t Kernel, std::size_t Filters>
using Model1 = Network<Image<120, 90, 3>, Sequential<Conv<Kernel, Filters>, Dense<4>>>;

template <std::size_t Kernel, std::size_t Filters, std::size_t Second, std::size_t Wide>
using Model3 = Network<Image<120, 90, 3>, Sequential<Conv<Kernel, Filters>, MaxPool, Conv<Second, Filters>, MaxPool,
                                                     Dense<Wide, ReLU>, Dense<4>>>;
using Trousers = Model3<3, 64, 3, 512>;

void run(const fashion::Options& options, std::size_t last_model) {
    const fashion::TaskSets sets = fashion::read_sets(options.data, "trousers-all");
    const auto training = [&](const char* model, std::vector<std::string> axes) {
        return SweepOptions{.log = options.log("trousers-all") / model,
                            .axes = std::move(axes),
                            .repeats = options.repeat,
                            .first_seed = options.seed,
                            .epochs = options.epochs_of(20),
                            .labels = sets.train.class_names,
                            .side_by_side = options.side_by_side,
                            .hands = options.hands};
    };
    const SweepOptions model_1 = training("model-1", {"kernel", "filters"}), model_2 = training("model-2", {"kernel", "filters", "second"}),
                       model_3 = training("model-3", {"kernel", "filters", "second", "dense"});

    // As many runs as are asked for, each from its own seed; the one with the least validation loss becomes the model.
    using Own = Grid<Model3, Values<3>, Values<64>, Values<3>, Values<512>>;
    const SweepTable runs = sweep(Own{}, sets.train, sets.validation, sets.test, model_3);
    const SweepRun& best = fashion::best_run(runs.rows[0]);
    const auto network = load<Trousers>(model_3.log / best.folder / "best.safetensors");
    save(network, options.models / "trousers-all.safetensors",
         {.labels = sets.train.class_names, .others = fashion::notes_for_label(network, sets)});

    fashion::print_result("trousers-all", runs.rows[0], sets.test.size(), 0.7400);  // beside what the study printed
    write_report(options.report / "trousers-all.html", fashion::report_of("trousers-all", network, runs.rows[0], best, sets.test));

    if (!options.grid) return;
    const auto show = [&](const char* model, const auto& networks, const SweepOptions& with) {
        fashion::show_grid(options, "trousers-all", model, sweep(networks, sets.train, sets.validation, sets.test, with));
    };
    show("model-1", Grid<Model1, Values<3, 5, 7>, Values<32, 64, 96, 128>>{}, model_1);
    if (last_model < 2) return;
    show("model-2", fashion::trousers_model_2(), model_2);  // model 3 without the wide layer
    if (last_model < 3) return;
    show("model-3", fashion::trousers_model_3(), model_3);
}

int main(int count, char** words) {
    std::size_t last_model = 3;
    return fashion::run_program(
        count, words, "trousers_all", "Trains one network for trousers and jeans of both genders.", fashion::Options{},
        [&](const fashion::Options& options) { run(options, last_model); },
        [&](CLI::App& app, fashion::Options& options) {
            app.add_flag("--grid", options.grid, "every setting of the study; hours");
            app.add_option("--last-model", last_model, "the grids of models 1 to this one; without it, of all")
                ->check(command_line::whole_number(1, 3));
        });
}
