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

/// A NaN that a function may give back: under -ffast-math clang leaves constant ones out.
template <Askable Scalar>
[[gnu::always_inline]] constexpr Scalar not_a_number() {
    BitsOf<Scalar> bits = infinity_bits<Scalar> + (BitsOf<Scalar>{1} << (std::numeric_limits<Scalar>::digits - 2));
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
    if (!std::is_constant_evaluated()) asm("" : "+r"(bits));
#endif
    return std::bit_cast<Scalar>(bits);
}

namespace detail {

template <Askable Scalar>
bool all_finite(const Scalar* from, std::size_t count) {
    using Bits = BitsOf<Scalar>;
    constexpr std::size_t block = 128;
    for (std::size_t first = 0; first < count; first += block) {
        Bits numbers[block] = {}, largest = 0;
        std::memcpy(numbers, from + first, std::min(block, count - first) * sizeof(Scalar));
        for (const Bits bits : numbers) largest = std::max<Bits>(largest, bits & (~Bits{0} >> 1));
        if (largest >= infinity_bits<Scalar>) return false;
    }
    return true;
}

}  // namespace detail

/// Whether all numbers are finite, under -ffast-math too; at the speed of vectors. True for none at all.
inline bool all_finite(std::span<const float> numbers) { return detail::all_finite(numbers.data(), numbers.size()); }
inline bool all_finite(std::span<const double> numbers) { return detail::all_finite(numbers.data(), numbers.size()); }

}  // namespace denim::inline DENIM_TARGET
