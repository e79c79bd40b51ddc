// SPDX-License-Identifier: MIT
#pragma once

// What the programs of this folder train: small networks, and pictures made from a seed.

#include <denim/denim.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace on_ranks {

using namespace denim;

/// The study's network in small.
using Study = Network<Image<36, 30, 3>, Sequential<Conv<5, 8>, MaxPool, Conv<5, 8>, MaxPool, Dense<3>>>;

/// With layers on batches, whose statistics and sums are of the whole batch, a convolution of many weights among them, and random numbers.
using Normalised = Network<Image<24, 20, 3>, Sequential<Conv<3, 8, Linear>, BatchNorm, Activation<ReLU>, MaxPool, Residual<Conv<3, 8, Same, Linear>, BatchNorm>,
                                                        Conv<1, 64, Stride<2>>, Conv<3, 64, Same, Linear>, BatchNorm, Flatten, Dense<96, ReLU>, Dropout, Dense<3>>>;
static_assert(Plan<Normalised::Graph, Fast, Mode::training>::LayerAt<8>::works == Works::on_batches);

struct Pictures {
    Array<std::uint8_t, 4> images;
    Array<std::int32_t, 1> labels;

    /// The label is the channel that is brightest.
    Pictures(std::size_t count, Shape shape, Seed seed)
        : images(std::array<std::size_t, 4>{count, shape.height, shape.width, shape.channels}), labels(std::array<std::size_t, 1>{count}) {
        Random random{seed};
        for (std::size_t n = 0; n < count; ++n) {
            const auto label = static_cast<std::int32_t>(random.below(3));
            labels(n) = label;
            for (std::size_t row = 0; row < shape.height; ++row)
                for (std::size_t column = 0; column < shape.width; ++column)
                    for (std::size_t channel = 0; channel < shape.channels; ++channel)
                        images(n, row, column, channel) = static_cast<std::uint8_t>(random.below(200) + (static_cast<std::int32_t>(channel) == label ? 40 : 0));
        }
    }
};

}  // namespace on_ranks
