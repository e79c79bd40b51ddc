// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/finite.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// The bits of the 16-bit number nearest to `value` (ties to even; beyond the largest, infinity), for a format with
/// `Mantissa` stored bits whose smallest normal exponent is `Lowest`.
template <int Mantissa, int Lowest>
std::uint16_t nearest_16_bits(double value) {
    constexpr auto infinity = static_cast<std::uint16_t>((0x7fffu >> Mantissa) << Mantissa);
    const auto sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000u : 0u);
    const double size = std::fabs(value);
    if (is_nan(value)) return static_cast<std::uint16_t>(sign | infinity | (1u << (Mantissa - 1)));
    if (!is_finite(value)) return static_cast<std::uint16_t>(sign | infinity);
    if (size == 0) return sign;
    const int exponent = std::max(std::ilogb(size), Lowest);
    // In units of the last place: Mantissa bits below the leading one; a carry moves on into the exponent by itself.
    const double units = std::nearbyint(std::scalbn(size, Mantissa - exponent));
    const auto leading = static_cast<std::uint32_t>(exponent - Lowest) << Mantissa;
    const std::uint32_t bits = leading + static_cast<std::uint32_t>(units);
    return static_cast<std::uint16_t>(sign | (exponent > 1 - Lowest || bits > infinity ? infinity : bits));
}

}  // namespace detail

/// A number of IEEE 754's binary16: 1 sign, 5 exponent and 10 mantissa bits. For files; nothing is computed in it.
struct Float16 {
    std::uint16_t bits = 0;

    Float16() = default;
    explicit Float16(double value) : bits(detail::nearest_16_bits<10, -14>(value)) {}

    explicit operator float() const {
        const std::uint32_t sign = (bits & 0x8000u) << 16, exponent = (bits >> 10) & 31u, mantissa = bits & 0x3ffu;
        if (exponent == 0) return static_cast<float>(mantissa) * (sign ? -0x1p-24f : 0x1p-24f);
        return std::bit_cast<float>(sign | ((exponent == 31 ? 255u : exponent + 112) << 23) | (mantissa << 13));
    }
};

/// The upper half of a float: 1 sign, 8 exponent and 7 mantissa bits.
struct BFloat16 {
    std::uint16_t bits = 0;

    BFloat16() = default;
    explicit BFloat16(double value) : bits(detail::nearest_16_bits<7, -126>(value)) {}

    explicit operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
};

}  // namespace denim::inline DENIM_TARGET
