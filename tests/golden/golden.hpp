// SPDX-License-Identifier: MIT
#pragma once

// The numbers and pictures of make_golden.py, made again: equal to the last bit.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace golden {

/// A 32-bit hash of an index and a seed (Wellons's lowbias32 over their mix).
constexpr std::uint32_t bits(std::uint64_t index, std::uint32_t seed) {
    auto x = static_cast<std::uint32_t>(index) * 0x9E3779B1u + seed * 0x85EBCA77u;
    x = (x ^ (x >> 16)) * 0x7FEB352Du;
    x = (x ^ (x >> 15)) * 0x846CA68Bu;
    return x ^ (x >> 16);
}

/// Uniform in [-1, 1), each a whole multiple of 2^-23 times `scale`; with a power of two as scale, exact.
inline std::vector<float> numbers(std::size_t count, std::uint32_t seed, float scale = 1) {
    std::vector<float> all(count);
    for (std::size_t i = 0; i < count; ++i)
        all[i] = static_cast<float>(static_cast<std::int32_t>(bits(i, seed) >> 8) - (1 << 23)) * 0x1p-23f * scale;
    return all;
}

/// A photograph of 120 x 90, (row, column, channel), and its label: a wide or a high rectangle or a disc on black, with noise.
struct Picture {
    static constexpr std::size_t height = 120, width = 90, channels = 3, size = height * width * channels;

    std::vector<std::uint8_t> pixels;
    std::int32_t label;

    explicit Picture(std::uint32_t number) : pixels(size) {
        std::array<std::uint32_t, 6> h{};
        for (std::uint32_t k = 0; k < h.size(); ++k) h[k] = bits(8 * number + k, 100);
        label = static_cast<std::int32_t>(h[0] % 3);
        const auto y0 = static_cast<int>(45 + h[1] % 31), x0 = static_cast<int>(35 + h[2] % 21);
        std::size_t place = 0;
        for (int y = 0; y < static_cast<int>(height); ++y)
            for (int x = 0; x < static_cast<int>(width); ++x) {
                const int dy = std::abs(y - y0), dx = std::abs(x - x0);
                const bool inside = label == 0 ? dy < 12 && dx < 30 : label == 1 ? dy < 34 && dx < 11 : dy * dy + dx * dx < 400;
                for (std::size_t c = 0; c < channels; ++c, ++place) {
                    const std::uint32_t noise = bits(std::uint64_t{size} * number + place, 101) >> 26;
                    pixels[place] = static_cast<std::uint8_t>((inside ? 72 + h[3 + c] % 120 : 0) + noise);
                }
            }
    }
};

}  // namespace golden
