// SPDX-License-Identifier: MIT
#pragma once

// The first and the last beat of a step, cut into the parts that layers offer, so that threads can share them.

#include <denim/machine/threads.hpp>
#include <denim/network/plan_table.hpp>
#include <denim/tensor/aligned_array.hpp>

#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Runs the parts of nodes `first` to `last` - 1 side by side: a node has parts_of(node) of them, and run(node, part) does one.
template <class Parts, class Run>
void run_parts(std::size_t first, std::size_t last, std::size_t operations, Parts parts_of, Run run) {
    std::size_t total = 0;
    for (std::size_t node = first; node < last; ++node) total += parts_of(node);
    parallel_for(total, operations, [&](std::size_t part) {
        std::size_t node = first;
        while (part >= parts_of(node)) part -= parts_of(node++);
        run(node, part);
    });
}

}  // namespace detail

/// Parameters to what the plan's kernels read; `prepared` has room for the plan's prepared_bytes.
template <class Stored, class Computed>
void prepare(const PlanTable<Stored, Computed>& plan, const Stored* parameters, std::uint8_t* prepared) {
    detail::run_parts(
        0, plan.layers.size(), 4 * plan.sizes.prepared_bytes, [&](std::size_t node) { return plan.layers[node].prepare_parts; },
        [&](std::size_t node, std::size_t part) {
            const LayerTable<Stored, Computed>& layer = plan.layers[node];
            layer.prepare(parameters + layer.first_parameter, numbers_at<Stored>(prepared + plan.node_places[node].prepared), part);
        });
}

/// The accumulators of a run, summed over all shares, to the network's gradients.
template <class Stored, class Computed>
void finish(const PlanTable<Stored, Computed>& plan, std::size_t run, const std::uint8_t* accumulators, Stored* gradients) {
    detail::run_parts(
        plan.runs[run].first_back, plan.runs[run].last_back, plan.run_accumulators[run],
        [&](std::size_t node) { return plan.layers[node].finish_parts; },
        [&](std::size_t node, std::size_t part) {
            const LayerTable<Stored, Computed>& layer = plan.layers[node];
            layer.finish({numbers_at<Computed>(accumulators + plan.node_places[node].accumulator), gradients + layer.first_parameter}, part);
        });
}

}  // namespace denim::inline DENIM_TARGET
