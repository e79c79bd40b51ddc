// SPDX-License-Identifier: MIT
#pragma once

// log(1 + exp(x)), and what is made of it. Nothing overflows: exponentials are of -|x| alone.

#include <denim/layer/activation_function.hpp>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// exp(-|x|)
template <class Number>
Number exp_of_distance(Number x) {
    return simd::exp(-(simd::relu(x) + simd::relu(-x)));
}

/// 1 / (1 + exp(-x))
template <class Number>
Number share_of_two(Number x) {
    const Number e = exp_of_distance(x);
    return simd::select(x > constant<Number>(0), constant<Number>(1), e) / (constant<Number>(1) + e);
}

}  // namespace detail

/// log(1 + exp(x)). PyTorch's gives x itself above 20, where no float shows the difference.
struct Softplus : detail::Spelled {
    static constexpr bool of_input = true;  // of y alone the slope would be 1 - exp(-y), which is nothing where y is small
    template <class Number>
    static Number value(Number x) {
        return simd::relu(x) + simd::log1p(detail::exp_of_distance(x));
    }
    template <class Number>
    static Number slope(Number x, Number /*y*/) {
        return detail::share_of_two(x);
    }
};

/// x tanh(log(1 + exp(x))) (Misra, 2019); 0 where x is minus infinity.
struct Mish : detail::Spelled {
    static constexpr bool of_input = true;
    /// The tangent: with a = (1 + exp(x))^2 it is (a - 1) / (a + 1), both divided by exp(2 x) above 0.
    template <class Number>
    static Number share(Number x) {
        const Number e = detail::exp_of_distance(x), zero = constant<Number>(0), one = constant<Number>(1), two = constant<Number>(2);
        const Number above = simd::select(x > zero, one + two * e, e * (e + two));
        return above / (above + simd::select(x > zero, two * e * e, two));
    }
    template <class Number>
    static Number value(Number x) {
        return (simd::relu(x) + simd::clamp(x, -1000, 0)) * share(x);
    }
    template <class Number>
    static Number slope(Number x, Number /*y*/) {
        const Number all = share(x);
        return all + simd::clamp(x, -1000, 1000) * (constant<Number>(1) - all * all) * detail::share_of_two(x);
    }
};

}  // namespace denim::inline DENIM_TARGET
