// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/peers.hpp>
#include <denim/network/beats.hpp>
#include <denim/network/share_sums.hpp>
#include <denim/tensor/aligned_array.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// What the shares of a batch gather while a run goes backward, each by itself. The runs of a plan take the same memory, one after the
/// other.
template <class Stored, class Computed = Stored>
class Accumulators {
public:
    Accumulators(const PlanTable<Stored, Computed>& plan, std::size_t most_shares) : plan_(&plan), sums_(distance() * most_shares) {}

    /// Of one node, and a share of those that are computed here.
    Computed* of(std::size_t node, std::size_t share) {
        return numbers_at<Computed>(sums_.data() + share * distance() + plan_->node_places[node].accumulator);
    }
    /// A share's, of a whole run.
    void clear(std::size_t run, std::size_t share) { std::fill_n(of_share(share), numbers(run), Computed{0}); }
    /// Their sums, to the network's gradients; what was gathered is no longer there. With peers the sums are begun, and end_sums makes gradients.
    void finish(std::size_t run, const BatchPart<Computed>& part, Stored* gradients) {
        const std::size_t count = numbers(run);
        if (count == 0) return;
        if (!part.peers) {
            sum_shares(of_share(0), part.shares.count, distance() / sizeof(Computed), count);
            denim::finish(*plan_, run, sums_.data(), gradients);
            return;
        }
        if (peers_sums_.size() == 0) make_room_for_peers_sums();
        Computed* row = part.peers->rows(count, part.tree->rows_of(part.peers->own()));
        each_subtree(part.shares.count, part.own, [&](const ShareRange& subtree) {
            Computed* const first = of_share(subtree.first - part.own.first);
            sum_shares(first, subtree.count(), distance() / sizeof(Computed), count);
            parallel_copy(first, count, row);
            row += count;
        });
        part.peers->begin_sum(*part.tree, count, numbers_at<Computed>(peers_sums_.data() + sums_of_run_[run]), false);
    }
    /// Waits for the sums of all runs, and makes gradients of them.
    void end_sums(const BatchPart<Computed>& part, Stored* gradients) {
        part.peers->end_sums();
        for (std::size_t run = 0; run < plan_->runs.size(); ++run)
            if (plan_->run_accumulators[run] > 0) denim::finish(*plan_, run, peers_sums_.data() + sums_of_run_[run], gradients);
    }

private:
    [[nodiscard]] std::size_t distance() const { return plan_->sizes.accumulator_bytes; }
    [[nodiscard]] std::size_t numbers(std::size_t run) const { return plan_->run_accumulators[run] / sizeof(Computed); }
    Computed* of_share(std::size_t share) { return numbers_at<Computed>(sums_.data() + share * distance()); }

    void make_room_for_peers_sums() {
        std::size_t all = 0;
        for (const std::size_t bytes : plan_->run_accumulators) {
            sums_of_run_.push_back(all);
            all += bytes;
        }
        peers_sums_ = AlignedArray<std::uint8_t>(all);
    }
    static void parallel_copy(const Computed* from, std::size_t numbers, Computed* to) {
        constexpr std::size_t piece = 1 << 16;
        parallel_for((numbers + piece - 1) / piece, numbers, [&](std::size_t n) {
            std::copy_n(from + n * piece, std::min(piece, numbers - n * piece), to + n * piece);
        });
    }

    const PlanTable<Stored, Computed>* plan_;
    AlignedArray<std::uint8_t> sums_;
    AlignedArray<std::uint8_t> peers_sums_;  // with peers, of each run: they end one after the other, while later runs gather
    std::vector<std::size_t> sums_of_run_;
};

}  // namespace denim::inline DENIM_TARGET
