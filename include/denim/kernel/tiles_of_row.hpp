// SPDX-License-Identifier: MIT
#pragma once

// The inner loops of direct sums: tiles of pixels x vectors of filters stay in registers while a window's numbers stream by. Each weight that
// is loaded serves all pixels of a tile, each pixel all of its vectors. No patch is ever copied.

#include <denim/kernel/convolution_epilogue.hpp>
#include <denim/machine/simd_order.hpp>

#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// What the tiles of a row have to know of a convolution.
struct TileRowSizes {
    std::size_t window = 0;                ///< rows of a window
    std::size_t runs = 0, length = 0;  ///< of a window row: runs of numbers that lie side by side, and how many each has
    std::size_t row = 0, pixel = 0;    ///< numbers of the input from one row, one pixel to the next
    std::size_t step = 0;              ///< numbers of the input from one pixel of z to the next
    std::size_t down = 0;              ///< numbers of the input from one row of z to the next
    std::size_t output = 0;            ///< numbers of the output from one pixel to the next
    std::size_t output_row = 0;        ///< and from one row to the next
    std::size_t record = 0;            ///< bytes likewise
};
constexpr TileRowSizes tile_row_sizes(const Convolution& of, std::size_t padded) {
    // The numbers of a window row lie side by side unless the channels are padded: then each pixel is a run of its own.
    const bool joined = of.input.stride == of.channels();
    const std::size_t row = of.input.row(), pixel = of.input.stride;
    return {of.window.rows, joined ? 1 : of.window.columns, joined ? of.window.columns * of.channels() : of.channels(), row, pixel,
            of.stride.columns * pixel, of.stride.rows * row, of.output.stride, of.output.row(), padded};
}

namespace detail {

/// The sums of `Pixels` pixels of each of `Rows` rows of z without bias, handed to `done(pixel, vector, sum)` row by row; the first window begins
/// at `corner`.
template <std::size_t Rows, std::size_t Pixels, std::size_t Vectors, class Done>
DENIM_INLINE void tile_sums(const TileRowSizes& of, const float* corner, const float* weights, Done done) {
    constexpr std::size_t lanes = simd::lanes<float>, ahead = 1024;  // weights wanted next: they come from the second-level cache
    constexpr std::size_t all = Rows * Pixels;
    simd::Vector<float> sum[all][Vectors];
#pragma GCC unroll 16
    for (std::size_t p = 0; p < all; ++p)
#pragma GCC unroll 4
        for (std::size_t v = 0; v < Vectors; ++v) sum[p][v] = simd::broadcast(0.0f);
    const std::size_t step = of.step, down = of.down;
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
                for (std::size_t p = 0; p < all; ++p) {
                    const auto pixel = simd::broadcast((from + p / Pixels * down)[p % Pixels * step]);
#pragma GCC unroll 4
                    for (std::size_t v = 0; v < Vectors; ++v) sum[p][v] = simd::fma(pixel, weight[v], sum[p][v]);
                }
            }
        }
#pragma GCC unroll 16
    for (std::size_t p = 0; p < all; ++p)
#pragma GCC unroll 4
        for (std::size_t v = 0; v < Vectors; ++v) done(p, v, sum[p][v]);
}

}  // namespace detail

/// `tiles` tiles side by side of `Rows` rows of z (with a pool, of two for one that is stored), written or added to `output`: `Vectors` vectors of
/// filters, of whose last only `last` numbers are stored. `corner` is where the first window begins; `record` takes the winners of a pool, or is null.
template <Epilogue End, Gradient Mode, std::size_t Rows, std::size_t Pixels, std::size_t Vectors>
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
                detail::tile_sums<1, Pixels, Vectors>(of, corner + h * of.down, weights,
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
            const std::size_t to_next_row = of.output_row - Pixels * of.output;
            detail::tile_sums<Rows, Pixels, Vectors>(of, corner, weights, [&](std::size_t p, std::size_t v, Vector sum) {
                write(output, v, sum + simd::load(bias + v * lanes));
                if (v + 1 == Vectors) output += Rows > 1 && (p + 1) % Pixels == 0 ? of.output + to_next_row : of.output;
            });
            if constexpr (Rows > 1) output -= Rows * of.output_row - Pixels * of.output;
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
