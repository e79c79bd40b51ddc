// SPDX-License-Identifier: MIT
#pragma once

// How long and by what settings photographs are learned, by what networks say of photographs that were kept back from them.

#include <denim/data/folds.hpp>

#include "tuning/kept_features.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace tuning {

/// One way to learn.
struct Setting {
    float l2 = 1e-3f;               ///< of the last layer while it learns alone
    std::size_t last_epochs = 0;    ///< of it; 0: least squares
    float beside = 0;               ///< what drawings weigh in these, 0: there are none
    float body_factor = 0;          ///< of the rate of the blocks before, 0: they stay as they are
    std::size_t body_epochs = 0;

    [[nodiscard]] std::string text() const;
};

/// What is tried.
struct Choices {
    std::vector<float> squares{0.03f, 0.1f, 0.3f, 1, 3};  ///< the L2 of a last layer in closed form
    std::vector<float> beside{0};                         ///< what drawings weigh in it
    std::vector<float> l2{};                              ///< of a last layer that goes on from what it knows, by steps
    std::vector<float> body_factors{1};
    std::size_t last_epochs = 40, body_epochs = 8;  ///< at most; the number of epochs is chosen too

    /// Settings that are tried: of the last layer, each L2 with each weight of drawings, or with each number of epochs; then of the body likewise.
    [[nodiscard]] std::size_t count() const { return squares.size() * beside.size() + l2.size() * last_epochs + body_factors.size() * body_epochs; }
};

/// The best of them, and what it said of the photographs that were kept back.
struct Chosen {
    Setting setting;
    std::vector<double> last_loss, body_loss;  ///< of each epoch, of the photographs kept back, at the temperature that is best
    std::vector<float> logits;                 ///< (photographs, room)
    std::vector<std::int32_t> labels;
};

/// What one network learns, and what is kept back from it.
struct Sides {
    Selection train, kept_back;
};

/// Tries them on one or more pairs of sides. What is right of all that is kept back decides, then the loss; nothing else is seen.
Chosen choose(const Model& begun, const Words& words, std::span<const Sides> sides, const Choices& choices, denim::Seed seed);

/// The same on folds of some photographs: each fold once is kept back.
Chosen choose(const Model& begun, const KeptFeatures& kept, std::span<const std::size_t> photographs, std::size_t folds, const Choices& choices,
              denim::Seed seed);

/// A network that has learned some photographs by a setting.
std::unique_ptr<Model> learn(const Model& begun, const KeptFeatures& kept, std::span<const std::size_t> photographs, const Setting& setting,
                             denim::Seed seed);

}  // namespace tuning
