// SPDX-License-Identifier: MIT
#pragma once

// Functions of vectors, and the same names for plain numbers, so that a formula is written once for both. A NaN gives NaN,
// infinities give their limits.

#include <denim/machine/simd_order.hpp>

#include <cmath>

namespace denim::inline DENIM_TARGET::simd {

namespace detail {

/// The result, NaN where the value is: xsimd's functions see to that, except where compilers assume NaNs away.
template <class Scalar>
DENIM_INLINE Vector<Scalar> nan_of(Vector<Scalar> value, Vector<Scalar> result) {
    if constexpr (nans_assumed_away)
        return simd::select(is_nan(value), value, result);
    else
        return result;
}

}  // namespace detail

/// The value, but not below `low` and not above `high`; a NaN stays.
template <class Scalar>
DENIM_INLINE Vector<Scalar> clamp(Vector<Scalar> value, double low, double high) {
    const Vector<Scalar> least = broadcast(static_cast<Scalar>(low)), most = broadcast(static_cast<Scalar>(high));
    return detail::nan_of(value, detail::native_min(most, detail::native_max(least, value)));
}

template <class Scalar>
DENIM_INLINE Vector<Scalar> sqrt(Vector<Scalar> value) {
    return detail::nan_of(value, xsimd::sqrt(value));
}
/// Where infinities are assumed away, clang leaves out the one that xsimd gives for large numbers, and it is put in here: from just
/// below xsimd's own limits on, the logarithms of the largest numbers.
template <class Scalar>
DENIM_INLINE Vector<Scalar> exp(Vector<Scalar> value) {
    if constexpr (detail::nans_assumed_away) {
        const Vector<Scalar> largest = broadcast(static_cast<Scalar>(sizeof(Scalar) == 4 ? 88.3762589 : 709.782712));
        const Vector<Scalar> inside = xsimd::exp(detail::native_min(largest, value));
        return detail::nan_of(value, simd::select(value > largest, broadcast(infinite<Scalar>()), inside));
    } else {
        return xsimd::exp(value);
    }
}
template <class Scalar>
DENIM_INLINE Vector<Scalar> tanh(Vector<Scalar> value) {
    return detail::nan_of(value, xsimd::tanh(detail::nans_assumed_away ? clamp(value, -20, 20) : value));
}
/// xsimd's squares its argument, whose square may be infinite; from 6 on it is 1. Where NaNs are assumed away, clang makes
/// something else of it (0.7 for 0.678), and the library's takes its place, number by number.
template <class Scalar>
DENIM_INLINE Vector<Scalar> erf(Vector<Scalar> value) {
#if defined(__clang__)
    if constexpr (detail::nans_assumed_away) {
        alignas(64) Scalar numbers[lanes<Scalar>];
        store(numbers, value);
        for (Scalar& number : numbers)
            if (!denim::is_nan(number)) number = std::erf(number);
        return load(numbers);
    }
#endif
    return detail::nan_of(value, xsimd::erf(clamp(value, -6, 6)));
}
/// log(1 + value) for values from 0 to 1, as precise near 0 as elsewhere: twice the inverse hyperbolic tangent of value / (2 + value).
template <class Scalar>
DENIM_INLINE Vector<Scalar> log1p(Vector<Scalar> value) {
    constexpr int terms = sizeof(Scalar) == 4 ? 8 : 17;  // of x + x^3 / 3 + x^5 / 5 + ..., where x is 1/3 at most
    const Vector<Scalar> x = value / (value + broadcast(Scalar{2})), square = x * x;
    Vector<Scalar> sum = broadcast(static_cast<Scalar>(1.0 / (2 * terms + 1)));
    for (int n = terms - 1; n >= 0; --n) sum = fma(sum, square, broadcast(static_cast<Scalar>(1.0 / (2 * n + 1))));
    return (x + x) * sum;
}

inline float exp(float value) { return std::exp(value); }
inline double exp(double value) { return std::exp(value); }
inline float tanh(float value) { return std::tanh(value); }
inline double tanh(double value) { return std::tanh(value); }
inline float erf(float value) { return std::erf(value); }
inline double erf(double value) { return std::erf(value); }
inline float log1p(float value) { return std::log1p(value); }
inline double log1p(double value) { return std::log1p(value); }
inline float select(bool condition, float yes, float no) { return condition ? yes : no; }
inline double select(bool condition, double yes, double no) { return condition ? yes : no; }

/// The value, but not below `low` and not above `high`; a NaN stays.
template <Askable Scalar>
constexpr Scalar clamp(Scalar value, double low, double high) {
    const auto least = static_cast<Scalar>(low), most = static_cast<Scalar>(high);
    if (denim::is_nan(value)) return value;
    return value < least ? least : value > most ? most : value;
}
/// max(value, 0), NaN where the value is.
template <Askable Scalar>
constexpr Scalar relu(Scalar value) {
    return value > 0 || denim::is_nan(value) ? value : Scalar{0};
}
/// The gradient where the output of ReLU is above zero, or NaN; zero elsewhere.
template <Askable Scalar>
constexpr Scalar relu_gradient(Scalar output, Scalar gradient) {
    return output > 0 || denim::is_nan(output) ? gradient : Scalar{0};
}

}  // namespace denim::inline DENIM_TARGET::simd
