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
template <class Plan>
class Accumulators {
public:
    using Scalar = typename Plan::Scalar;

    explicit Accumulators(std::size_t largest_batch) : numbers_(distance * Shares::most(largest_batch)) {}

    /// Of node `Index`.
    template <std::size_t Index>
    Scalar* of(std::size_t share) {
        return numbers_.data() + share * distance + places<Plan>.accumulators[Index];
    }
    /// A share's, of a whole run.
    template <std::size_t Run>
    void clear(std::size_t share) {
        std::fill_n(numbers_.data() + share * distance, size<Run>, Scalar{0});
    }
    /// Their sums, to the network's gradients; what was gathered is no longer there.
    template <std::size_t Run>
    void finish(const Shares& shares, Scalar* gradients) {
        if constexpr (size<Run> > 0) {
            sum_shares(numbers_.data(), shares.count, distance, size<Run>);
            denim::finish<Plan>(Run, numbers_.data(), gradients);
        }
    }

private:
    static constexpr std::size_t distance = places<Plan>.accumulator_numbers;
    template <std::size_t Run>
    static constexpr std::size_t size = places<Plan>.run_accumulators[Run];

    AlignedArray<Scalar> numbers_;
};

}  // namespace denim::inline DENIM_TARGET
