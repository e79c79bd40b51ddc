// SPDX-License-Identifier: MIT
#pragma once

#include <denim/tensor/row.hpp>

#include <cstddef>

namespace denim {

/// How a parameter begins.
enum class Initial {
    zeros,
    ones,
    constant,        ///< all of them Parameter::start
    glorot_uniform,  ///< uniform in +-sqrt(6 / (fan_in + fan_out)); Glorot and Bengio (2010), Keras's default
    glorot_normal,   ///< normal with deviation sqrt(2 / (fan_in + fan_out)), cut at two deviations as Keras does
    he_uniform,      ///< uniform in +-sqrt(6 / fan_in); He et al. (2015)
    he_normal,       ///< normal with deviation sqrt(2 / fan_in), cut likewise
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// One named array that a layer learns or keeps.
struct Parameter {
    const char* name = "";  ///< "weights", "bias", "gamma", ...
    Extents extents;
    Initial initial = Initial::zeros;
    bool decays = false;  ///< L2 and weight decay apply: weights, not biases
    Moved moved = Moved::by_gradient;
    std::size_t fan_in = 1, fan_out = 1;
    double start = 0;  ///< of Initial::constant
};

}  // namespace denim::inline DENIM_TARGET
