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

/// Does one part of a node's work; `call` is a PrepareCall or a FinishCall.
using PartCall = void (*)(const void* call, std::size_t part);

/// Runs the parts of some nodes side by side: node n has counts[n] of them, and calls[n](call, part) does one.
inline void run_parts(const std::size_t* counts, const PartCall* calls, std::size_t nodes, const void* call, std::size_t operations) {
    std::size_t total = 0;
    for (std::size_t n = 0; n < nodes; ++n) total += counts[n];
    parallel_for(total, operations, [&](std::size_t part) {
        std::size_t index = 0;
        while (part >= counts[index]) part -= counts[index++];
        calls[index](call, part);
    });
}

/// The parts of each node of a plan, and the function that does one.
template <std::size_t Count>
struct NodeParts {
    std::array<std::size_t, Count> counts{};
    std::array<PartCall, Count> calls{};
};

template <class Plan>
struct PrepareCall {
    using Scalar = typename Plan::Scalar;
    const Scalar* parameters;
    Scalar* prepared;

    template <std::size_t Index>
    static void node(const void* erased, std::size_t part) {
        const auto& call = *static_cast<const PrepareCall*>(erased);
        Plan::template LayerAt<Index>::prepare(call.parameters + Plan::template first_parameter<Index>,
                                               call.prepared + places<Plan>.prepared[Index], part);
    }
    static constexpr auto parts = []<std::size_t... Index>(std::index_sequence<Index...>) {
        return NodeParts<Plan::count>{{(Plan::template LayerAt<Index>::prepared_size ? Plan::template LayerAt<Index>::prepare_parts : 0)...}, {&node<Index>...}};
    }(std::make_index_sequence<Plan::count>{});
};

template <class Plan>
struct FinishCall {
    using Scalar = typename Plan::Scalar;
    const Scalar* accumulators;  // of the run
    Scalar* gradients;           // of the network

    template <std::size_t Index>
    static void node(const void* erased, std::size_t part) {
        const auto& call = *static_cast<const FinishCall*>(erased);
        Plan::template LayerAt<Index>::finish({call.accumulators + places<Plan>.accumulators[Index], call.gradients + Plan::template first_parameter<Index>},
                                              part);
    }
    static constexpr auto parts = []<std::size_t... Index>(std::index_sequence<Index...>) {
        return NodeParts<Plan::count>{{(Plan::template LayerAt<Index>::accumulator_size ? Plan::template LayerAt<Index>::finish_parts : 0)...}, {&node<Index>...}};
    }(std::make_index_sequence<Plan::count>{});
};

}  // namespace detail

/// Parameters to what the plan's kernels read; `prepared` has room for places<Plan>.prepared_numbers.
template <class Plan>
void prepare(const typename Plan::Scalar* parameters, typename Plan::Scalar* prepared) {
    const detail::PrepareCall<Plan> call{parameters, prepared};
    detail::run_parts(call.parts.counts.data(), call.parts.calls.data(), Plan::count, &call, 16 * places<Plan>.prepared_numbers);
}

/// The accumulators of a run, summed over all shares, to the network's gradients.
template <class Plan>
void finish(std::size_t run, const typename Plan::Scalar* accumulators, typename Plan::Scalar* gradients) {
    const detail::FinishCall<Plan> call{accumulators, gradients};
    const auto [first, last] = std::pair{Steps<Plan>::runs.list[run].first_back, Steps<Plan>::runs.list[run].last_back};
    detail::run_parts(call.parts.counts.data() + first, call.parts.calls.data() + first, last - first, &call, 4 * places<Plan>.run_accumulators[run]);
}

}  // namespace denim::inline DENIM_TARGET
