// SPDX-License-Identifier: MIT
// Trains on Fashion-MNIST, 60,000 grey pictures of clothes in 10 classes, and prints the accuracy on its 10,000 test pictures.
#include <denim/denim.hpp>
#include <denim/format.hpp>

#include <CLI/CLI.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

using namespace denim;

namespace {

using Simple =
    Network<Image<28, 28, 1>, Sequential<Conv<3, 32, Same>, MaxPool, Conv<3, 64, Same>, MaxPool, Dropout, Dense<10>>>;

using Normalised = Network<Image<28, 28, 1>,
                           Sequential<Conv<3, 32, Same>, BatchNorm, Conv<3, 32, Same>, BatchNorm, MaxPool, Dropout,  //
                                      Conv<3, 64, Same>, BatchNorm, Conv<3, 64, Same>, BatchNorm, MaxPool, Dropout, Dense<10>>>;

struct Set {
    Array<std::uint8_t, 4> images;
    Array<std::uint8_t, 1> labels;
};

struct Options {
    std::string network = "both";
    std::filesystem::path data = "/usr/share/datasets/fashion-mnist";
    std::size_t epochs = 0, seeds = 5, batch = 64, threads = 0;
    std::uint64_t first_seed = 1;
    float rate = 2e-3f;
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

template <class Network>
void train(const std::string& name, const Options& options, const Set& train, const Set& test) {
    const std::size_t epochs = options.epochs != 0 ? options.epochs : std::is_same_v<Network, Simple> ? 12 : 16;
    std::vector<double> accuracies;
    double seconds = 0;
    for (std::uint64_t seed = options.first_seed; seed < options.first_seed + options.seeds; ++seed) {
        Network network{Seed{seed}};
        if (seed == options.first_seed) std::fprintf(stderr, "%s\n", network.summary().c_str());
        if constexpr (std::is_same_v<Network, Simple>) {
            network.template settings<4>().rate = 0.25f;
        } else {
            network.template settings<5>().rate = 0.25f;
            network.template settings<11>().rate = 0.4f;
        }
        const History history = fit(network, train,
                                    {.epochs = epochs,
                                     .batch = options.batch,
                                     .optimizer = Adam{.rate = options.rate},
                                     .schedule = CosineRate{.warm_up = 1},
                                     .seed = Seed{seed},
                                     .augmentation = {.flip = true}},
                                    ProgressLine{});
        for (const Epoch& epoch : history.epochs) seconds += epoch.seconds;
        accuracies.push_back(evaluate(network, test).accuracy);
        std::printf("%s, seed %llu: test accuracy %.4f\n", name.c_str(), static_cast<unsigned long long>(seed),
                    accuracies.back());
        std::fflush(stdout);
    }
    double mean = 0, squares = 0;
    for (const double accuracy : accuracies) mean += accuracy / static_cast<double>(accuracies.size());
    for (const double accuracy : accuracies) squares += (accuracy - mean) * (accuracy - mean);
    const double deviation = accuracies.size() > 1 ? std::sqrt(squares / static_cast<double>(accuracies.size() - 1)) : 0;
    std::printf("%s: test accuracy %.4f, deviation %.4f over %zu seeds; %zu epochs, %.0f s each run\n", name.c_str(), mean,
                deviation, accuracies.size(), epochs, seconds / static_cast<double>(accuracies.size()));
}

void run(Options options) {
    if (options.threads) set_threads(options.threads);
    if (options.quick) {
        options.network = "simple";
        options.epochs = 3;
        options.seeds = 1;
    }
    const Set train_set = read_set(options.data, "train"), test_set = read_set(options.data, "t10k");
    if (options.network != "normalised") train<Simple>("simple", options, train_set, test_set);
    if (options.network != "simple") train<Normalised>("normalised", options, train_set, test_set);
}

}  // namespace

int main(int count, char** arguments) {
    Options options;
    CLI::App app{"Trains on Fashion-MNIST and prints the accuracy on its test pictures."};
    app.add_option("--data", options.data, "folder of the four IDX files")->capture_default_str();
    app.add_option("--network", options.network, "simple, normalised or both")
        ->check(CLI::IsMember({"simple", "normalised", "both"}))
        ->capture_default_str();
    app.add_option("--epochs", options.epochs, "passes over the training set; 0: 12 for simple, 16 for normalised")
        ->capture_default_str();
    app.add_option("--batch", options.batch, "pictures in a step")->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--rate", options.rate, "learning rate; it falls to nothing along a half cosine")->capture_default_str();
    app.add_option("--seeds", options.seeds, "how many runs, each from its own seed")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--seed", options.first_seed, "the first seed")->capture_default_str();
    app.add_option("--threads", options.threads, "threads, 0 for all cores")->capture_default_str();
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
