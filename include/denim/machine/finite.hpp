// SPDX-License-Identifier: MIT
#pragma once

// Whether a number is one, asked by its bits: under -ffast-math compilers take every number for a finite one, and
// `x != x` and std::isfinite answer without a look. What Denim does not promise to be finite is asked here.

#include <denim/machine/target.hpp>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <span>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

/// The numbers that can be asked: float and double.
template <class Scalar>
concept Askable = std::same_as<Scalar, float> || std::same_as<Scalar, double>;

/// The unsigned integer of the same size.
template <Askable Scalar>
using BitsOf = std::conditional_t<sizeof(Scalar) == 4, std::uint32_t, std::uint64_t>;

/// The bits of infinity: those of a NaN, without its sign, are more.
template <Askable Scalar>
inline constexpr BitsOf<Scalar> infinity_bits = std::bit_cast<BitsOf<Scalar>>(std::numeric_limits<Scalar>::max()) + 1;

/// The bits without the sign. Where NaNs are assumed away, the compiler may not connect these with what it assumes.
template <Askable Scalar>
[[gnu::always_inline]] constexpr BitsOf<Scalar> magnitude_bits(Scalar value) {
    auto bits = std::bit_cast<BitsOf<Scalar>>(value);
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
    if (!std::is_constant_evaluated()) asm("" : "+r"(bits));
#endif
    return bits & (~BitsOf<Scalar>{0} >> 1);
}

/// Whether `value` is not a number, under -ffast-math too.
template <Askable Scalar>
[[gnu::always_inline]] constexpr bool is_nan(Scalar value) {
    return magnitude_bits(value) > infinity_bits<Scalar>;
}

/// Whether `value` is neither infinite nor NaN, under -ffast-math too.
template <Askable Scalar>
[[gnu::always_inline]] constexpr bool is_finite(Scalar value) {
    return magnitude_bits(value) < infinity_bits<Scalar>;
}

/// Whether `value` is not zero; a NaN is not, under -ffast-math too.
template <Askable Scalar>
[[gnu::always_inline]] constexpr bool is_nonzero(Scalar value) {
    return magnitude_bits(value) != 0;
}

/// Whether a number takes the place of the largest one seen so far: a NaN ranks above all, and the first of equals stays.
template <Askable Scalar>
[[gnu::always_inline]] constexpr bool outranks(Scalar candidate, Scalar largest) {
    return (candidate > largest || is_nan(candidate)) && !is_nan(largest);
}

/// Whether `left` is less than `right`, a NaN being more than any number: the order of losses.
template <Askable Scalar>
[[gnu::always_inline]] constexpr bool is_less(Scalar left, Scalar right) {
    return !is_nan(left) && (is_nan(right) || left < right);
}

namespace detail {

// Under -ffast-math clang leaves constants out that are not finite.
template <Askable Scalar>
[[gnu::always_inline]] constexpr Scalar of_bits(BitsOf<Scalar> bits) {
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
    if (!std::is_constant_evaluated()) asm("" : "+r"(bits));
#endif
    return std::bit_cast<Scalar>(bits);
}

}  // namespace detail

/// A NaN that a function may give back, under -ffast-math too.
template <Askable Scalar>
[[gnu::always_inline]] constexpr Scalar not_a_number() {
    return detail::of_bits<Scalar>(infinity_bits<Scalar> + (BitsOf<Scalar>{1} << (std::numeric_limits<Scalar>::digits - 2)));
}

/// More than any number, under -ffast-math too.
template <Askable Scalar>
[[gnu::always_inline]] constexpr Scalar infinite() {
    return detail::of_bits<Scalar>(infinity_bits<Scalar>);
}

namespace detail {

/// The largest of the bits without their signs: those of a NaN if there is one, else of an infinity, else of a number.
template <Askable Scalar>
BitsOf<Scalar> largest_bits(std::span<const Scalar> numbers) {
    using Bits = BitsOf<Scalar>;
    constexpr std::size_t block = 128;
    Bits lanes[16] = {};
    for (std::size_t first = 0; first < numbers.size(); first += block) {
        Bits part[block] = {};
        std::memcpy(part, numbers.data() + first, std::min(block, numbers.size() - first) * sizeof(Scalar));
        for (std::size_t n = 0; n < block; ++n) lanes[n % 16] = std::max<Bits>(lanes[n % 16], part[n] & (~Bits{0} >> 1));
    }
    return *std::max_element(std::begin(lanes), std::end(lanes));
}

}  // namespace detail

/// Whether all numbers are finite, under -ffast-math too; at the speed of vectors. True for none at all.
inline bool all_finite(std::span<const float> numbers) { return detail::largest_bits(numbers) < infinity_bits<float>; }
inline bool all_finite(std::span<const double> numbers) { return detail::largest_bits(numbers) < infinity_bits<double>; }

/// The largest magnitude of some numbers, 0 of none: a NaN where there is one, else infinity where there is one.
inline float largest_magnitude(std::span<const float> numbers) { return std::bit_cast<float>(detail::largest_bits(numbers)); }

}  // namespace denim::inline DENIM_TARGET
