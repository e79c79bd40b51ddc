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

namespace denim::inline DENIM_TARGET::kernel {

/// The sizes of one row of tiles. Column x of the picture stands with those that lie a whole number of tiles away, as pixel
/// x / side of phase x % side, so that a vector holds the same column of neighbouring tiles.
struct TileRow {
    std::size_t together;  ///< tiles whose sums are in registers at a time
    std::size_t numbers;   ///< of one point: tiles x channels, whole vectors
    std::size_t phase;     ///< numbers of one phase
    std::size_t row;       ///< numbers of all phases

    [[nodiscard]] constexpr std::size_t pixels() const { return tile * row; }
    [[nodiscard]] constexpr std::size_t points() const { return tile * tile * numbers; }
    [[nodiscard]] constexpr std::size_t scratch() const { return 2 * pixels() + points(); }
};

constexpr TileRow tile_row(const Convolution& of) {
    constexpr std::size_t lanes = simd::lanes<float>, together = 2;
    const Tiles tiles = output_tiles(of);
    const std::size_t numbers = round_up(round_up(tiles.across, together) * of.channels(), lanes);
    const std::size_t phase = round_up(numbers + (tile - 1) / tiles.side * of.channels(), lanes);
    return {together, numbers, phase, tiles.side * phase};
}

/// Numbers of few_weights: (filters / lanes, column, row, channel, lanes), columns and rows of the transform domain.
constexpr std::size_t few_weights_size(const Convolution& of) { return tile * tile * of.channels() * of.output.stride; }

/// All weights into the transform domain.
template <Convolution Of>
inline void few_weights(const float* weights, float* to) {
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t n = 0; n < Of.output.stride; n += lanes)
        for (std::size_t c = 0; c < Of.channels(); ++c)
            transform_weight_tile<Of.window>(
                [&](std::size_t i, std::size_t j) {
                    return load_up_to(weights + ((i * Of.window + j) * Of.channels() + c) * Of.filters() + n, Of.filters() - n);
                },
                [&](std::size_t i, std::size_t j, Channels value) {
                    simd::store(to + (n * tile * tile + ((j * tile + i) * lanes)) * Of.channels() + c * lanes, value);
                });
}

namespace detail {

/// Copies row y of the windows' reach into phases; zeros stand for what lies beyond the picture and its border.
template <Convolution Of>
inline void split_row(const float* input, std::size_t y, float* to) {
    constexpr TileRow sizes = tile_row(Of);
    constexpr std::size_t channels = Of.channels(), side = output_tiles(Of).side;
    constexpr std::size_t rows = Of.top + Of.input.shape.height + Of.input.border.bottom;
    constexpr std::size_t columns = Of.left + Of.input.shape.width + Of.input.border.right;
    constexpr std::size_t pixels = sizes.phase / channels, whole = std::min(columns / side, pixels);
    if (y >= rows) {
        std::fill_n(to, sizes.row, 0.0f);
        return;
    }
    const float* from = input + Of.input.offset(y - Of.top, 0 - Of.left);
    for (std::size_t pixel = 0; pixel < whole; ++pixel)
        for (std::size_t x = 0; x < side; ++x, from += Of.input.stride)
            std::copy_n(from, channels, to + x * sizes.phase + pixel * channels);
    for (std::size_t x = 0; x < side; ++x) {
        float* const rest = to + x * sizes.phase + whole * channels;
        std::fill(rest, to + (x + 1) * sizes.phase, 0.0f);
        if (whole < pixels && whole * side + x < columns) std::copy_n(from + x * Of.input.stride, channels, rest);
    }
}

/// The row of tiles whose pixels stand in `rows`, the first of them in row `first` of 8, into the transform domain.
template <Convolution Of>
inline void transform_row(const float* rows, std::size_t first, float* between, float* to) {
    constexpr TileRow sizes = tile_row(Of);
    constexpr std::size_t lanes = simd::lanes<float>, channels = Of.channels(), side = output_tiles(Of).side;
    for (std::size_t n = 0; n < sizes.row; n += lanes) {
        Channels d[tile], v[tile];
        for (std::size_t i = 0; i < tile; ++i) d[i] = simd::load(rows + (first + i) % tile * sizes.row + n);
        input_transform(d, v);
        for (std::size_t i = 0; i < tile; ++i) simd::store(between + i * sizes.row + n, v[i]);
    }
    for (std::size_t i = 0; i < tile; ++i)
        for (std::size_t n = 0; n < sizes.numbers; n += lanes) {
            Channels d[tile], v[tile];
            for (std::size_t j = 0; j < tile; ++j)
                d[j] = simd::load(between + i * sizes.row + j % side * sizes.phase + j / side * channels + n);
            input_transform(d, v);
            for (std::size_t j = 0; j < tile; ++j) simd::store(to + (i * tile + j) * sizes.numbers + n, v[j]);
        }
}

}  // namespace detail

/// Rows of tiles `first` to `last`: convolution, bias and epilogue.
template <Convolution Of>
inline void few_forward(const float* input, const float* weights, const float* bias, float* output, std::uint8_t* record,
                        float* scratch, std::size_t first, std::size_t last) {
    constexpr TileRow sizes = tile_row(Of);
    constexpr Tiles tiles = output_tiles(Of);
    constexpr std::size_t lanes = simd::lanes<float>, channels = Of.channels(), side = tiles.side, together = sizes.together;
    float* const rows = scratch;
    float* const between = rows + sizes.pixels();
    float* const transformed = between + sizes.pixels();
    for (std::size_t ty = first; ty < last; ++ty) {
        for (std::size_t i = ty == first ? 0 : tile - side; i < tile; ++i)
            detail::split_row<Of>(input, ty * side + i, rows + (ty * side + i) % tile * sizes.row);
        detail::transform_row<Of>(rows, ty * side % tile, between, transformed);
        for (std::size_t f = 0; f < Of.output.stride; f += lanes) {
            const float* const u = weights + f * tile * tile * channels;
            const Channels shift = simd::load(bias + f);
            for (std::size_t tx = 0; tx < tiles.across; tx += together) {
                Channels half[together][side][tile];
                for (std::size_t j = 0; j < tile; ++j) {
                    Channels sums[together][tile];
#pragma GCC unroll 8
                    for (std::size_t i = 0; i < tile; ++i)
#pragma GCC unroll 4
                        for (std::size_t c = 0; c < channels; ++c) {
                            const Channels weight = simd::keep(simd::load(u + ((j * tile + i) * channels + c) * lanes));
#pragma GCC unroll 2
                            for (std::size_t t = 0; t < together; ++t) {
                                const Channels value =
                                    simd::broadcast(transformed[(i * tile + j) * sizes.numbers + (tx + t) * channels + c]);
                                sums[t][i] = c == 0 ? value * weight : simd::fma(value, weight, sums[t][i]);
                            }
                        }
#pragma GCC unroll 2
                    for (std::size_t t = 0; t < together; ++t) {
                        Channels column[side];
                        output_transform<side>(sums[t], column);
#pragma GCC unroll 6
                        for (std::size_t i = 0; i < side; ++i) half[t][i][j] = column[i];
                    }
                }
                for (std::size_t t = 0; t < std::min(together, tiles.across - tx); ++t)
                    for (std::size_t i = 0; i < side; i += 2) {
                        Channels upper[side], lower[side];
                        output_transform<side>(half[t][i], upper);
                        output_transform<side>(half[t][i + 1], lower);
                        write_rows<Of, side>(upper, lower, shift, ty * side + i, (tx + t) * side, f, output, record);
                    }
            }
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
