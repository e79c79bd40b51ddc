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

/// How many rows a product of `count` rows takes at a time, so that little is computed beyond the last.
constexpr std::size_t rows_at_a_time(std::size_t count) {
    std::size_t best = 1, best_cost = ~std::size_t{0};
    for (std::size_t rows = 1; rows <= std::min(product_rows, count); ++rows)
        if (const std::size_t cost = (count + rows - 1) / rows * (2 * product_vectors * rows + 5); cost <= best_cost) {
            best = rows;
            best_cost = cost;
        }
    return best;
}

/// m(r, n) = sum over k < depth of v(r, k) * u(k, n); rows of v and m are `VRow` and `MRow` numbers apart, those of u follow
/// each other.
template <std::size_t Rows, std::size_t Vectors, std::size_t VRow, std::size_t MRow>
inline void multiply(const float* v, const float* u, float* m, std::size_t depth) {
    constexpr std::size_t lanes = simd::lanes<float>, ahead = 2048;  // numbers of u, the 8 KB that are wanted next
    simd::Vector<float> sums[Rows][Vectors];
#pragma GCC unroll 16
    for (std::size_t r = 0; r < Rows; ++r)
#pragma GCC unroll 4
        for (std::size_t n = 0; n < Vectors; ++n) sums[r][n] = simd::broadcast(0.0f);
    for (std::size_t k = 0; k < depth; ++k, u += Vectors * lanes) {
        simd::Vector<float> weights[Vectors];
#pragma GCC unroll 4
        for (std::size_t n = 0; n < Vectors; ++n) {
            weights[n] = simd::load(u + n * lanes);
            simd::prefetch(u + n * lanes + ahead);
        }
#pragma GCC unroll 16
        for (std::size_t r = 0; r < Rows; ++r) {
            const auto value = simd::broadcast(v[r * VRow + k]);
#pragma GCC unroll 4
            for (std::size_t n = 0; n < Vectors; ++n) sums[r][n] = simd::fma(value, weights[n], sums[r][n]);
        }
    }
#pragma GCC unroll 16
    for (std::size_t r = 0; r < Rows; ++r)
#pragma GCC unroll 4
        for (std::size_t n = 0; n < Vectors; ++n) simd::store(m + r * MRow + n * lanes, sums[r][n]);
}

/// sums(c, f) += sum over t < count of v(t, c) * d(t, f) for c < Rows; the rows of `sums` follow each other.
template <std::size_t Rows, std::size_t Vectors, std::size_t VRow, std::size_t DRow>
inline void accumulate(const float* v, const float* d, float* to, std::size_t count) {
    constexpr std::size_t lanes = simd::lanes<float>;
    simd::Vector<float> sums[Rows][Vectors];
#pragma GCC unroll 16
    for (std::size_t r = 0; r < Rows; ++r)
#pragma GCC unroll 4
        for (std::size_t n = 0; n < Vectors; ++n) sums[r][n] = simd::load(to + (r * Vectors + n) * lanes);
    for (std::size_t t = 0; t < count; ++t, v += VRow, d += DRow) {
        simd::Vector<float> gradients[Vectors];
#pragma GCC unroll 4
        for (std::size_t n = 0; n < Vectors; ++n) gradients[n] = simd::load(d + n * lanes);
#pragma GCC unroll 16
        for (std::size_t r = 0; r < Rows; ++r) {
            const auto value = simd::broadcast(v[r]);
#pragma GCC unroll 4
            for (std::size_t n = 0; n < Vectors; ++n) sums[r][n] = simd::fma(value, gradients[n], sums[r][n]);
        }
    }
#pragma GCC unroll 16
    for (std::size_t r = 0; r < Rows; ++r)
#pragma GCC unroll 4
        for (std::size_t n = 0; n < Vectors; ++n) simd::store(to + (r * Vectors + n) * lanes, sums[r][n]);
}

/// Calls `body.operator()<Vectors>(n)` for each group of vectors that begins with vector n of `Count`.
template <std::size_t Count, class Body>
DENIM_INLINE void for_groups(Body body) {
    for (std::size_t n = 0; n + product_vectors <= Count; n += product_vectors) body.template operator()<product_vectors>(n);
    if constexpr (Count % product_vectors != 0)
        body.template operator()<Count % product_vectors>(Count - Count % product_vectors);
}

}  // namespace denim::inline DENIM_TARGET::kernel
