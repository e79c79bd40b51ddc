// SPDX-License-Identifier: MIT
// Do drawings teach what photographs show? Trains four networks on the sets that convert_images made of drawn photographs, then
// labels a folder of others, category/subclass/photograph.jpg, and prints the ones that come out wrong.
#include "fashion/catalogue.hpp"

#include <denim/data/data_set_file.hpp>
#include <denim/data/read_folder.hpp>
#include <denim/denim.hpp>
#include <denim/exchange/save.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

using namespace denim;
namespace fs = std::filesystem;

namespace {

using Photograph = Image<120, 90, 3>;

/// The study's network: tells categories apart.
using Category = Network<Photograph, Sequential<Conv<3, 32>, MaxPool, Conv<3, 32>, MaxPool, Dense<3>>>;

/// Tells trousers apart, by widths above all.
using Trousers = Network<Photograph, Sequential<Conv<3, 32>, MaxPool, Conv<3, 32>, MaxPool, Conv<3, 64>, MaxPool,  //
                                                Dense<256, ReLU>, Dropout, Dense<4>>>;

/// Tells kinds of glasses or shoes apart: deeper, normalised, with dropout, so that it does not learn what only drawings have.
template <std::size_t Classes>
using Kinds = Network<Photograph, Sequential<Conv<3, 32, Same>, MaxPool, BatchNorm, Conv<3, 48, Same>, MaxPool, BatchNorm,  //
                                             Conv<3, 64, Same>, MaxPool, BatchNorm, Conv<3, 96, Same>, MaxPool, BatchNorm,  //
                                             Dropout, Dense<96, ReLU>, Dropout, Dense<Classes>>>;

struct Options {
    fs::path data = "sets", models, photographs;
    std::string only;
    std::size_t epochs = 9, category_epochs = 2, threads = 0;
    std::uint64_t seed = 1;
};

DataSet read_part(const Options& options, const std::string& task, const std::string& part) {
    return read_data_set(options.data / (task + "-" + part + ".npz"));
}

/// A weight for each class, so that all count alike: other photographs need not be shared out like the drawn ones.
std::vector<float> balanced(const DataSet& set, std::size_t classes) {
    std::vector<std::size_t> counts(classes);
    for (const int label : set.labels) ++counts.at(static_cast<std::size_t>(label));
    std::vector<float> weights;
    for (const std::size_t count : counts)
        weights.push_back(static_cast<float>(set.size()) / static_cast<float>(classes * std::max<std::size_t>(count, 1)));
    return weights;
}

template <class Network>
Network train(const Options& options, const std::string& task, FitOptions how) {
    const fs::path file = options.models / (task + ".safetensors");
    if (!options.models.empty() && fs::exists(file)) return load<Network>(file);
    Network network{Seed{options.seed}};
    constexpr bool normalised = !std::is_same_v<Network, Category> && !std::is_same_v<Network, Trousers>;
    if constexpr (normalised) {
        network.template settings<12>().rate = 0.3f;
        network.template settings<14>().rate = 0.4f;
    }
    how.batch = 64;
    how.seed = Seed{options.seed};
    how.optimizer = Adam{.rate = normalised ? 2e-3f : 1e-3f};
    how.schedule = CosineRate{.warm_up = normalised ? 1u : 0u};
    const DataSet drawings = read_part(options, task, "train");
    how.loss = SoftmaxCrossEntropy{.class_weights = balanced(drawings, Network::heads.front())};
    fit(network, drawings, read_part(options, task, "validation"), how, ProgressLine{});
    const Evaluation drawn = evaluate(network, read_part(options, task, "test"));
    std::printf("%-9s %.2f %% of %zu drawn test photographs\n", task.c_str(), 100 * drawn.accuracy, drawn.count);
    std::fflush(stdout);
    if (!options.models.empty()) save(network, file);
    return network;
}

/// What is right about the labels of one category's photographs.
struct Count {
    std::size_t photographs = 0, category = 0, type = 0, all = 0;
};

void run(const Options& options) {
    const Augmentation changes{
        .shift = 0.03f, .turn = 2, .zoom = 0.06f, .brightness = 0.06f, .contrast = 0.2f, .saturation = 0.4f, .hue = 8};
    Augmentation mirrored = changes;  // shoes all look to the right
    mirrored.flip = true;
    Augmentation cut = mirrored;  // widths tell whose trousers they are
    cut.shift = 0.012f, cut.turn = 1, cut.zoom = 0.015f;
    if (!options.only.empty()) {  // one network, for the folder of models
        if (options.only == "trousers-all")
            train<Trousers>(options, "trousers-all", {.epochs = options.epochs, .augmentation = cut});
        if (options.only == "shoes-all")
            train<Kinds<11>>(options, "shoes-all", {.epochs = options.epochs, .augmentation = changes});
        return;
    }
    const auto category = train<Category>(options, "primary", {.epochs = options.category_epochs});
    const auto glasses = train<Kinds<2>>(options, "glasses", {.epochs = options.epochs, .augmentation = mirrored});
    const auto trousers = train<Trousers>(options, "trousers-all", {.epochs = options.epochs, .augmentation = cut});
    const auto shoes = train<Kinds<11>>(options, "shoes-all", {.epochs = options.epochs, .augmentation = changes});
    if (options.photographs.empty()) return;

    const DataSet others = read_folder(options.photographs, Size{120, 90});
    const auto categories = category.classes(others.images);
    const Array<std::int32_t, 2> answers[] = {glasses.classes(others.images), trousers.classes(others.images),
                                              shoes.classes(others.images)};
    constexpr std::size_t first_kind[] = {0, 2, 6};
    const auto names = fashion::class_names(fashion::tasks[0]);
    std::vector<Count> counts(names.size() + 1);
    for (std::size_t i = 0; i < others.size(); ++i) {
        const fs::path folder = fs::path{others.sources[i]}.parent_path();
        const auto place = fashion::find_kind(folder.parent_path().filename().string(), folder.filename().string());
        if (!place) continue;
        const auto seen = static_cast<std::size_t>(categories(i, 0));
        const fashion::Kind &is = fashion::kinds[*place],
                            &answer = fashion::kinds[first_kind[seen] + static_cast<std::size_t>(answers[seen](i, 0))];
        const auto truth = static_cast<std::size_t>(std::ranges::find(names, is.category) - names.begin());
        for (Count* count : {&counts[truth], &counts.back()}) {
            ++count->photographs;
            count->category += is.category == answer.category;
            count->type += is.category == answer.category && is.type == answer.type;
            count->all += is.folder == answer.folder;
        }
        if (is.folder != answer.folder)
            std::printf("%s is labelled %s\n", others.sources[i].c_str(), std::string{answer.folder}.c_str());
    }
    for (std::size_t c = 0; c < counts.size(); ++c)
        std::printf("%-9s %zu photographs: category of %zu, type of %zu, every label of %zu right\n",
                    c < names.size() ? names[c].c_str() : "together", counts[c].photographs, counts[c].category, counts[c].type,
                    counts[c].all);
}

}  // namespace

int main(int count, char** words) {
    Options options;
    CLI::App app{"Trains networks on drawn photographs and labels others with them."};
    app.add_option("--data", options.data, "the sets of drawn photographs, by convert_images")->capture_default_str();
    app.add_option("--models", options.models, "folder where networks are kept; those that it has are not trained again");
    app.add_option("--only", options.only, "train this one and stop")->check(CLI::IsMember({"trousers-all", "shoes-all"}));
    app.add_option("--photographs", options.photographs, "folder of others, category/subclass/photograph.jpg")
        ->check(CLI::ExistingDirectory);
    app.add_option("--epochs", options.epochs, "passes over the glasses, the trousers and the shoes")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--seed", options.seed, "of weights, order, dropout and changes")->capture_default_str();
    app.add_option("--threads", options.threads, "0: all cores")->capture_default_str();
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        set_threads(options.threads);
        if (!options.models.empty()) fs::create_directories(options.models);
        run(options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "transfer: %s\n", error.what());
        return 1;
    }
}
