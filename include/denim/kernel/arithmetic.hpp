// SPDX-License-Identifier: MIT
#pragma once

// How a network computes: three questions with an answer each.

#include <denim/machine/simd.hpp>
#include <denim/tensor/layout.hpp>

#include <cstddef>

namespace denim {

/// Which algorithms compute.
enum class Policy {
    fastest,  ///< the fast kernels
    direct,   ///< these, every convolution summed directly: for networks whose numbers must not pass through a transform
    plain,    ///< every layer's plain twin, the definition as it stands
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// What numbers are stored in: values, parameters, gradients of both, and records. What layers compute in: sums, statistics, and what gathers
/// gradients of parameters; they are rounded once, where a number is stored. And which algorithms compute.
template <class StoredNumber, class ComputedNumber, Policy How>
struct ArithmeticOf {
    using Stored = StoredNumber;
    using Computed = ComputedNumber;
    static constexpr Policy policy = How;

    /// Channels are padded to whole vectors, so that kernels have no tails; plain twins need none.
    static constexpr std::size_t channel_stride(std::size_t channels) {
        return How == Policy::plain ? channels : round_up(channels, simd::lanes<Computed>);
    }
};

/// In fp32, with the fast kernels.
struct Fast : ArithmeticOf<float, float, Policy::fastest> {
    static constexpr const char* precision = "fp32";
};

/// The same, every convolution summed directly.
struct Direct : ArithmeticOf<float, float, Policy::direct> {
    static constexpr const char* precision = "fp32, direct sums";
};

/// For who must only be right: every layer by its plain twin. Gradient checks use Plain<double>. Plain<double, float> has the values of fp32, each
/// as near to the exact one as a float can be: what a fast kernel is measured by.
template <class Number, class StoredNumber = Number>
struct Plain : ArithmeticOf<StoredNumber, Number, Policy::plain> {
    static constexpr const char* precision = sizeof(StoredNumber) < sizeof(Number) ? "fp32, sums in fp64, plain"
                                             : sizeof(Number) == 8                 ? "fp64, plain"
                                                                                   : "fp32, plain";
};

}  // namespace denim::inline DENIM_TARGET
