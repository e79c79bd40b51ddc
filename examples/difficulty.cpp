// SPDX-License-Identifier: MIT
// How hard are the sets? Trains the study's networks, each from one seed, on the sets that convert_images made, and prints test
// accuracies beside those of the study on its own photographs.
#include <denim/data/data_set_file.hpp>
#include <denim/denim.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

using namespace denim;

namespace {

/// The base network of the study.
template <std::size_t Kernel, std::size_t Filters, std::size_t Classes>
using Base = Network<Image<120, 90, 3>, Sequential<Conv<Kernel, Filters>, MaxPool, Conv<3, Filters>, MaxPool, Dense<Classes>>>;

/// Its model 3: a wide layer before the last.
template <std::size_t Kernel, std::size_t Filters, std::size_t Wide, std::size_t Classes>
using Model3 =
    Network<Image<120, 90, 3>,
            Sequential<Conv<Kernel, Filters>, MaxPool, Conv<3, Filters>, MaxPool, Dense<Wide, ReLU>, Dense<Classes>>>;

struct Options {
    std::filesystem::path data = "sets";
    std::vector<std::string> tasks;
    std::size_t epochs = 0, threads = 0;
    std::uint64_t seed = 1;
};

/// Trains for one task, unless others are asked for; `study` is the accuracy that it reached in the study, in percent.
template <class Network>
void train(const Options& options, const std::string& task, std::size_t epochs, double study, Augmentation augmentation = {}) {
    if (!options.tasks.empty() && std::ranges::find(options.tasks, task) == options.tasks.end()) return;
    const auto part = [&](const std::string& name) { return read_data_set(options.data / (task + "-" + name + ".npz")); };
    Network network{Seed{options.seed}};
    const History history = fit(network, part("train"), part("validation"),
                                {.epochs = options.epochs == 0 ? epochs : options.epochs,
                                 .batch = 64,
                                 .optimizer = Adam{},
                                 .seed = Seed{options.seed},
                                 .augmentation = augmentation},
                                EarlyStopping{.patience = 2}, ProgressLine{});
    const Evaluation result = evaluate(network, part("test"));
    double seconds = 0;
    for (const Epoch& epoch : history.epochs) seconds += epoch.seconds;
    std::printf("%-16s %6.2f %% (study %5.2f %%), %zu photographs, %zu epochs, %.0f s\n", task.c_str(), 100 * result.accuracy,
                study, result.count, history.epochs.size(), seconds);
    for (std::size_t truth = 0; truth < result.confusion.shape(0); ++truth) {
        for (std::size_t answer = 0; answer < result.confusion.shape(1); ++answer)
            std::printf("%5zu", result.confusion(truth, answer));
        std::printf("\n");
    }
    std::fflush(stdout);
}

void run(const Options& options) {
    train<Base<3, 32, 3>>(options, "primary", 15, 99.88);
    train<Base<3, 32, 2>>(options, "glasses", 15, 94.80);
    train<Model3<3, 64, 512, 4>>(options, "trousers-all", 20, 74.00);
    train<Model3<3, 64, 512, 2>>(options, "trousers-gender", 20, 87.60);
    train<Model3<3, 64, 512, 2>>(options, "trousers-male", 20, 86.80);
    train<Model3<3, 64, 512, 2>>(options, "trousers-female", 20, 83.20);
    train<Model3<3, 64, 512, 11>>(options, "shoes-all", 20, 71.73, {.flip = true});
    train<Model3<3, 64, 512, 5>>(options, "shoes-male", 20, 86.87);
    train<Model3<3, 64, 512, 6>>(options, "shoes-female", 20, 81.94);
}

}  // namespace

int main(int count, char** words) {
    Options options;
    CLI::App app{"Trains the study's networks and prints their test accuracies beside the study's."};
    app.add_option("--data", options.data, "the sets, by convert_images")->capture_default_str();
    app.add_option("--task", options.tasks, "only these tasks, for example glasses trousers-all");
    app.add_option("--epochs", options.epochs, "at most; 0: as many as the study, 15 or 20")->capture_default_str();
    app.add_option("--seed", options.seed, "of weights and order")->capture_default_str();
    app.add_option("--threads", options.threads, "0: all cores")->capture_default_str();
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        set_threads(options.threads);
        run(options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "difficulty: %s\n", error.what());
        return 1;
    }
}
