// SPDX-License-Identifier: MIT
#pragma once

// A last layer in closed form: of few photographs it is found at once, and there is no number of epochs to choose.

#include "tuning/photo_folder.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tuning {

/// Rows of features to learn from; those behind `photographs` are drawings, which weigh `beside` of what photographs of their kind do.
struct Rows {
    std::span<const float> features;
    std::span<const std::int32_t> labels;
    std::size_t photographs = 0;
    float beside = 0;
};

/// Layers (features + 1, room), the last row the bias, for each L2, a part of the mean squared length of a row. Each is what makes the weighted squares
/// of (answer - kind) least, where a kind is itself and its words, and each kind weighs as much as every other; a kind's logit is less the further
/// off the answer is. Kinds without a row have a bias of -1000. Throws std::runtime_error for features that are no numbers.
std::vector<std::vector<float>> least_squares(const Rows& rows, const Words& words, std::span<const float> l2);

/// (N, room): what such a layer says of rows of features.
std::vector<float> logits_of(std::span<const float> layer, std::span<const float> features);

}  // namespace tuning
