// SPDX-License-Identifier: MIT
#pragma once

// Shape kept: y = factor x, with a factor for each channel that is learned. Touvron et al., "Going deeper with image transformers" (2021).

#include <denim/layer/activation_function.hpp>
#include <denim/layer/channelwise.hpp>

namespace denim::inline DENIM_TARGET {

namespace detail {

struct LearnedFactor {
    static constexpr const char *word = "Scale", *parameter = "factor";
    template <class Computed>
    using Twin = kernel::PlainFactor<Computed>;
    template <class Number>
    static Number value(Number x, Number factor) {
        return factor * x;
    }
    template <class Number>
    static Number along_x(Number /*x*/, Number factor) {
        return factor;
    }
    template <class Number>
    static Number along_p(Number x) {
        return x;
    }
};

}  // namespace detail

/// Each channel times a trained factor, which begins at Start: ScaleOf<1e-6> at the end of a Residual is ConvNeXt's layer scale. One row
/// "factor", (C), which L2 and weight decay leave alone. A NaN gives NaN, and so does an infinity times a factor of 0.
template <Decimal Start>
struct ScaleOf : Channelwise<detail::LearnedFactor, Start> {};

/// ScaleOf whose factors begin at 1.
struct Scale : ScaleOf<1> {};

// The closing line stands in tests/runtime/layer/scale.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
