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

template <Convolution Of>
struct RegisterTiles {
    using Vector = simd::Vector<float>;
    static constexpr std::size_t lanes = simd::lanes<float>;
    static constexpr std::size_t vectors = (Of.filters() + lanes - 1) / lanes;
    static constexpr std::size_t padded = vectors * lanes;  ///< filters, in whole vectors
    static constexpr std::size_t taps = Of.window * Of.window * Of.channels();
    static constexpr std::size_t packed_size = taps * padded + padded;  ///< weights, then bias

    /// Rows of what is stored: with a pool, each takes two rows of z.
    static constexpr std::size_t rows = Of.pooled() ? Of.output.shape.height : Of.rows;

    /// Writes the weights of window row `i` where the tiles read them: (group of vectors, i, j, channel, filter of the group),
    /// zero where a vector ends beyond the filters. `weight(j, c, f)` gives a number of that row.
    template <class Weight>
    static void pack(float* packed, std::size_t i, Weight weight) {
        for (std::size_t first = 0; first < vectors; first += tile.vectors) {
            const std::size_t filters = std::min(tile.vectors, vectors - first) * lanes;
            float* to = packed + first * lanes * taps + i * Of.window * Of.channels() * filters;
            for (std::size_t j = 0; j < Of.window; ++j)
                for (std::size_t c = 0; c < Of.channels(); ++c)
                    for (std::size_t f = first * lanes; f < first * lanes + filters; ++f)
                        *to++ = f < Of.filters() ? weight(j, c, f) : 0.0f;
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

    static constexpr std::size_t ahead = 1024;  // weights fetched before their turn: they come from the second-level cache

    template <Gradient Mode, std::size_t Vectors>
    static void columns(const float* input, const float* packed, float* output, std::uint8_t* record, std::size_t y,
                        std::size_t first) {
        std::size_t x = 0;
        if constexpr (large_tiles > 0)
            for (; x < large_tiles * (small + unit); x += small + unit)
                place<Mode, small + unit, Vectors>(input, packed, output, record, y, x, first);
        if constexpr (small > 0)
            for (; x < width; x += small) place<Mode, small, Vectors>(input, packed, output, record, y, x, first);
    }

    // The sums of z(y, x ...) without bias, handed to `done(pixel, vector, sum)`.
    template <std::size_t Pixels, std::size_t Vectors, class Done>
    DENIM_INLINE static void sums(const float* input, const float* weights, std::size_t y, std::size_t x, Done done) {
        // The numbers of a window row lie side by side unless the channels are padded: then each pixel is a run of its own.
        constexpr bool joined = Of.input.stride == Of.channels();
        constexpr std::size_t runs = joined ? 1 : Of.window;
        constexpr std::size_t length = joined ? Of.window * Of.channels() : Of.channels();
        Vector sum[Pixels][Vectors];
#pragma GCC unroll 16
        for (std::size_t p = 0; p < Pixels; ++p)
#pragma GCC unroll 4
            for (std::size_t v = 0; v < Vectors; ++v) sum[p][v] = simd::broadcast(0.0f);
        const float* corner = input + Of.input.offset(y * Of.stride - Of.top, x * Of.stride - Of.left);
        for (std::size_t i = 0; i < Of.window; ++i)
            for (std::size_t run = 0; run < runs; ++run) {
                const float* from = corner + i * Of.input.row() + run * Of.input.stride;
#pragma GCC unroll 1
                for (std::size_t n = 0; n < length; ++n, ++from, weights += Vectors * lanes) {
                    for (std::size_t v = 0; v < Vectors * lanes; v += 16) simd::prefetch(weights + ahead + v);
                    Vector weight[Vectors];
#pragma GCC unroll 4
                    for (std::size_t v = 0; v < Vectors; ++v) weight[v] = simd::load(weights + v * lanes);
#pragma GCC unroll 16
                    for (std::size_t p = 0; p < Pixels; ++p) {
                        const Vector pixel = simd::broadcast(from[p * Of.stride * Of.input.stride]);
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

    template <Gradient Mode, std::size_t Pixels, std::size_t Vectors>
    static void place(const float* input, const float* packed, float* output, std::uint8_t* record, std::size_t y,
                      std::size_t x, std::size_t first) {
        const float* weights = packed + first * lanes * taps;
        const float* bias = packed + taps * padded + first * lanes;
        if constexpr (Of.pooled()) {
            alignas(64) float z[2][Pixels][Vectors * lanes];
            for (std::size_t h = 0; h < 2; ++h)
                sums<Pixels, Vectors>(input, weights, 2 * y + h, x,
                                      [&](std::size_t p, std::size_t v, Vector sum) { simd::store(&z[h][p][v * lanes], sum); });
            for (std::size_t p = 0; p < Pixels; p += 2)
                for (std::size_t v = 0; v < Vectors; ++v) {
                    const auto at = [&](std::size_t h, std::size_t q) { return simd::load(&z[h][p + q][v * lanes]); };
                    const std::size_t column = (x + p) / 2;
                    std::uint8_t* winners =
                        record ? record + (y * Of.output.shape.width + column) * padded + (first + v) * lanes : nullptr;
                    const Vector best = detail::pool(at(0, 0), at(0, 1), at(1, 0), at(1, 1), winners);
                    write<Mode>(output + Of.output.offset(y, column), first + v, best + simd::load(bias + v * lanes));
                }
        } else {
            sums<Pixels, Vectors>(input, weights, y, x, [&](std::size_t p, std::size_t v, Vector sum) {
                write<Mode>(output + Of.output.offset(y, x + p), first + v, sum + simd::load(bias + v * lanes));
            });
        }
    }

    // Vector number `v` of a pixel, never beyond the pixel.
    template <Gradient Mode>
    DENIM_INLINE static void write(float* pixel, std::size_t v, Vector value) {
        if constexpr (Of.epilogue != Epilogue::linear) value = simd::relu(value);
        if (Of.output.stride >= padded || v + 1 < vectors) {
            if constexpr (Mode == Gradient::add) value = value + simd::load(pixel + v * lanes);
            simd::store(pixel + v * lanes, value);
        } else {
            constexpr std::size_t rest = Of.output.stride % lanes;
            if constexpr (Mode == Gradient::add) value = value + simd::load_first(pixel + v * lanes, rest);
            simd::store_first(pixel + v * lanes, value, rest);
        }
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
