// SPDX-License-Identifier: MIT
#include "tuning/begin.hpp"

#include "shown_name.hpp"
#include "tuning/pretrained.hpp"
#include "tuning/trunks.hpp"
#include "tuning/tuned_file.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <numeric>
#include <stdexcept>

namespace tuning {

namespace fs = std::filesystem;
using command_line::shown;

Begun begin(const Options& options) {
    if (!options.from.empty()) {
        const TunedFile file{options.from};
        std::printf("begins with %s\n", shown(options.from).c_str());
        return {.model = file.model().copy(), .kinds = file.texts().kinds, .taught = true, .knows = true};
    }
    const fs::path weights = options.weights.empty() ? default_weights() : options.weights;
    const bool there = fs::exists(weights);
    if (!options.weights.empty() && !there) throw denim::FileError(weights.string(), "it does not exist; examples/pretrained/get gets the weights");
    const std::string trunk = !options.trunk.empty() ? options.trunk : there ? "lite" : "small";
    if (trunk == "small" && !options.size.empty())
        throw std::invalid_argument("--size " + options.size + ": the small network, which begins anew, has no sizes but 120x90; --trunk lite has");
    Begun begun{.model = make_model(options.size.empty() ? trunk : trunk + "-" + options.size, denim::Seed{options.seed})};
    if (trunk == "lite" && there) {
        begun.model->import_pretrained(weights);
        begun.taught = true;
        std::printf("begins with EfficientNet-Lite0, taught by ImageNet: %s (Apache License 2.0)\n", shown(weights).c_str());
    } else {
        std::printf("there are no pretrained weights%s, so a network begins anew; examples/pretrained/get gets some\n",
                    trunk != "lite" && there ? " for a small network" : (" at " + shown(weights)).c_str());
    }
    return begun;
}

namespace {

void say_too_few(const PhotoFolder& folder, const std::vector<std::size_t>& counts, const Options& options) {
    const std::size_t enough = options.split > 0 ? 2 : std::max<std::size_t>(options.folds, 2);
    for (std::size_t kind = 0; kind < counts.size(); ++kind)
        if (counts[kind] == 1)
            std::printf("%s: one photograph, too few to split; it is learned all the same, and %s\n", shown(folder.kinds[kind]).c_str(),
                        options.split > 0 ? "none is kept back" : "where it is kept back nothing can get it right");
        else if (counts[kind] > 0 && counts[kind] < enough)
            std::printf("%s: %zu photographs, too few for each of %zu folds to have one; they are learned all the same\n",
                        shown(folder.kinds[kind]).c_str(), counts[kind], enough);
}

}  // namespace

PhotoFolder read_to_learn(const Options& options, const fs::path& from, Begun& begun) {
    PhotoFolder folder = read_photo_folder(from, begun.model->frame(), begun.kinds);
    for (const denim::Rejection& rejection : folder.rejected)
        std::cerr << "fine_tune: " << shown(rejection.path) << ": " << shown(rejection.reason) << '\n';
    std::vector<std::size_t> counts(folder.kinds.size());
    for (const std::int32_t label : folder.labels) ++counts[static_cast<std::size_t>(label)];
    const std::size_t present = counts.size() - static_cast<std::size_t>(std::ranges::count(counts, std::size_t{0}));
    if (present < 2)
        throw std::runtime_error(from.string() + ": photographs of at least 2 kinds were expected, label/.../photograph.jpg, but " +
                                 std::to_string(present) + " came");
    if (counts.size() > room)
        throw std::runtime_error(from.string() + ": at most " + std::to_string(room) + " kinds were expected, but there are " +
                                 std::to_string(counts.size()));
    std::printf("%s: %zu photographs of %zu kinds\n", shown(from).c_str(), folder.size(), present);
    say_too_few(folder, counts, options);
    if (begun.kinds.size() < folder.kinds.size()) begun.model->open_outputs(begun.kinds.size(), folder.kinds.size());
    begun.kinds = folder.kinds;
    return folder;
}

Choices choices_of(const Options& options, const Begun& begun) {
    Choices choices{.last_epochs = options.last_epochs, .body_epochs = options.body_epochs};
    if (!begun.taught) {  // nothing is worth keeping as it is
        choices = {.squares = {}, .l2 = {1e-3f}, .last_epochs = 1, .body_epochs = 4 * options.body_epochs};
    } else if (begun.knows) {
        choices.squares = {};
        choices.l2 = {1e-2f, 1e-1f};
    } else if (!begun.drawn.empty()) {
        choices.beside = {0, 0.1f, 0.3f, 1};
    }
    return choices;
}

denim::Augmentation usual_changes() {
    return {.flip = true, .shift = 0.03f, .turn = 2, .zoom = 0.06f, .brightness = 0.06f, .contrast = 0.2f, .saturation = 0.4f, .hue = 8};
}

void learn_drawings(const Options& options, Begun& begun) {
    const PhotoFolder folder = read_to_learn(options, options.drawings, begun);
    const denim::Seed seed{options.seed};
    const bool features = begun.taught && !begun.knows;
    const auto kept = KeptFeatures::of(*begun.model, folder,
                                       {.versions = options.drawn_versions, .changes = usual_changes(), .seed = seed, .cuts = !features});
    const auto all = everything(folder.size());
    if (features) {
        const Selection rows{kept, all, true};
        begun.drawn = rows.features;
        begun.drawn_labels = rows.labels;
        return;
    }
    const Choices choices = choices_of(options, begun);
    const Chosen chosen = choose(*begun.model, kept, all, options.inner, choices, seed);
    begun.model = learn(*begun.model, kept, all, chosen.setting, seed);
    begun.taught = begun.knows = true;
    std::printf("drawings first: %s; of %zu settings\n", chosen.setting.text().c_str(), choices.count());
}

}  // namespace tuning
