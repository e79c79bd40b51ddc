// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <cmath>

namespace denim::inline DENIM_TARGET::detail {

/// The gamma that lets a BatchNorm of epsilon `to` give the numbers that it gave with the epsilon `from`.
inline float changed_gamma(float gamma, float variance, double from, double to) {
    const auto spread = static_cast<double>(variance);
    return static_cast<float>(static_cast<double>(gamma) * std::sqrt((spread + to) / (spread + from)));
}

}  // namespace denim::inline DENIM_TARGET::detail
