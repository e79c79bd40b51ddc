// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/peers.hpp>
#include <denim/network/beats.hpp>
#include <denim/network/share_sums.hpp>
#include <denim/tensor/aligned_array.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// What the shares of a batch gather while a run goes backward, each by itself. The runs of a plan take the same memory, one after the
/// other.
template <class Scalar>
class Accumulators {
public:
    Accumulators(const PlanTable<Scalar>& plan, std::size_t most_shares) : plan_(&plan), numbers_(distance() * most_shares) {}

    /// Of one node, and a share of those that are computed here.
    Scalar* of(std::size_t node, std::size_t share) { return numbers_.data() + share * distance() + plan_->node_places[node].accumulator; }
    /// A share's, of a whole run.
    void clear(std::size_t run, std::size_t share) { std::fill_n(numbers_.data() + share * distance(), plan_->run_accumulators[run], Scalar{0}); }
    /// Their sums, to the network's gradients; what was gathered is no longer there. With peers the sums are begun, and end_sums makes gradients.
    void finish(std::size_t run, const BatchPart<Scalar>& part, Scalar* gradients) {
        const std::size_t numbers = plan_->run_accumulators[run];
        if (numbers == 0) return;
        if (!part.peers) {
            sum_shares(numbers_.data(), part.shares.count, distance(), numbers);
            denim::finish(*plan_, run, numbers_.data(), gradients);
            return;
        }
        if (sums_.size() == 0) make_room_for_sums();
        Scalar* row = part.peers->rows(numbers, part.tree->rows_of(part.peers->own()));
        each_subtree(part.shares.count, part.own, [&](const ShareRange& subtree) {
            Scalar* const first = numbers_.data() + (subtree.first - part.own.first) * distance();
            sum_shares(first, subtree.count(), distance(), numbers);
            parallel_copy(first, numbers, row);
            row += numbers;
        });
        part.peers->begin_sum(*part.tree, numbers, sums_.data() + sums_of_run_[run], false);
    }
    /// Waits for the sums of all runs, and makes gradients of them.
    void end_sums(const BatchPart<Scalar>& part, Scalar* gradients) {
        part.peers->end_sums();
        for (std::size_t run = 0; run < plan_->runs.size(); ++run)
            if (plan_->run_accumulators[run] > 0) denim::finish(*plan_, run, sums_.data() + sums_of_run_[run], gradients);
    }

private:
    [[nodiscard]] std::size_t distance() const { return plan_->sizes.accumulator_numbers; }

    void make_room_for_sums() {
        std::size_t all = 0;
        for (const std::size_t numbers : plan_->run_accumulators) {
            sums_of_run_.push_back(all);
            all += numbers;
        }
        sums_ = AlignedArray<Scalar>(all);
    }
    static void parallel_copy(const Scalar* from, std::size_t numbers, Scalar* to) {
        constexpr std::size_t piece = 1 << 16;
        parallel_for((numbers + piece - 1) / piece, numbers, [&](std::size_t n) {
            std::copy_n(from + n * piece, std::min(piece, numbers - n * piece), to + n * piece);
        });
    }

    const PlanTable<Scalar>* plan_;
    AlignedArray<Scalar> numbers_;
    AlignedArray<Scalar> sums_;  // with peers, of each run: they end one after the other, while later runs gather
    std::vector<std::size_t> sums_of_run_;
};

}  // namespace denim::inline DENIM_TARGET
