// SPDX-License-Identifier: MIT
#pragma once

// Transformed convolution of pictures of one to few_channels channels. Its products have so few terms that they stay in
// registers with the transform that follows. Pixels and channels of a row of tiles are transformed side by side in one vector.

#include <denim/kernel/convolution_epilogue.hpp>
#include <denim/kernel/tile_transform.hpp>
#include <denim/kernel/tiling.hpp>
#include <denim/kernel/transformed_weights.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace denim::inline DENIM_TARGET::kernel {

/// The sizes of one row of tiles. Column x of the picture stands with those that lie a whole number of tiles away, as pixel
/// x / side of phase x % side, so that a vector holds the same column of neighbouring tiles.
struct TileRow {
    static constexpr std::size_t together = 2;  ///< tiles whose sums are in registers at a time

    std::size_t numbers;   ///< of one point: tiles x channels, whole runs
    std::size_t phase;     ///< numbers of one phase
    std::size_t row;       ///< numbers of all phases

    [[nodiscard]] constexpr std::size_t pixels() const { return tile * row; }
    [[nodiscard]] constexpr std::size_t points() const { return tile * tile * numbers; }
    [[nodiscard]] constexpr std::size_t scratch() const { return 2 * pixels() + points(); }
};

/// Numbers of a point that stand side by side in the transform domain before those of the next point: whole vectors, and all channels of
/// tiles that are together.
constexpr std::size_t few_run(std::size_t channels) { return std::lcm(simd::lanes<float>, TileRow::together * channels); }

constexpr TileRow tile_row(const Convolution& of) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const Tiles tiles = output_tiles(of);
    const std::size_t numbers = round_up(tiles.across * of.channels(), few_run(of.channels()));
    const std::size_t phase = round_up(numbers + (tile - 1) / tiles.side * of.channels(), lanes);
    return {numbers, phase, tiles.side * phase};
}

/// Numbers of few_weights: (filters / lanes, column, row, channel, lanes), columns and rows of the transform domain.
constexpr std::size_t few_weights_size(const Convolution& of) { return tile * tile * of.channels() * of.output.stride; }

/// All weights into the transform domain.
template <std::size_t Window>
DENIM_KERNEL void few_weights(const Convolution& of, const float* weights, float* to) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t channels = of.channels(), filters = of.filters();
    for (std::size_t n = 0; n < of.output.stride; n += lanes)
        for (std::size_t c = 0; c < channels; ++c)
            transform_weight_tile<Window>(
                [&](std::size_t i, std::size_t j) {
                    return load_up_to(weights + ((i * Window + j) * channels + c) * filters + n, filters - n);
                },
                [&](std::size_t i, std::size_t j, Channels value) {
                    simd::store(to + (n * tile * tile + ((j * tile + i) * lanes)) * channels + c * lanes, value);
                });
}

namespace detail {

/// Copies row y of the windows' reach into phases; zeros stand for what lies beyond the picture and its border.
template <std::size_t Channels, std::size_t Side>
inline void split_row(const Convolution& of, const TileRow& sizes, const float* input, std::size_t y, float* to) {
    const std::size_t rows = of.top + of.input.shape.height + of.input.border.bottom;
    const std::size_t columns = of.left + of.input.shape.width + of.input.border.right;
    const std::size_t pixels = sizes.phase / Channels, whole = std::min(columns / Side, pixels), stride = of.input.stride;
    if (y >= rows) {
        std::fill_n(to, sizes.row, 0.0f);
        return;
    }
    const float* const from = input + of.input.offset(y - of.top, 0 - of.left);
    for (std::size_t x = 0; x < Side; ++x, to += sizes.phase) {
        for (std::size_t pixel = 0; pixel < whole; ++pixel) std::copy_n(from + (pixel * Side + x) * stride, Channels, to + pixel * Channels);
        std::fill(to + whole * Channels, to + sizes.phase, 0.0f);
        if (whole < pixels && whole * Side + x < columns) std::copy_n(from + (whole * Side + x) * stride, Channels, to + whole * Channels);
    }
}

/// The row of tiles whose pixels stand in `rows`, the first of them in row `first` of 8, into the transform domain.
template <std::size_t Count, std::size_t Side>
inline void transform_row(const TileRow& sizes, const float* rows, std::size_t first, float* between, float* to) {
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t n = 0; n < sizes.row; n += lanes) {
        Channels d[tile], v[tile];
        for (std::size_t i = 0; i < tile; ++i) d[i] = simd::load(rows + (first + i) % tile * sizes.row + n);
        input_transform(d, v);
        for (std::size_t i = 0; i < tile; ++i) simd::store(between + i * sizes.row + n, v[i]);
    }
    constexpr std::size_t run = few_run(Count);
    for (std::size_t i = 0; i < tile; ++i)
        for (std::size_t n = 0; n < sizes.numbers; n += lanes) {
            Channels d[tile], v[tile];
            for (std::size_t j = 0; j < tile; ++j) d[j] = simd::load(between + i * sizes.row + j % Side * sizes.phase + j / Side * Count + n);
            input_transform(d, v);
            float* const own = to + n / run * tile * tile * run + i * tile * run + n % run;
            for (std::size_t j = 0; j < tile; ++j) simd::store(own + j * run, v[j]);
        }
}

}  // namespace detail

