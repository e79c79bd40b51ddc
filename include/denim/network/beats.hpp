// SPDX-License-Identifier: MIT
#pragma once

// The first and the last beat of a step, cut into the parts that layers offer, so that threads can share them.

#include <denim/machine/threads.hpp>
#include <denim/network/memory.hpp>

#include <array>
#include <cstddef>
#include <utility>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Runs the parts of all nodes side by side: node n has counts[n] of them, and calls[n](object, part) does one.
template <std::size_t Count, class Object>
void run_parts(const std::array<std::size_t, Count>& counts, const std::array<void (*)(const Object&, std::size_t), Count>& calls,
               const Object& object, std::size_t operations) {
    std::size_t total = 0;
    for (const std::size_t count : counts) total += count;
    parallel_for(total, operations, [&](std::size_t part) {
        std::size_t index = 0;
        while (part >= counts[index]) part -= counts[index++];
        calls[index](object, part);
    });
}

template <class Plan>
struct PrepareCall {
    using Scalar = typename Plan::Scalar;
    const Scalar* parameters;
    Scalar* prepared;

    template <std::size_t Index>
    static void node(const PrepareCall& call, std::size_t part) {
        Plan::template LayerAt<Index>::prepare(call.parameters + Plan::template first_parameter<Index>,
                                               call.prepared + places<Plan>.prepared[Index], part);
    }
};

template <class Plan>
struct FinishCall {
    using Scalar = typename Plan::Scalar;
    Finish<Scalar> shares;  // of the first node, and of the network's gradients

    template <std::size_t Index>
    static void node(const FinishCall& call, std::size_t part) {
        Finish<Scalar> shares = call.shares;
        shares.accumulators += places<Plan>.accumulators[Index];
        shares.gradients += Plan::template first_parameter<Index>;
        Plan::template LayerAt<Index>::finish(shares, part);
    }
};

}  // namespace detail

/// Parameters to what the plan's kernels read; `prepared` has room for places<Plan>.prepared_numbers.
template <class Plan>
void prepare(const typename Plan::Scalar* parameters, typename Plan::Scalar* prepared) {
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        detail::run_parts<Plan::count, detail::PrepareCall<Plan>>(
            {(Plan::template LayerAt<Index>::prepared_size ? Plan::template LayerAt<Index>::prepare_parts : 0)...},
            {&detail::PrepareCall<Plan>::template node<Index>...}, {parameters, prepared}, 16 * places<Plan>.prepared_numbers);
    }(std::make_index_sequence<Plan::count>{});
}

/// The accumulators of all shares, added in order, to gradients.
template <class Plan>
void finish(const Finish<typename Plan::Scalar>& shares) {
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        detail::run_parts<Plan::count, detail::FinishCall<Plan>>(
            {(Plan::template LayerAt<Index>::accumulator_size ? Plan::template LayerAt<Index>::finish_parts : 0)...},
            {&detail::FinishCall<Plan>::template node<Index>...}, {shares}, 4 * places<Plan>.accumulator_numbers * shares.shares);
    }(std::make_index_sequence<Plan::count>{});
}

}  // namespace denim::inline DENIM_TARGET
