// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <array>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// How a parameter begins.
enum class Initial {
    zeros,
    ones,
    glorot_uniform,  ///< uniform in +-sqrt(6 / (fan_in + fan_out)); Glorot and Bengio (2010), Keras's default
    he_uniform,      ///< uniform in +-sqrt(6 / fan_in); He et al. (2015)
    he_normal,       ///< normal with deviation sqrt(2 / fan_in), cut at two deviations as Keras does
};

/// What moves a parameter.
enum class Moved {
    by_gradient,  ///< the optimizer
    by_layer,     ///< its layer: after a step, what stands at its place among the gradients is its next value (running statistics)
};

/// Up to four extents, as in {window, window, channels, filters}.
struct Extents {
    std::array<std::size_t, 4> values{};
    std::size_t rank = 0;

    constexpr Extents() = default;
    template <class... Sizes>
    constexpr Extents(std::size_t first, Sizes... more) : values{first, static_cast<std::size_t>(more)...}, rank(1 + sizeof...(more)) {}

    [[nodiscard]] constexpr std::size_t size() const {
        std::size_t product = 1;
        for (std::size_t d = 0; d < rank; ++d) product *= values[d];
        return product;
    }
    friend constexpr bool operator==(const Extents&, const Extents&) = default;
};

/// One named array that a layer learns or keeps.
struct Parameter {
    const char* name;  ///< "weights", "bias", "gamma", ...
    Extents extents;
    Initial initial = Initial::zeros;
    bool decays = false;  ///< L2 and weight decay apply: weights, not biases
    Moved moved = Moved::by_gradient;
    std::size_t fan_in = 1, fan_out = 1;
};

}  // namespace denim::inline DENIM_TARGET