/// Rows of tiles `first` to `last` of a picture of `Count` channels: convolution, bias and epilogue.
template <std::size_t Count, std::size_t Side, Epilogue End>
DENIM_KERNEL void few_forward(const Convolution& of, const TileRow& sizes, const Tiles& tiles, const float* input, const float* weights,
                              const float* bias, float* output, std::uint8_t* record, float* scratch, std::size_t first, std::size_t last) {
    constexpr std::size_t lanes = simd::lanes<float>, together = TileRow::together, run = few_run(Count);
    const PictureRows to = rows_of(of.output);
    float* const rows = scratch;
    float* const between = rows + sizes.pixels();
    float* const transformed = between + sizes.pixels();
    for (std::size_t ty = first; ty < last; ++ty) {
        for (std::size_t i = ty == first ? 0 : tile - Side; i < tile; ++i)
            detail::split_row<Count, Side>(of, sizes, input, ty * Side + i, rows + (ty * Side + i) % tile * sizes.row);
        detail::transform_row<Count, Side>(sizes, rows, ty * Side % tile, between, transformed);
        for (std::size_t f = 0; f < of.output.stride; f += lanes) {
            const float* const u = weights + f * tile * tile * Count;
            const Channels shift = simd::load(bias + f);
            for (std::size_t tx = 0; tx < tiles.across; tx += together) {
                Channels half[together][Side][tile];
                const float* const pair = transformed + tx * Count / run * tile * tile * run + tx * Count % run;
                for (std::size_t j = 0; j < tile; ++j) {
                    Channels sums[together][tile];
#pragma GCC unroll 8
                    for (std::size_t i = 0; i < tile; ++i) {
                        const float* const values = pair + (i * tile + j) * run;
#pragma GCC unroll 4
                        for (std::size_t c = 0; c < Count; ++c) {
                            const Channels weight = simd::keep(simd::load(u + ((j * tile + i) * Count + c) * lanes));
#pragma GCC unroll 2
                            for (std::size_t t = 0; t < together; ++t) {
                                const Channels value = simd::broadcast(values[t * Count + c]);
                                sums[t][i] = c == 0 ? value * weight : simd::fma(value, weight, sums[t][i]);
                            }
                        }
                    }
#pragma GCC unroll 2
                    for (std::size_t t = 0; t < together; ++t) {
                        Channels column[Side];
                        output_transform<Side>(sums[t], column);
#pragma GCC unroll 6
                        for (std::size_t i = 0; i < Side; ++i) half[t][i][j] = column[i];
                    }
                }
                for (std::size_t t = 0; t < std::min(together, tiles.across - tx); ++t)
                    for (std::size_t i = 0; i < Side; i += 2) {
                        Channels upper[Side], lower[Side];
                        output_transform<Side>(half[t][i], upper);
                        output_transform<Side>(half[t][i + 1], lower);
                        write_rows<End, Side>(to, upper, lower, shift, ty * Side + i, (tx + t) * Side, f, output, record);
                    }
            }
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
