// SPDX-License-Identifier: MIT
#pragma once

// Activations that are x above 0, and something else below.

#include <denim/layer/activation_function.hpp>
#include <denim/machine/decimal.hpp>

namespace denim::inline DENIM_TARGET {

/// x above 0, Slope x below: LeakyReLUOf<0.01> is what PyTorch calls LeakyReLU.
template <Decimal Slope>
struct LeakyReLUOf : detail::Spelled {
    static_assert(Slope.value() >= 0, "denim: LeakyReLUOf: the slope must be at least 0.");
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return simd::select(x > constant<Number>(0), x, constant<Number>(Slope.value()) * x);
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        return simd::select(y > constant<Number>(0), constant<Number>(1), constant<Number>(Slope.value()));
    }
};

/// x above 0, 0.3 x below: the slope of Keras's layer (PyTorch's is 0.01).
struct LeakyReLU : LeakyReLUOf<0.3> {};

/// x above 0, Alpha (exp(x) - 1) below.
template <Decimal Alpha>
struct ELUOf : detail::Spelled {
    static_assert(Alpha.value() > 0, "denim: ELUOf: alpha must be more than 0.");
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        const Number below = simd::exp(x - simd::relu(x)) - constant<Number>(1);
        return simd::select(x > constant<Number>(0), x, constant<Number>(Alpha.value()) * below);
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        return simd::select(y > constant<Number>(0), constant<Number>(1), y + constant<Number>(Alpha.value()));
    }
};

/// x above 0, exp(x) - 1 below (Clevert et al., 2016).
struct ELU : ELUOf<1> {};

}  // namespace denim::inline DENIM_TARGET
