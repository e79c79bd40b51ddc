// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/simd.hpp>
#include <denim/tensor/layout.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// How a network computes: in fp32, with the fast kernels.
struct Fast {
    using Scalar = float;
    static constexpr bool plain = false, direct = false;
    static constexpr const char* precision = "fp32";

    /// Channels are padded to whole vectors, so that kernels have no tails.
    static constexpr std::size_t channel_stride(std::size_t channels) { return round_up(channels, simd::lanes<float>); }
};

/// The same, every convolution summed directly: for networks whose numbers must not pass through a transform.
struct Direct : Fast {
    static constexpr bool direct = true;
    static constexpr const char* precision = "fp32, direct sums";
};

/// How a network computes when it must only be right: every layer by its plain twin. Gradient checks use Plain<double>.
template <class Number>
struct Plain {
    using Scalar = Number;
    static constexpr bool plain = true, direct = true;
    static constexpr const char* precision = sizeof(Number) == 8 ? "fp64, plain" : "fp32, plain";

    static constexpr std::size_t channel_stride(std::size_t channels) { return channels; }
};

}  // namespace denim::inline DENIM_TARGET
