// SPDX-License-Identifier: MIT
#pragma once

// Brightness, contrast, saturation and hue of bytes, in whole numbers or through a table: the same bits on every machine.

#include <denim/tensor/shape.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace denim::inline DENIM_TARGET::detail {

/// Rows of red, green and blue that turn colours by `degrees` and stretch them from grey by `saturation`: the W3C's Filter
/// Effects, hueRotate and saturate.
inline std::array<double, 9> colour_matrix(double degrees, double saturation) {
    const double c = std::cos(degrees * std::numbers::pi / 180), s = std::sin(degrees * std::numbers::pi / 180);
    constexpr double luma[] = {0.213, 0.715, 0.072};
    constexpr double sines[] = {-0.213, -0.715, 0.928, 0.143, 0.140, -0.283, -0.787, 0.715, 0.072};
    std::array<double, 9> matrix;
    for (std::size_t i = 0; i < 9; ++i) {
        const double grey = luma[i % 3], one = i / 3 == i % 3 ? 1 : 0;
        matrix[i] = grey + saturation * (c * (one - grey) + s * sines[i]);
    }
    return matrix;
}

/// new = factor * (old - mean) + mean + added, for each channel.
inline void stretch_values(std::uint8_t* pixels, Shape shape, double factor, double added) {
    const std::size_t count = shape.height * shape.width;
    std::array<std::array<std::uint8_t, 256>, 4> tables;
    for (std::size_t first = 0; first < shape.channels; first += tables.size()) {
        const std::size_t channels = std::min(tables.size(), shape.channels - first);
        for (std::size_t c = 0; c < channels; ++c) {
            std::uint64_t sum = 0;
            if (factor != 1)
                for (std::size_t i = 0; i < count; ++i) sum += pixels[i * shape.channels + first + c];
            const double mean = static_cast<double>(sum) / static_cast<double>(count);
            for (std::size_t value = 0; value < 256; ++value) {
                const double changed = factor * (static_cast<double>(value) - mean) + mean + added;
                tables[c][value] = static_cast<std::uint8_t>(std::clamp(std::floor(changed + 0.5), 0.0, 255.0));
            }
        }
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t c = 0; c < channels; ++c) {
                std::uint8_t& value = pixels[i * shape.channels + first + c];
                value = tables[c][value];
            }
    }
}

inline void turn_colours(std::uint8_t* pixels, std::size_t count, const std::array<double, 9>& matrix) {
    constexpr int bits = 14;
    std::array<std::int32_t, 9> m;
    for (std::size_t i = 0; i < 9; ++i) m[i] = static_cast<std::int32_t>(std::lround(std::ldexp(matrix[i], bits)));
    for (std::uint8_t* p = pixels; p != pixels + 3 * count; p += 3) {
        const std::int32_t red = p[0], green = p[1], blue = p[2];
        for (std::size_t c = 0; c < 3; ++c) {
            const std::int32_t sum = m[3 * c] * red + m[3 * c + 1] * green + m[3 * c + 2] * blue + (1 << (bits - 1));
            p[c] = static_cast<std::uint8_t>(std::clamp(sum >> bits, 0, 255));
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::detail
