// SPDX-License-Identifier: MIT
#pragma once

// The direct sum of a convolution: one row of z after the other, cut into tiles of pixels x vectors of filters that stay in
// registers while a window's numbers stream by. No patch is ever copied.

#include <denim/kernel/convolution_epilogue.hpp>
#include <denim/machine/simd_order.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// Pixels side by side, and vectors of filters, that one tile keeps in registers.
struct TileShape {
    std::size_t pixels = 1, vectors = 1;
};

/// The tile that covers `columns` pixels (a multiple of `unit`) of `vectors` vectors with the least work: a step of the inner
/// loop costs its multiplications or its loads, and never less than the latency of one multiplication.
constexpr TileShape best_tile(std::size_t columns, std::size_t vectors, std::size_t unit) {
    TileShape best{unit, 1};
    std::size_t least = static_cast<std::size_t>(-1);
    for (std::size_t v = 1; v <= std::min<std::size_t>(vectors, 4); ++v) {
        const std::size_t room = std::min<std::size_t>((simd::registers - 1 - v) / v, 14) / unit * unit;
        if (room == 0) continue;
        const std::size_t tiles = (columns + room - 1) / room;
        const std::size_t pixels = (columns / unit + tiles - 1) / tiles * unit;
        const auto step = [&](std::size_t width) { return std::max({pixels * width, pixels + width, std::size_t{8}}) + 2; };
        std::size_t cost = 16 * tiles * (vectors / v * step(v) + (vectors % v ? step(vectors % v) : 0));
        if (v == 2) cost -= cost / 16;  // measured: two vectors leave the most room between loads, at every vector width
        if (cost <= least) {
            least = cost;
            best = {pixels, v};
        }
    }
    return best;
}

/// What the tiles of a row have to know of a convolution.
struct TileRowSizes {
    std::size_t window = 0;                ///< rows of a window
    std::size_t runs = 0, length = 0;  ///< of a window row: runs of numbers that lie side by side, and how many each has
    std::size_t row = 0, pixel = 0;    ///< numbers of the input from one row, one pixel to the next
    std::size_t step = 0;              ///< numbers of the input from one pixel of z to the next
    std::size_t down = 0;              ///< numbers of the input from one row of z to the next
    std::size_t output = 0;            ///< numbers of the output from one pixel to the next
    std::size_t record = 0;            ///< bytes likewise
};
constexpr TileRowSizes tile_row_sizes(const Convolution& of, std::size_t padded) {
    // The numbers of a window row lie side by side unless the channels are padded: then each pixel is a run of its own.
    const bool joined = of.input.stride == of.channels();
    const std::size_t row = of.input.row(), pixel = of.input.stride;
    return {of.window.rows, joined ? 1 : of.window.columns, joined ? of.window.columns * of.channels() : of.channels(), row, pixel,
            of.stride.columns * pixel, of.stride.rows * row, of.output.stride, padded};
}

namespace detail {

/// The sums of `Pixels` pixels of z without bias, handed to `done(pixel, vector, sum)`; the first window begins at `corner`.
template <std::size_t Pixels, std::size_t Vectors, class Done>
DENIM_INLINE void tile_sums(const TileRowSizes& of, const float* corner, const float* weights, Done done) {
    constexpr std::size_t lanes = simd::lanes<float>, ahead = 1024;  // weights wanted next: they come from the second-level cache
    simd::Vector<float> sum[Pixels][Vectors];
#pragma GCC unroll 16
    for (std::size_t p = 0; p < Pixels; ++p)
#pragma GCC unroll 4
        for (std::size_t v = 0; v < Vectors; ++v) sum[p][v] = simd::broadcast(0.0f);
    const std::size_t step = of.step;
    for (std::size_t i = 0; i < of.window; ++i, corner += of.row)
        for (std::size_t run = 0; run < of.runs; ++run) {
            const float* from = corner + run * of.pixel;
#pragma GCC unroll 1
            for (std::size_t left = of.length; left; --left, ++from, weights += Vectors * lanes) {
                for (std::size_t v = 0; v < Vectors * lanes; v += 16) simd::prefetch(weights + ahead + v);
                simd::Vector<float> weight[Vectors];
#pragma GCC unroll 4
                for (std::size_t v = 0; v < Vectors; ++v) weight[v] = simd::load(weights + v * lanes);
#pragma GCC unroll 16
                for (std::size_t p = 0; p < Pixels; ++p) {
                    const auto pixel = simd::broadcast(from[p * step]);
#pragma GCC unroll 4
                    for (std::size_t v = 0; v < Vectors; ++v) sum[p][v] = simd::fma(pixel, weight[v], sum[p][v]);
                }
            }
        }
#pragma GCC unroll 16
    for (std::size_t p = 0; p < Pixels; ++p)
#pragma GCC unroll 4
        for (std::size_t v = 0; v < Vectors; ++v) done(p, v, sum[p][v]);
}

}  // namespace detail

