// SPDX-License-Identifier: MIT
#pragma once

// How a batch is cut, and in which order what its parts say is added: both by its size alone, so that the same bits come out
// whoever computes which part. docs/architecture.md promises this order.

#include <denim/machine/target.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Some shares that follow each other: from `first` to the one before `last`.
struct ShareRange {
    std::size_t first = 0, last = 0;

    [[nodiscard]] constexpr std::size_t count() const { return last - first; }
};

/// The samples of a batch in shares, by its size alone: about eight shares, of at most eight samples each.
struct Shares {
    std::size_t samples, each, count;

    explicit constexpr Shares(std::size_t batch)
        : samples(batch), each(std::clamp<std::size_t>((batch + 7) / 8, 1, 8)), count((batch + each - 1) / each) {}

    [[nodiscard]] constexpr std::size_t first(std::size_t share) const { return share * each; }
    [[nodiscard]] constexpr std::size_t last(std::size_t share) const { return std::min(samples, first(share) + each); }
    /// Some of them by themselves, the first as number 0.
    [[nodiscard]] constexpr Shares only(const ShareRange& range) const {
        Shares some = *this;
        some.count = range.count();
        some.samples = std::min(samples, range.last * each) - std::min(samples, range.first * each);
        return some;
    }

    /// The most shares that a batch of at most `largest` samples can have; 7 samples have more than 9.
    static constexpr std::size_t most(std::size_t largest) {
        return std::max(Shares{largest}.count, std::min<std::size_t>(largest, 8));
    }
};

/// Calls `join(to, from)` for the additions of the one tree by which shares are summed, so that the sum stands at 0 in the end:
/// each with its neighbour, then pairs, then fours; who has no neighbour is carried up. Of seven, ((0 + 1) + (2 + 3)) + ((4 + 5) + 6).
/// So `from` stands for itself and those behind it, from - to of them where there are so many.
template <class Join>
constexpr void join_in_pairs(std::size_t count, Join join) {
    for (std::size_t step = 1; step < count; step *= 2)
        for (std::size_t to = 0; to + step < count; to += 2 * step) join(to, to + step);
}

}  // namespace denim::inline DENIM_TARGET
