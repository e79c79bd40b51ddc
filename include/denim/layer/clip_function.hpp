// SPDX-License-Identifier: MIT
#pragma once

// Activations that are a line between two limits, and flat beyond them. Their slope is 0 at the limits, as in Keras and PyTorch.

#include <denim/layer/activation_function.hpp>
#include <denim/machine/decimal.hpp>

namespace denim::inline DENIM_TARGET {

/// min(max(x, Low), High): Clip<-1, 1> is what PyTorch calls Hardtanh.
template <Decimal Low, Decimal High>
struct Clip : detail::Spelled {
    static_assert(Low.value() < High.value(), "denim: Clip: the first limit must be below the second.");
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return simd::clamp(x, Low.value(), High.value());
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        const Number below = constant<Number>(High.value()) - y, above = y - constant<Number>(Low.value());
        return simd::relu_gradient(above, simd::relu_gradient(below, constant<Number>(1)));
    }
};

/// min(max(x, 0), 6) (Krizhevsky, 2010).
struct ReLU6 : Clip<0, 6> {};

/// min(max(x + 3, 0), 6) / 6, as Keras 3 and PyTorch have it (Keras 2 and ONNX's default are 0.2 x + 0.5, between 0 and 1).
struct HardSigmoid : detail::Spelled {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return detail::hard_logistic(x);
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        const Number below = constant<Number>(1) - y;
        return simd::relu_gradient(y, simd::relu_gradient(below, constant<Number>(1.0 / 6)));
    }
};

}  // namespace denim::inline DENIM_TARGET