/// `tiles` tiles side by side of a row of z (with a pool, of two), written or added to `output`: `Vectors` vectors of filters, of whose last
/// only `last` numbers are stored. `corner` is where the first window begins; `record` takes the winners of a pool, or is null.
template <Epilogue End, Gradient Mode, std::size_t Pixels, std::size_t Vectors>
DENIM_KERNEL void tiles_of_row(const TileRowSizes& sizes, const float* corner, const float* weights, const float* bias, float* output,
                               std::uint8_t* record, std::size_t tiles, std::size_t last) {
    constexpr std::size_t lanes = simd::lanes<float>;
    constexpr bool pooled = End == Epilogue::relu_pool;
    using Vector = simd::Vector<float>;
    const TileRowSizes of = sizes;
    const auto write = [last](float* pixel, std::size_t v, Vector value) {
        value = detail::end<End>(value);
        float* const to = pixel + v * lanes;
        if (v + 1 < Vectors || last == lanes) {
            if constexpr (Mode == Gradient::add) value = value + simd::load(to);
            simd::store(to, value);
        } else {
            if constexpr (Mode == Gradient::add) value = value + simd::load_first(to, last);
            simd::store_first(to, value, last);
        }
    };
    for (; tiles; --tiles, corner += Pixels * of.step) {
        if constexpr (pooled) {
            alignas(64) float z[2][Pixels][Vectors * lanes];
            for (std::size_t h = 0; h < 2; ++h)
                detail::tile_sums<Pixels, Vectors>(of, corner + h * of.down, weights,
                                                   [&](std::size_t p, std::size_t v, Vector sum) { simd::store(&z[h][p][v * lanes], sum); });
            for (std::size_t p = 0; p < Pixels; p += 2, output += of.output) {
                for (std::size_t v = 0; v < Vectors; ++v) {
                    const auto at = [&](std::size_t h, std::size_t q) { return simd::load(&z[h][p + q][v * lanes]); };
                    const Vector best = detail::pool(at(0, 0), at(0, 1), at(1, 0), at(1, 1), record ? record + v * lanes : nullptr);
                    write(output, v, best + simd::load(bias + v * lanes));
                }
                if (record) record += of.record;
            }
        } else {
            detail::tile_sums<Pixels, Vectors>(of, corner, weights, [&](std::size_t, std::size_t v, Vector sum) {
                write(output, v, sum + simd::load(bias + v * lanes));
                if (v + 1 == Vectors) output += of.output;
            });
        }
    }
}

template <Convolution Of>
struct RegisterTiles {
    static constexpr std::size_t lanes = simd::lanes<float>;
    static constexpr std::size_t vectors = (Of.filters() + lanes - 1) / lanes;
    static constexpr std::size_t padded = vectors * lanes;  ///< filters, in whole vectors
    static constexpr std::size_t taps = Of.window.count() * Of.channels();
    static constexpr std::size_t packed_size = taps * padded + padded;  ///< weights, then bias

