// SPDX-License-Identifier: MIT
#pragma once

// Shape kept: y = x above 0, slope x below, with a slope for each channel that is learned. He et al., "Delving deep into rectifiers" (2015).

#include <denim/layer/activation_function.hpp>
#include <denim/layer/channelwise.hpp>

namespace denim::inline DENIM_TARGET {

namespace detail {

struct LearnedSlope {
    static constexpr const char *word = "PReLU", *parameter = "slope";
    template <class Computed>
    using Twin = kernel::PlainSlope<Computed>;
    template <class Number>
    static Number value(Number x, Number slope) {
        return simd::select(x > constant<Number>(0), x, slope * x);
    }
    template <class Number>
    static Number along_x(Number x, Number slope) {
        return simd::select(x > constant<Number>(0), constant<Number>(1), slope);
    }
    template <class Number>
    static Number along_p(Number x) {
        return simd::select(x > constant<Number>(0), constant<Number>(0), x);
    }
};

}  // namespace detail

/// x above 0, a trained slope of its channel times x below; slopes begin at Start: PReLUOf<0.25> as in the paper and in PyTorch. One row
/// "slope", (C), which L2 and weight decay leave alone. At 0 the derivative is the slope. A NaN gives NaN.
template <Decimal Start>
struct PReLUOf : Channelwise<detail::LearnedSlope, Start> {};

/// PReLUOf whose slopes begin at 0, as Keras's do with shared_axes=[1, 2].
struct PReLU : PReLUOf<0> {};

// The closing line stands in tests/runtime/layer/prelu.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
