// SPDX-License-Identifier: MIT
#pragma once

// Several who compute one batch together, each in a process of its own. Each has shares that follow each other, and sums are added by the
// tree of shares.hpp, so that the bits are those of one who computes them all.

#include <denim/machine/shares.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The shares that the one of `peers` with the number `own` computes: as many as the others, or one more or less.
constexpr ShareRange shares_of_peer(const Shares& shares, std::size_t own, std::size_t peers) {
    return {shares.count * own / peers, shares.count * (own + 1) / peers};
}

/// Calls `each(subtree)` for the largest subtrees of the tree of `count` shares that `range` is made of, in their order. The sum of one stands
/// at its first share.
template <class Each>
constexpr void each_subtree(std::size_t count, const ShareRange& range, Each each) {
    for (std::size_t first = range.first; first < range.last;) {
        std::size_t size = 1;
        while (first + size < count && first % (2 * size) == 0 && std::min(first + 2 * size, count) <= range.last) size *= 2;
        const std::size_t last = std::min(first + size, count);
        each(ShareRange{first, last});
        first = last;
    }
}

/// How the sums of peers are joined: each brings a row of numbers for each subtree that its shares are made of.
struct PeerTree {
    struct Join {
        std::size_t to, from;                 ///< rows
        std::size_t shares_of_to, first, last;  ///< so many shares are in `to` before; `from` is the sum of those from `first` to the one before `last`
    };
    Shares shares{0};
    std::size_t peers = 1;
    std::vector<ShareRange> rows;         ///< the subtree of each, the first peer's rows first
    std::vector<std::size_t> first_rows;  ///< of each peer, and behind the last one's the number of all
    std::vector<Join> joins;              ///< in their order; then the sum of all stands in row 0

    PeerTree() = default;
    PeerTree(const Shares& of, std::size_t count) : shares(of), peers(count) {
        constexpr std::size_t none = static_cast<std::size_t>(-1);
        std::vector<std::size_t> row_at(shares.count, none);
        for (std::size_t peer = 0; peer < peers; ++peer) {
            first_rows.push_back(rows.size());
            each_subtree(shares.count, shares_of_peer(shares, peer, peers), [&](const ShareRange& subtree) {
                row_at[subtree.first] = rows.size();
                rows.push_back(subtree);
            });
        }
        first_rows.push_back(rows.size());
        join_in_pairs(shares.count, [&](std::size_t to, std::size_t from) {
            if (row_at[from] != none) joins.push_back({row_at[to], row_at[from], from - to, from, std::min(shares.count, 2 * from - to)});
        });
    }

    [[nodiscard]] bool fits(const Shares& of, std::size_t count) const { return shares.samples == of.samples && peers == count && !rows.empty(); }
    [[nodiscard]] std::size_t rows_of(std::size_t peer) const { return first_rows[peer + 1] - first_rows[peer]; }
};

/// Bytes as they stand somewhere.
inline std::span<const std::byte> bytes_at(const void* first, std::size_t count) { return {static_cast<const std::byte*>(first), count}; }
inline std::span<std::byte> bytes_at(void* first, std::size_t count) { return {static_cast<std::byte*>(first), count}; }

/// What those who compute one batch together ask of each other. All of them call the same functions in the same order; what fails is thrown.
template <class Scalar>
class Peers {
public:
    Peers() = default;
    Peers(const Peers&) = delete;
    Peers& operator=(const Peers&) = delete;
    virtual ~Peers() = default;

    /// How many there are, and which of them this is; number 0 leads.
    [[nodiscard]] virtual std::size_t count() const = 0;
    [[nodiscard]] virtual std::size_t own() const = 0;
    [[nodiscard]] bool leads() const { return own() == 0; }
    /// Whether statistics of a batch are of all of it, or each one's of its own part: then the bits depend on who computes what.
    [[nodiscard]] virtual bool statistics_of_all() const { return true; }

    /// Everybody's bytes to everybody, one after the other: sizes[n] of them come from number n.
    virtual void gather(std::span<const std::byte> own_bytes, std::span<const std::size_t> sizes, std::span<std::byte> all) = 0;
    /// The leader's bytes to everybody.
    virtual void broadcast(std::span<std::byte> bytes) = 0;

    /// Memory for the rows that this one brings to the next sum, one after the other.
    virtual Scalar* rows(std::size_t numbers, std::size_t count) = 0;
    /// Begins to sum what stands in the rows, as the tree says, to `to` of everybody; the tree stays until the sum has ended. Unless it has to be
    /// `exact`, numbers may travel in fewer bits where they are asked to.
    virtual void begin_sum(const PeerTree& tree, std::size_t numbers, Scalar* to, bool exact) = 0;
    /// Lets what has begun go on; waits for nothing.
    virtual void look() = 0;
    /// Waits until all sums that were begun stand where they should.
    virtual void end_sums() = 0;
};

/// The part of a batch that is computed here: all of it, or what one of several peers has.
template <class Scalar>
struct BatchPart {
    Shares shares;  ///< of the whole batch
    ShareRange own;
    Peers<Scalar>* peers = nullptr;  ///< null: there are no others
    const PeerTree* tree = nullptr;