    /// Rows of what is stored: with a pool, each takes two rows of z.
    static constexpr std::size_t rows = Of.pooled() ? Of.output.shape.height : Of.rows;

    /// Writes the weights of window row `i` where the tiles read them: (group of vectors, i, j, channel, filter of the group),
    /// zero where a vector ends beyond the filters. `weight(j, c, f)` gives a number of that row.
    template <class Weight>
    static void pack(float* packed, std::size_t i, Weight weight) {
        for (std::size_t first = 0; first < vectors; first += tile.vectors) {
            const std::size_t filters = std::min(tile.vectors, vectors - first) * lanes;
            const std::size_t there = std::min(filters, Of.filters() - first * lanes);
            float* to = packed + first * lanes * taps + i * Of.window.columns * Of.channels() * filters;
            for (std::size_t j = 0; j < Of.window.columns; ++j)
                for (std::size_t c = 0; c < Of.channels(); ++c) {
                    // Two loops: of one that asks `f < filters` g++ 12 makes a load of a whole vector, beyond the last weight.
                    for (std::size_t f = 0; f < there; ++f) *to++ = weight(j, c, first * lanes + f);
                    to = std::fill_n(to, filters - there, 0.0f);
                }
        }
    }

    /// Row `y` of what is stored, written or added to `output`; `record` takes the winners of a pool, (row, column, padded), or
    /// is null.
    template <Gradient Mode = Gradient::write>
    static void row(const float* input, const float* packed, float* output, std::uint8_t* record, std::size_t y) {
        constexpr std::size_t whole = vectors / tile.vectors * tile.vectors;
        for (std::size_t first = 0; first < whole; first += tile.vectors)
            columns<Mode, tile.vectors>(input, packed, output, record, y, first);
        if constexpr (whole < vectors) columns<Mode, vectors - whole>(input, packed, output, record, y, whole);
        if constexpr (Of.output.stride > padded && Mode == Gradient::write)
            for (std::size_t x = 0; x < Of.output.shape.width; ++x)
                std::fill_n(output + Of.output.offset(y, x) + padded, Of.output.stride - padded, 0.0f);
    }

private:
    static constexpr std::size_t unit = Of.pooled() ? 2 : 1;
    static constexpr std::size_t width = Of.pooled() ? Of.output.shape.width * 2 : Of.columns;
    static constexpr TileShape tile = best_tile(width, vectors, unit);
    // Tiles of a row differ by one unit at most, so that none of them is a thin rest.
    static constexpr std::size_t tiles = (width + tile.pixels - 1) / tile.pixels;
    static constexpr std::size_t small = width / unit / tiles * unit;
    static constexpr std::size_t large_tiles = width / unit % tiles;
    static constexpr TileRowSizes sizes = tile_row_sizes(Of, padded);

    template <Gradient Mode, std::size_t Vectors>
    static void columns(const float* input, const float* packed, float* output, std::uint8_t* record, std::size_t y,
                        std::size_t first) {
        const std::size_t last = first + Vectors < vectors || Of.output.stride >= padded ? lanes : Of.output.stride % lanes;
        const float *const weights = packed + first * lanes * taps, *const bias = packed + taps * padded + first * lanes;
        const auto run = [&]<std::size_t Pixels>(std::size_t x, std::size_t count) {
            tiles_of_row<Of.epilogue, Mode, Pixels, Vectors>(
                sizes, input + Of.input.offset(unit * y * Of.stride.rows - Of.top, x * Of.stride.columns - Of.left), weights, bias,
                output + Of.output.offset(y, x / unit) + first * lanes,
                record ? record + (y * Of.output.shape.width + x / unit) * padded + first * lanes : nullptr, count, last);
        };
        if constexpr (large_tiles > 0) run.template operator()<small + unit>(0, large_tiles);
        if constexpr (small > 0) run.template operator()<small>(large_tiles * (small + unit), tiles - large_tiles);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
