// SPDX-License-Identifier: MIT
// Peers together add and join what one alone does, in the same order, whatever their number.
#include <denim/machine/peers.hpp>
#include <denim/machine/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

using namespace denim;

namespace {

/// One of several peers, each of whom does its part before any learns what the others brought: what is gathered in the first round waits for a second one.
class PeerByTurns final : public Peers<float> {
public:
    PeerByTurns(std::size_t count, std::size_t own, std::vector<std::vector<std::byte>>& brought) : count_(count), own_(own), brought_(brought) {}

    std::size_t count() const override { return count_; }
    std::size_t own() const override { return own_; }
    void gather(std::span<const std::byte> own_bytes, std::span<const std::size_t> sizes, std::span<std::byte> all) override {
        brought_[own_].assign(own_bytes.begin(), own_bytes.end());
        CHECK(own_bytes.size() == sizes[own_]);
        std::size_t at = 0;
        for (std::size_t peer = 0; peer < count_; at += sizes[peer++])
            if (brought_[peer].size() == sizes[peer]) std::ranges::copy(brought_[peer], all.begin() + static_cast<std::ptrdiff_t>(at));
    }
    void broadcast(std::span<std::byte> /*bytes*/) override {}
    float* rows(std::size_t numbers, std::size_t count) override {
        rows_.assign(numbers * count, 0);
        return rows_.data();
    }
    void begin_sum(const PeerTree& /*tree*/, std::size_t /*numbers*/, float* /*to*/, bool /*exact*/) override {}
    void look() override {}
    void end_sums() override {}

    std::vector<float> rows_;

private:
    std::size_t count_, own_;
    std::vector<std::vector<std::byte>>& brought_;
};

std::vector<float> some_numbers(std::size_t count) {
    std::vector<float> all(count);
    Random random{Seed{count}};
    for (float& number : all) number = static_cast<float>(random.uniform(-1, 1));
    return all;
}

}  // namespace

TEST_CASE("the shares of peers are all shares, in order, as many for each or one more") {
    for (std::size_t batch = 1; batch < 150; ++batch)
        for (std::size_t peers = 1; peers < 12; ++peers) {
            const Shares shares{batch};
            std::size_t next = 0, samples = 0, most = 0, least = shares.count;
            for (std::size_t own = 0; own < peers; ++own) {
                const ShareRange range = shares_of_peer(shares, own, peers);
                CHECK(range.first == next);
                next = range.last;
                samples += shares.only(range).samples;
                most = std::max(most, range.count());
                least = std::min(least, range.count());
                const LargestPart largest{batch, own, peers};
                CHECK(shares.only(range).samples <= largest.samples);
                CHECK(range.count() <= largest.shares);
            }
            CHECK(next == shares.count);
            CHECK(samples == batch);
            CHECK(most <= least + 1);
        }
}

TEST_CASE("the sums of peers' subtrees, joined as their tree says, have the bits of the one tree") {
    for (std::size_t batch = 1; batch < 150; ++batch) {
        const Shares shares{batch};
        const std::vector<float> numbers = some_numbers(shares.count);
        std::vector<float> alone = numbers;
        join_in_pairs(shares.count, [&](std::size_t to, std::size_t from) { alone[to] += alone[from]; });
        for (std::size_t peers = 1; peers < 12; ++peers) {
            const PeerTree tree{shares, peers};
            std::vector<float> rows;
            std::size_t behind = 0;
            for (const ShareRange& subtree : tree.rows) {
                CHECK(subtree.first == behind);
                behind = subtree.last;
                std::vector<float> own(numbers.begin() + static_cast<std::ptrdiff_t>(subtree.first), numbers.begin() + static_cast<std::ptrdiff_t>(subtree.last));
                join_in_pairs(own.size(), [&](std::size_t to, std::size_t from) { own[to] += own[from]; });
                rows.push_back(own[0]);
            }
            CHECK(behind == shares.count);
            CHECK(tree.joins.size() + 1 == rows.size());
            for (const PeerTree::Join& join : tree.joins) rows[join.to] += rows[join.from];
            CHECK(std::memcmp(&rows[0], &alone[0], sizeof(float)) == 0);
        }
    }
}

TEST_CASE("rows of samples that peers join have the bits, and the counts, of one who joins them all") {
    constexpr std::size_t numbers = 3;
    const auto join = [](float* to, const float* from, std::size_t before, std::size_t more) {  // not the same the other way round
        for (std::size_t n = 0; n < numbers; ++n) to[n] = to[n] * 0.7f + from[n] * static_cast<float>(more) / static_cast<float>(before + more);
    };
    for (const std::size_t batch : {1u, 5u, 8u, 9u, 17u, 40u, 64u, 100u, 131u}) {
        const std::vector<float> samples = some_numbers(batch * numbers);
        std::vector<float> alone = samples;
        BatchPart<float>{Shares{batch}}.join(alone.data(), numbers, join);
        for (std::size_t count = 2; count < 7; ++count) {
            const PeerTree tree{Shares{batch}, count};
            std::vector<std::vector<std::byte>> brought(count);
            for (int round = 0; round < 2; ++round)
                for (std::size_t own = 0; own < count; ++own) {
                    PeerByTurns peer{count, own, brought};
                    const BatchPart<float> part{tree, peer};
                    std::vector<float> rows(std::max<std::size_t>(part.samples(), 1) * numbers);
                    std::copy_n(samples.begin() + static_cast<std::ptrdiff_t>(part.first_sample() * numbers), part.samples() * numbers, rows.begin());
                    part.join(rows.data(), numbers, join);
                    if (round == 1) CHECK(std::memcmp(rows.data(), alone.data(), numbers * sizeof(float)) == 0);
                }
        }
    }
}

TEST_CASE("a peer writes the sums of its subtrees, of which each knows its samples") {
    for (const std::size_t batch : {1u, 7u, 9u, 20u, 64u, 100u})
        for (std::size_t count = 2; count < 6; ++count) {
            const PeerTree tree{Shares{batch}, count};
            std::size_t row = 0;
            for (std::size_t own = 0; own < count; ++own) {
                std::vector<std::vector<std::byte>> brought(count);
                PeerByTurns peer{count, own, brought};
                const BatchPart<float> part{tree, peer};
                std::size_t before = row, next = 0;
                part.sum(2, static_cast<float*>(nullptr), [&](const Shares& shares, std::size_t first, float* to) {
                    CHECK(first == next);
                    next += shares.samples;
                    CHECK(shares.count == tree.rows[row].count());
                    CHECK(part.first_sample() + first == tree.rows[row].first * tree.shares.each);
                    to[0] = to[1] = static_cast<float>(++row);
                });
                CHECK(next == part.samples());
                CHECK(peer.rows_.size() == 2 * (row - before));
            }
            CHECK(row == tree.rows.size());
        }
}
