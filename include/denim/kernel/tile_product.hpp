// SPDX-License-Identifier: MIT
#pragma once

// The two matrix products of transformed convolutions, on as many rows and vectors as the registers hold.

#include <denim/machine/simd.hpp>
#include <denim/tensor/layout.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// Vectors side by side in a product; the weights stand in groups of so many.
inline constexpr std::size_t product_vectors = 2;
/// Rows that the registers then hold, one left for the row's own number.
inline constexpr std::size_t product_rows = (simd::registers - product_vectors - 1) / product_vectors;

/// Channels that stand side by side in the transform domain, run after run of them, so that what a product strides over is a constant for
/// any number of channels.
inline constexpr std::size_t channel_chunk = 32;

/// About what a product of `count` rows costs that takes so many at a time: those beyond the last are computed too.
constexpr std::size_t product_cost(std::size_t count, std::size_t rows) { return (count + rows - 1) / rows * (2 * product_vectors * rows + 5); }

/// How many rows it takes at a time.
constexpr std::size_t rows_at_a_time(std::size_t count) {
    std::size_t best = 1;
    for (std::size_t rows = 2; rows <= std::min(product_rows, count); ++rows)
        if (product_cost(count, rows) <= product_cost(count, best)) best = rows;
    return best;
}

/// m(t, n) = sum over k < depth of v(t, k) * u(k, n) for `Vectors` vectors and t < count, `Rows` at a time, so up to Rows - 1 rows beyond. v and
/// m stand in chunks of channel_chunk channels, each with its rows one after the other, `next` numbers from one chunk of v to the next; the rows of u
/// follow each other.
template <std::size_t Rows, std::size_t Vectors>
DENIM_KERNEL void multiply(const float* v, const float* u, float* m, std::size_t depth, std::size_t next, std::size_t count) {
    constexpr std::size_t lanes = simd::lanes<float>, ahead = 2048;  // numbers of u, the 8 KB that are wanted next
    for (std::size_t t = 0; t < count; t += Rows, v += Rows * channel_chunk, m += Rows * channel_chunk) {
        simd::Vector<float> sums[Rows][Vectors];
#pragma GCC unroll 16
        for (std::size_t r = 0; r < Rows; ++r)
#pragma GCC unroll 4
            for (std::size_t n = 0; n < Vectors; ++n) sums[r][n] = simd::broadcast(0.0f);
        const float *from = v, *weights = u;
        for (std::size_t left = depth; left; from += next) {
            const std::size_t together = std::min(left, channel_chunk);
            left -= together;
            for (std::size_t k = 0; k < together; ++k, weights += Vectors * lanes) {
                simd::Vector<float> weight[Vectors];
#pragma GCC unroll 4
                for (std::size_t n = 0; n < Vectors; ++n) {
                    weight[n] = simd::load(weights + n * lanes);
                    simd::prefetch(weights + n * lanes + ahead);
                }
#pragma GCC unroll 16
                for (std::size_t r = 0; r < Rows; ++r) {
                    const auto value = simd::broadcast(from[r * channel_chunk + k]);
#pragma GCC unroll 4
                    for (std::size_t n = 0; n < Vectors; ++n) sums[r][n] = simd::fma(value, weight[n], sums[r][n]);
                }
            }
        }
#pragma GCC unroll 16
        for (std::size_t r = 0; r < Rows; ++r)
#pragma GCC unroll 4
            for (std::size_t n = 0; n < Vectors; ++n) simd::store(m + r * channel_chunk + n * lanes, sums[r][n]);
    }
}

/// sums(c, f) += sum over t < count of v(t, c) * d(t, f) for c < channels, a multiple of `Rows`; rows of v and d are `v_row` and `d_row`
/// numbers apart, those of `sums` follow each other.
template <std::size_t Rows, std::size_t Vectors>
DENIM_KERNEL void accumulate(const float* v, std::size_t v_row, const float* d, std::size_t d_row, float* sums, std::size_t count,
                             std::size_t channels) {
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t c = 0; c < channels; c += Rows, sums += Rows * Vectors * lanes) {
        simd::Vector<float> sum[Rows][Vectors];
#pragma GCC unroll 16
        for (std::size_t r = 0; r < Rows; ++r)
#pragma GCC unroll 4
            for (std::size_t n = 0; n < Vectors; ++n) sum[r][n] = simd::load(sums + (r * Vectors + n) * lanes);
        const float *value = v + c, *gradient = d;
        for (std::size_t t = 0; t < count; ++t, value += v_row, gradient += d_row) {
            simd::Vector<float> gradients[Vectors];
#pragma GCC unroll 4
            for (std::size_t n = 0; n < Vectors; ++n) gradients[n] = simd::load(gradient + n * lanes);
#pragma GCC unroll 16
            for (std::size_t r = 0; r < Rows; ++r) {
                const auto factor = simd::broadcast(value[r]);
#pragma GCC unroll 4
                for (std::size_t n = 0; n < Vectors; ++n) sum[r][n] = simd::fma(factor, gradients[n], sum[r][n]);
            }
        }
#pragma GCC unroll 16
        for (std::size_t r = 0; r < Rows; ++r)
#pragma GCC unroll 4
            for (std::size_t n = 0; n < Vectors; ++n) simd::store(sums + (r * Vectors + n) * lanes, sum[r][n]);
    }
}

/// The products of one pass over `width` numbers: of groups of product_vectors vectors, and of the vectors that remain; null where there are none.
template <class Function>
struct Products {
    Function group = nullptr, rest = nullptr;

    /// That of so many vectors.
    [[nodiscard]] constexpr Function of(std::size_t vectors) const { return vectors == product_vectors ? group : rest; }

    /// Calls act(product, n) for each group that begins with vector n of `count`.
    template <class Act>
    DENIM_INLINE void each(std::size_t count, Act act) const {
        std::size_t n = 0;
        for (; n + product_vectors <= count; n += product_vectors) act(group, n);
        if (n < count) act(rest, n);
    }
};
using Multiply = Products<decltype(&multiply<1, 1>)>;
using Accumulate = Products<decltype(&accumulate<1, 1>)>;

/// Those that `Width` numbers ask for; `pick` gives the function for so many vectors.
template <class All, std::size_t Width, class Pick>
constexpr All products_for(Pick pick) {
    constexpr std::size_t vectors = Width / simd::lanes<float>, rest = vectors % product_vectors;
    All by;
    if constexpr (vectors >= product_vectors) by.group = pick.template operator()<product_vectors>();
    if constexpr (rest != 0) by.rest = pick.template operator()<rest>();
    return by;
}
template <std::size_t Rows, std::size_t Width>
constexpr Multiply multiply_by() {
    return products_for<Multiply, Width>([]<std::size_t Vectors>() { return &multiply<Rows, Vectors>; });
}
template <std::size_t Rows, std::size_t Width>
constexpr Accumulate accumulate_by() {
    return products_for<Accumulate, Width>([]<std::size_t Vectors>() { return &accumulate<Rows, Vectors>; });
}

}  // namespace denim::inline DENIM_TARGET::kernel
