// SPDX-License-Identifier: MIT
#pragma once

// The first and the last beat of a step, cut into the parts that layers offer, so that threads can share them.

#include <denim/machine/threads.hpp>
#include <denim/network/memory.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Runs the parts of some nodes side by side: node n has counts[n] of them, and calls[n](object, part) does one.
template <class Object>
void run_parts(std::span<const std::size_t> counts, std::span<void (*const)(const Object&, std::size_t)> calls, const Object& object,
               std::size_t operations) {
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
    const Scalar* accumulators;  // of the stage
    Scalar* gradients;           // of the network

    template <std::size_t Index>
    static void node(const FinishCall& call, std::size_t part) {
        Plan::template LayerAt<Index>::finish({call.accumulators + places<Plan>.accumulators[Index], call.gradients + Plan::template first_parameter<Index>},
                                              part);
    }
};

/// The parts of each node of a plan, and the function that does one.
template <class Object, std::size_t Count>
struct NodeParts {
    std::array<std::size_t, Count> counts{};
    std::array<void (*)(const Object&, std::size_t), Count> calls{};
};

template <class Plan>
inline constexpr auto prepare_calls = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return NodeParts<PrepareCall<Plan>, Plan::count>{
        {(Plan::template LayerAt<Index>::prepared_size ? Plan::template LayerAt<Index>::prepare_parts : 0)...},
        {&PrepareCall<Plan>::template node<Index>...}};
}(std::make_index_sequence<Plan::count>{});

template <class Plan>
inline constexpr auto finish_calls = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return NodeParts<FinishCall<Plan>, Plan::count>{
        {(Plan::template LayerAt<Index>::accumulator_size ? Plan::template LayerAt<Index>::finish_parts : 0)...},
        {&FinishCall<Plan>::template node<Index>...}};
}(std::make_index_sequence<Plan::count>{});

}  // namespace detail

/// Parameters to what the plan's kernels read; `prepared` has room for places<Plan>.prepared_numbers.
template <class Plan>
void prepare(const typename Plan::Scalar* parameters, typename Plan::Scalar* prepared) {
    const auto& all = detail::prepare_calls<Plan>;
    detail::run_parts<detail::PrepareCall<Plan>>(all.counts, all.calls, {parameters, prepared}, 16 * places<Plan>.prepared_numbers);
}

/// The accumulators of a stage, summed over all shares, to the network's gradients.
template <class Plan>
void finish(std::size_t stage, const typename Plan::Scalar* accumulators, typename Plan::Scalar* gradients) {
    const auto& all = detail::finish_calls<Plan>;
    const std::size_t first = Plan::stages.list[stage].first, nodes = Plan::stages.list[stage].last - first;
    detail::run_parts<detail::FinishCall<Plan>>(std::span{all.counts}.subspan(first, nodes), std::span{all.calls}.subspan(first, nodes),
                                                {accumulators, gradients}, 4 * places<Plan>.stage_accumulators[stage]);
}

}  // namespace denim::inline DENIM_TARGET
