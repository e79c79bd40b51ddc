// SPDX-License-Identifier: MIT
#pragma once

// The one place where what shares of a batch have gathered is added up.

#include <denim/machine/shares.hpp>
#include <denim/machine/simd.hpp>
#include <denim/machine/threads.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <utility>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// The sum of `Count` vectors that `read(n)` gives, as join_in_pairs adds: the first 2^k as a whole, and the rest.
template <std::size_t Count, std::size_t First = 0, class Read>
DENIM_INLINE auto sum_in_pairs(Read read) {
    if constexpr (Count == 1) {
        return read(First);
    } else {
        constexpr std::size_t left = std::bit_ceil(Count) / 2;
        return sum_in_pairs<left, First>(read) + sum_in_pairs<Count - left, First + left>(read);
    }
}

/// The sum of `Count` rows of numbers, `distance` numbers apart, into the first.
template <class Computed, std::size_t Count>
void sum_rows(Computed* first, std::size_t distance, std::size_t numbers) {
    constexpr std::size_t lanes = simd::lanes<Computed>;
    std::size_t n = 0;
    for (; n + lanes <= numbers; n += lanes)
        simd::store(first + n, sum_in_pairs<Count>([&](std::size_t row) { return simd::load(first + row * distance + n); }));
    if (const std::size_t rest = numbers - n; rest > 0)
        simd::store_first(first + n, sum_in_pairs<Count>([&](std::size_t row) { return simd::load_first(first + row * distance + n, rest); }), rest);
}

}  // namespace detail

/// Adds the numbers of `count` shares, `distance` numbers apart, in the order of join_in_pairs; the sums stand in the first share's
/// place, and the others' are no longer theirs. Threads take pieces of the numbers, which stay in the cache while shares are added.
template <class Computed>
void sum_shares(Computed* shares, std::size_t count, std::size_t distance, std::size_t numbers) {
    constexpr std::size_t together = 8, piece = 2048;  // subtrees of a size that one pass adds; numbers
    using Rows = void (*)(Computed*, std::size_t, std::size_t);
    constexpr auto rows = []<std::size_t... Fewer>(std::index_sequence<Fewer...>) {
        return std::array<Rows, together - 1>{&detail::sum_rows<Computed, Fewer + 2>...};
    }(std::make_index_sequence<together - 1>{});
    if (count < 2) return;
    parallel_for((numbers + piece - 1) / piece, sizeof(Computed) * count * numbers, [&](std::size_t index) {
        const std::size_t begin = index * piece, length = std::min(piece, numbers - begin);
        for (std::size_t step = 1; step < count; step *= together)
            for (std::size_t first = 0; first + step < count; first += together * step) {
                const std::size_t there = std::min(together, (count - first + step - 1) / step);
                rows[there - 2](shares + first * distance + begin, step * distance, length);
            }
    });
}

}  // namespace denim::inline DENIM_TARGET
