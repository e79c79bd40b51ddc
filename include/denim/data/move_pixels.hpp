// SPDX-License-Identifier: MIT
#pragma once

// Pictures shifted, turned, zoomed and mirrored, each pixel weighed in whole numbers: the same bits on every machine.

#include <denim/tensor/shape.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace denim::inline DENIM_TARGET::detail {

/// From the middles of new pixels to places in the old picture, in 2^-16 pixels: x' = xx x + xy y + x0, and y' alike.
struct PixelMap {
    static constexpr int bits = 16;
    std::int64_t xx, xy, x0, yx, yy, y0;

    /// `matrix` is {xx, xy, x0, yx, yy, y0} in pixels, between their middles.
    explicit PixelMap(const std::array<double, 6>& matrix) {
        const auto fixed = [](double value) { return static_cast<std::int64_t>(std::llround(std::ldexp(value, bits))); };
        xx = fixed(matrix[0]), xy = fixed(matrix[1]), x0 = fixed(matrix[2]);
        yx = fixed(matrix[3]), yy = fixed(matrix[4]), y0 = fixed(matrix[5]);
    }
};

/// Each new pixel is weighed from the four old ones around its place; outside of the picture there is `ground`.
template <std::size_t Channels>
void move_pixels(const std::uint8_t* in, Shape shape, const PixelMap& map, std::uint8_t ground, std::uint8_t* out) {
    const auto height = static_cast<std::int64_t>(shape.height), width = static_cast<std::int64_t>(shape.width);
    std::array<std::uint8_t, Channels> outside;
    outside.fill(ground);
    const auto pixel = [&](std::int64_t y, std::int64_t x) {
        return y >= 0 && y < height && x >= 0 && x < width ? in + static_cast<std::size_t>(y * width + x) * Channels
                                                           : outside.data();
    };
    for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < width; ++x, out += Channels) {
            const std::int64_t across = map.xx * x + map.xy * y + map.x0, down = map.yx * x + map.yy * y + map.y0;
            const std::int64_t left = across >> PixelMap::bits, top = down >> PixelMap::bits;
            if (left < -1 || left >= width || top < -1 || top >= height) {
                std::memset(out, ground, Channels);
                continue;
            }
            const auto right_share = static_cast<std::uint32_t>(across >> (PixelMap::bits - 8)) & 255u;
            const auto lower_share = static_cast<std::uint32_t>(down >> (PixelMap::bits - 8)) & 255u;
            const std::uint32_t lower_right = right_share * lower_share, upper_right = (right_share << 8) - lower_right;
            const std::uint32_t lower_left = (lower_share << 8) - lower_right,
                                upper_left = 65536u - upper_right - (lower_share << 8);
            const std::uint8_t *a, *b, *c, *d;
            if (left >= 0 && left + 1 < width && top >= 0 && top + 1 < height) {
                a = in + static_cast<std::size_t>(top * width + left) * Channels;
                b = a + Channels, c = a + shape.width * Channels, d = c + Channels;
            } else {
                a = pixel(top, left), b = pixel(top, left + 1), c = pixel(top + 1, left), d = pixel(top + 1, left + 1);
            }
            for (std::size_t k = 0; k < Channels; ++k)
                out[k] = static_cast<std::uint8_t>(
                    (a[k] * upper_left + b[k] * upper_right + c[k] * lower_left + d[k] * lower_right + 32768u) >> 16);
        }
}

inline void flip_pixels(const std::uint8_t* in, Shape shape, std::uint8_t* out) {
    const std::size_t row = shape.width * shape.channels;
    for (std::size_t y = 0; y < shape.height; ++y)
        for (std::size_t x = 0; x < shape.width; ++x)
            std::memcpy(out + y * row + x * shape.channels, in + y * row + (shape.width - 1 - x) * shape.channels,
                        shape.channels);
}

}  // namespace denim::inline DENIM_TARGET::detail
