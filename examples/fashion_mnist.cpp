// SPDX-License-Identifier: MIT
// Trains on Fashion-MNIST, 60,000 grey pictures of clothes in 10 classes, and prints the accuracy on its 10,000 test pictures.
#include <denim/denim.hpp>
#include <denim/format.hpp>

#include <CLI/CLI.hpp>

#include "command_line.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

using namespace denim;

namespace {

using Simple =
    Network<Image<28, 28, 1>, Sequential<Conv<3, 32, Same>, MaxPool, Conv<3, 64, Same>, MaxPool, Dropout, Dense<10>>>;

using Normalised = Network<Image<28, 28, 1>,
                           Sequential<Conv<3, 32, Same>, BatchNorm, Conv<3, 32, Same>, BatchNorm, MaxPool, Dropout,  //
                                      Conv<3, 64, Same>, BatchNorm, Conv<3, 64, Same>, BatchNorm, MaxPool, Dropout, Dense<10>>>;

using Residuals = Network<Image<28, 28, 1>,
                          Sequential<Conv<3, 32, Same>, BatchNorm, Conv<3, 64, Same>, MaxPool, BatchNorm,                  //
                                     Residual<Conv<3, 64, Same>, BatchNorm, Conv<3, 64, Same>, BatchNorm>,                 //
                                     Conv<3, 128, Same>, MaxPool, BatchNorm,                                               //
                                     Residual<Conv<3, 128, Same>, BatchNorm, Conv<3, 128, Same>, BatchNorm>,               //
                                     GlobalPool<Average>, Dropout, Dense<10>>>;

struct Set {
    Array<std::uint8_t, 4> images;
    Array<std::uint8_t, 1> labels;
};

struct Options {
    std::string network = "all";
    std::filesystem::path data = "/usr/share/datasets/fashion-mnist";
    std::size_t epochs = 0, seeds = 5, threads = 0;
    std::uint64_t first_seed = 1;
    bool quick = false;
};

Set read_set(const std::filesystem::path& folder, const std::string& name) {
    const AnyArray images = read_idx(folder / (name + "-images-idx3-ubyte.gz")),
                   labels = read_idx(folder / (name + "-labels-idx1-ubyte.gz"));
    if (images.shape.size() != 3 || images.shape[1] != 28 || images.shape[2] != 28 || labels.shape.size() != 1)
        throw std::runtime_error("the files of " + folder.string() + " are not pictures of 28 x 28 and their labels");
    Set set{Array<std::uint8_t, 4>(std::array<std::size_t, 4>{images.shape[0], 28, 28, 1}),
            Array<std::uint8_t, 1>(std::array<std::size_t, 1>{labels.shape[0]})};
    const auto pixels = images.values<std::uint8_t>(), classes = labels.values<std::uint8_t>();
    std::copy(pixels.begin(), pixels.end(), set.images.begin());
    std::copy(classes.begin(), classes.end(), set.labels.begin());
    return set;
}

// How each network is trained, and what share of its values dropout removes where it is not Dropout's own, a half.
template <class Network>
FitOptions prepare(Network& network, const Options& options, std::uint64_t seed) {
    FitOptions how{.epochs = options.epochs,
                   .batch = 64,
                   .optimizer = Adam{.rate = 2e-3f},
                   .schedule = CosineRate{.warm_up = 1},
                   .seed = Seed{seed},
                   .augmentation = {.flip = true}};
    std::size_t usual_epochs = 16;
    if constexpr (std::is_same_v<Network, Simple>) {
        usual_epochs = 12;
        network.template settings<4>().rate = 0.25f;
    } else if constexpr (std::is_same_v<Network, Normalised>) {
        network.template settings<5>().rate = 0.25f;
        network.template settings<11>().rate = 0.4f;
    } else {
        usual_epochs = 23;
        how.batch = 128;
        how.optimizer = Sgd{.rate = 0.15f, .momentum = 0.9f, .nesterov = true, .decay = 5e-3f};
        how.schedule = OneCycleRate{};
        how.loss = SoftmaxCrossEntropy{.label_smoothing = 0.1f};
        how.averaging = Ema{.momentum = 0.998};
        how.augmentation = {.flip = true, .shift = 0.036f, .ground = 0};  // a pixel, black as the pictures' ground
    }
    if (how.epochs == 0) how.epochs = usual_epochs;
    return how;
}

// The share of pictures whose most likely class is right, where a picture and its mirror image answer together.
template <class Network>
double mirrored_accuracy(const Network& network, const Set& set) {
    const Predictor predictor{network};
    const Array<std::uint8_t, 4> mirrored = xt::flip(set.images, 2);
    const Array<float, 2> both = predictor.probabilities(set.images) + predictor.probabilities(mirrored);
    std::size_t right = 0;
    for (std::size_t n = 0; n < set.labels.size(); ++n) right += std::cmp_equal(place_of_largest(&both(n, 0), 10), set.labels(n));
    return static_cast<double>(right) / static_cast<double>(set.labels.size());
}

struct Mean {
    double mean = 0, deviation = 0;
};

Mean mean_of(const std::vector<double>& values) {
    double mean = 0, squares = 0;
    for (const double value : values) mean += value / static_cast<double>(values.size());
    for (const double value : values) squares += (value - mean) * (value - mean);
    return {mean, values.size() > 1 ? std::sqrt(squares / static_cast<double>(values.size() - 1)) : 0};
}

template <class Network>
void train(const std::string& name, const Options& options, const Set& train, const Set& test) {
    if (options.network != name && options.network != "all") return;
    std::vector<double> accuracies, mirrored;
    double seconds = 0;
    std::size_t epochs = 0;
    for (std::uint64_t seed = options.first_seed; seed < options.first_seed + options.seeds; ++seed) {
        Network network{Seed{seed}};
        if (seed == options.first_seed) std::fprintf(stderr, "%s\n", network.summary().c_str());
        const History history = fit(network, train, prepare(network, options, seed), ProgressLine{});
        for (const Epoch& epoch : history.epochs) seconds += epoch.seconds;
        epochs = history.epochs.size();
        accuracies.push_back(evaluate(network, test).accuracy);
        mirrored.push_back(mirrored_accuracy(network, test));
        std::printf("%s, seed %llu: test accuracy %.4f, with mirror images %.4f\n", name.c_str(),
                    static_cast<unsigned long long>(seed), accuracies.back(), mirrored.back());
        std::fflush(stdout);
    }
    const Mean plain = mean_of(accuracies), both = mean_of(mirrored);
    std::printf("%s: test accuracy %.4f, deviation %.4f over %zu seeds; with mirror images %.4f, deviation %.4f; "
                "%zu epochs, %.0f s each run\n",
                name.c_str(), plain.mean, plain.deviation, accuracies.size(), both.mean, both.deviation, epochs,
                seconds / static_cast<double>(accuracies.size()));
}

void run(Options options) {
    if (options.threads) set_threads(options.threads);
    if (options.quick) {
        options.network = "simple";
        options.epochs = 3;
        options.seeds = 1;
    }
    const Set train_set = read_set(options.data, "train"), test_set = read_set(options.data, "t10k");
    train<Simple>("simple", options, train_set, test_set);
    train<Normalised>("normalised", options, train_set, test_set);
    train<Residuals>("residual", options, train_set, test_set);
}

}  // namespace

int main(int count, char** arguments) {
    Options options;
    CLI::App app{"Trains on Fashion-MNIST and prints the accuracy on its test pictures."};
    app.add_option("--data", options.data, "folder of the four IDX files")->capture_default_str();
    app.add_option("--network", options.network, "simple, normalised, residual or all")
        ->check(CLI::IsMember({"simple", "normalised", "residual", "all"}))
        ->capture_default_str();
    app.add_option("--epochs", options.epochs,
                   "passes over the training set; 0: 12 for simple, 16 for normalised, 23 for residual")
        ->check(command_line::whole_number(0, 1'000'000))
        ->capture_default_str();
    app.add_option("--seeds", options.seeds, "how many runs, each from its own seed")
        ->check(command_line::whole_number(1, 1'000'000))
        ->capture_default_str();
    app.add_option("--seed", options.first_seed, "the first seed")->check(command_line::whole_number())->capture_default_str();
    app.add_option("--threads", options.threads, "threads, 0 for all cores")->check(command_line::threads())->capture_default_str();
    app.add_flag("--quick", options.quick, "one network, one seed, few epochs: minutes");
    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        run(options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fashion_mnist: %s\n", error.what());
        return 1;
    }
}
