// SPDX-License-Identifier: MIT
#pragma once

// Products summed over the samples of a batch, by its shares. Two shares that are neighbours fill the registers together; the sums
// of pairs wait in the first-level cache until their neighbour's is there. So no share's sums go through memory.

#include <denim/machine/shares.hpp>
#include <denim/machine/simd.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// Numbers of each sample of a batch, `distance` apart.
struct SampleRows {
    const float* numbers;
    std::size_t distance;
};

/// A tile of `Rows` rows by two vectors: c[p][o] = sum over samples n of a[n][p] * b[n][o].
template <std::size_t Rows>
class ShareTile {
    using Vector = simd::Vector<float>;
    static constexpr std::size_t lanes = simd::lanes<float>, columns = 2 * lanes;
    static constexpr std::size_t most_levels = 24;  // of the tree of shares: 16 million of them

public:
    /// Writes the first `width` columns of c. Each share is summed in the order of its samples, then the shares as join_in_pairs
    /// adds. Of b whole vectors are read.
    static void run(SampleRows a, SampleRows b, const Shares& shares, float* c, std::size_t c_distance, std::size_t width) {
        for (std::size_t p = 0; p < Rows; ++p)  // they come while the tile is computed
            for (std::size_t n = 0; n < width; n += 16) simd::prefetch(c + p * c_distance + n);
        alignas(64) float held[most_levels][Rows * columns];
        std::size_t share = 0;
        for (; share + 2 <= shares.count; share += 2) add<2>(a, b, shares, share, held, c, c_distance, width);
        if (share < shares.count) add<1>(a, b, shares, share, held, c, c_distance, width);
    }

private:
    // The next share or two, of which only the last may have fewer samples. After so many shares, what is held are the subtrees
    // that their number is made of: the next take in those that wait for them, the last ones all.
    template <std::size_t Count>
    DENIM_INLINE static void add(SampleRows a, SampleRows b, const Shares& shares, std::size_t share, float (*held)[Rows * columns],
                                 float* c, std::size_t c_distance, std::size_t width) {
        Vector sums[Count][Rows][2];
#pragma GCC unroll 2
        for (std::size_t s = 0; s < Count; ++s)
#pragma GCC unroll 8
            for (std::size_t p = 0; p < Rows; ++p) sums[s][p][0] = sums[s][p][1] = simd::broadcast(0.0f);
        const std::size_t a_step = shares.each * a.distance, b_step = shares.each * b.distance;
        const float* x = a.numbers + share * a_step;
        const float* y = b.numbers + share * b_step;
        const auto products = [&](std::size_t s) __attribute__((always_inline)) {
            const Vector left = simd::keep(simd::load(y + s * b_step)), right = simd::keep(simd::load(y + s * b_step + lanes));
#pragma GCC unroll 8
            for (std::size_t p = 0; p < Rows; ++p) {
                const Vector row = simd::broadcast(x[s * a_step + p]);
                sums[s][p][0] = simd::fma(row, left, sums[s][p][0]);
                sums[s][p][1] = simd::fma(row, right, sums[s][p][1]);
            }
        };
        const std::size_t each = shares.last(share) - shares.first(share),
                          both = Count == 2 ? shares.last(share + 1) - shares.first(share + 1) : 0;
        std::size_t n = 0;
        if constexpr (Count == 2)
#pragma GCC unroll 1
            for (; n < both; ++n, x += a.distance, y += b.distance) {
                products(0);
                products(1);
            }
#pragma GCC unroll 1
        for (; n < each; ++n, x += a.distance, y += b.distance) products(0);

        if constexpr (Count == 2)
#pragma GCC unroll 8
            for (std::size_t p = 0; p < Rows; ++p) {
                sums[0][p][0] = sums[0][p][0] + sums[1][p][0];
                sums[0][p][1] = sums[0][p][1] + sums[1][p][1];
            }
        const bool last = share + Count == shares.count;
        std::size_t level = Count - 1;
        for (std::size_t before = share >> level; last ? before > 0 : before % 2 == 1; before /= 2, ++level)
            if (before % 2 == 1)
#pragma GCC unroll 8
                for (std::size_t p = 0; p < Rows; ++p) {
                    sums[0][p][0] = sums[0][p][0] + simd::load(held[level] + p * columns);
                    sums[0][p][1] = sums[0][p][1] + simd::load(held[level] + p * columns + lanes);
                }
        if (!last) c = held[level], c_distance = width = columns;
        const std::size_t left = std::min(width, lanes);
#pragma GCC unroll 8
        for (std::size_t p = 0; p < Rows; ++p, c += c_distance)
            if (width == columns) {
                simd::store(c, sums[0][p][0]);
                simd::store(c + lanes, sums[0][p][1]);
            } else {
                simd::store_first(c, sums[0][p][0], left);
                simd::store_first(c + left, sums[0][p][1], width - left);
            }
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
