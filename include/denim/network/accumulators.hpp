// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/shares.hpp>
#include <denim/network/beats.hpp>
#include <denim/network/share_sums.hpp>
#include <denim/tensor/aligned_array.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// What the shares of a batch gather while a run goes backward, each by itself. The runs of a plan take the same memory, one after the
/// other.
template <class Scalar>
class Accumulators {
public:
    Accumulators(const PlanTable<Scalar>& plan, std::size_t largest_batch) : plan_(&plan), numbers_(distance() * Shares::most(largest_batch)) {}

    /// Of one node.
    Scalar* of(std::size_t node, std::size_t share) { return numbers_.data() + share * distance() + plan_->node_places[node].accumulator; }
    /// A share's, of a whole run.
    void clear(std::size_t run, std::size_t share) { std::fill_n(numbers_.data() + share * distance(), plan_->run_accumulators[run], Scalar{0}); }
    /// Their sums, to the network's gradients; what was gathered is no longer there.
    void finish(std::size_t run, const Shares& shares, Scalar* gradients) {
        if (plan_->run_accumulators[run] == 0) return;
        sum_shares(numbers_.data(), shares.count, distance(), plan_->run_accumulators[run]);
        denim::finish(*plan_, run, numbers_.data(), gradients);
    }

private:
    [[nodiscard]] std::size_t distance() const { return plan_->sizes.accumulator_numbers; }

    const PlanTable<Scalar>* plan_;
    AlignedArray<Scalar> numbers_;
};

}  // namespace denim::inline DENIM_TARGET