    explicit BatchPart(const Shares& all) : shares(all), own{0, all.count} {}
    BatchPart(const PeerTree& of, Peers<Scalar>& others)
        : shares(of.shares), own(shares_of_peer(of.shares, others.own(), others.count())), peers(&others), tree(&of) {}

    /// The number in the whole batch of the first sample here, and how many there are.
    [[nodiscard]] std::size_t first_sample() const { return std::min(shares.samples, own.first * shares.each); }
    [[nodiscard]] std::size_t samples() const { return shares.only(own).samples; }

    /// The sum of gradients over all shares, to `to`: write(shares, first, row) writes that of some shares, which are numbered from 0 and whose
    /// first sample is number `first` of those here. With peers it stands there when the step has ended; they sum no numbers of another type.
    template <class Stored, class Write>
    void sum(std::size_t numbers, Stored* to, Write write) const {
        if (!peers) return write(shares, std::size_t{0}, to);
        if constexpr (std::same_as<Stored, Scalar>) {
            Scalar* row = peers->rows(numbers, tree->rows_of(peers->own()));
            each_subtree(shares.count, own, [&](const ShareRange& subtree) {
                write(shares.only(subtree), shares.first(subtree.first) - first_sample(), row);
                row += numbers;
            });
            peers->begin_sum(*tree, numbers, to, false);
        }
    }

    /// The exact sum of one row of everybody, to `to` when the step has ended. There are peers.
    template <class Stored>
    void sum_of_own(std::size_t numbers, const Stored* own_row, Stored* to) const {
        if constexpr (std::same_as<Stored, Scalar>) {
            const std::size_t count = tree->rows_of(peers->own());
            Scalar* const rows = peers->rows(numbers, count);
            std::fill_n(rows, count * numbers, Scalar{0});
            if (count > 0) std::copy_n(own_row, numbers, rows);
            peers->begin_sum(*tree, numbers, to, true);
        }
    }

    /// Joins rows of numbers, one for each sample here, to one row at the first: join(to, from, samples in to, samples in from), those of a share in
    /// order, then shares as join_in_pairs says.
    template <class Join>
    void join(Scalar* rows, std::size_t numbers, Join join) const {
        const std::size_t before = first_sample();
        const auto row = [&](std::size_t sample) { return rows + (sample - before) * numbers; };
        for (std::size_t share = own.first; share < own.last; ++share)
            for (std::size_t first = shares.first(share), sample = first + 1; sample < shares.last(share); ++sample)
                join(row(first), row(sample), sample - first, std::size_t{1});
        each_subtree(shares.count, own, [&](const ShareRange& subtree) {
            join_in_pairs(subtree.count(), [&](std::size_t to, std::size_t from) {
                const std::size_t behind = std::min(subtree.count(), 2 * from - to);
                join(row(shares.first(subtree.first + to)), row(shares.first(subtree.first + from)), (from - to) * shares.each,
                     samples_of(subtree.first + from, subtree.first + behind));
            });
        });
        if (!peers) return;
        std::vector<Scalar> brought(tree->rows_of(peers->own()) * numbers), all(tree->rows.size() * numbers);
        Scalar* next = brought.data();
        each_subtree(shares.count, own, [&](const ShareRange& subtree) { next = std::copy_n(row(shares.first(subtree.first)), numbers, next); });
        gather_rows(brought.data(), numbers * sizeof(Scalar), all.data());
        for (const PeerTree::Join& each : tree->joins)
            join(all.data() + each.to * numbers, all.data() + each.from * numbers, each.shares_of_to * shares.each, samples_of(each.first, each.last));
        std::copy_n(all.data(), numbers, rows);
    }

    /// Everybody's rows, of so many bytes each, to everybody.
    void gather_rows(const void* brought, std::size_t bytes, void* all) const {
        std::vector<std::size_t> sizes(tree->peers);
        for (std::size_t peer = 0; peer < tree->peers; ++peer) sizes[peer] = tree->rows_of(peer) * bytes;
        peers->gather(bytes_at(brought, sizes[peers->own()]), sizes, bytes_at(all, tree->rows.size() * bytes));
    }

private:
    [[nodiscard]] std::size_t samples_of(std::size_t first, std::size_t last) const {
        return std::min(shares.samples, last * shares.each) - std::min(shares.samples, first * shares.each);
    }
};

/// Of batches of at most `largest` samples, the most samples and shares that one of several peers has.
struct LargestPart {
    std::size_t samples = 1, shares = 1;

    constexpr LargestPart(std::size_t largest, std::size_t own, std::size_t peers) {
        for (std::size_t size = 1; size <= largest; ++size) {
            const Shares all{size};
            const ShareRange range = shares_of_peer(all, own, peers);
            samples = std::max(samples, all.only(range).samples);
            shares = std::max(shares, range.count());
        }
    }
};

}  // namespace denim::inline DENIM_TARGET
