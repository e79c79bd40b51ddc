// SPDX-License-Identifier: MIT
#pragma once

// A plan as a table: its layers as functions, its steps, and where everything stands. Who runs a plan is told this table and knows no type,
// so that it is compiled once for all networks.

#include <denim/network/memory.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// A node's layer: its functions, see layer/concept.hpp, and what it asks for.
template <class Stored, class Computed = Stored>
struct LayerTable {
    void (*prepare)(const Stored* parameters, Stored* prepared, std::size_t part) = nullptr;
    void (*gather)(const ForwardOf<Stored, Computed>& call) = nullptr;  ///< of a layer on joined samples, as the other three beside it
    void (*join)(const ForwardOf<Stored, Computed>& call) = nullptr;
    void (*forward)(const ForwardOf<Stored, Computed>& call) = nullptr;
    void (*gather_back)(const BackwardOf<Stored, Computed>& call) = nullptr;
    void (*join_back)(const BackwardOf<Stored, Computed>& call) = nullptr;
    void (*backward)(const BackwardOf<Stored, Computed>& call) = nullptr;  ///< each input's gradient as `gradient_to` says; null in a trained network
    void (*finish)(const FinishOf<Stored, Computed>& sum, std::size_t part) = nullptr;
    std::size_t prepare_parts = 0, finish_parts = 0;  ///< 0: there is nothing to prepare, or to finish
    std::size_t bands = 1, scratch_size = 0, scratch_per_sample = 0, record_size = 0, operations = 0;
    std::size_t first_parameter = 0;  ///< in the network's array
    Works works = Works::on_samples;
    bool sums_with_peers = true;      ///< or it takes what of the batch is computed here: see layer/concept.hpp
    std::array<Gradient, max_inputs> gradient_to{};
};

/// Views of constants: it holds nothing.
template <class Stored, class Computed = Stored>
struct PlanTable {
    std::span<const LayerTable<Stored, Computed>> layers;  ///< of each node, as the next two
    std::span<const Node> nodes;
    std::span<const NodePlaces> node_places;
    std::span<const Layout> layouts;  ///< of each value, as the next one; value 0 is the picture
    std::span<const Place> gradients;
    std::size_t result = 0;  ///< the value that leaves
    std::span<const NodeStep> steps;
    std::span<const StepPlaces> step_places;
    std::size_t answer = 0;       ///< the step that takes the result
    std::span<const Life> lives;  ///< life 0 is the picture's, life s + 1 is that of the value which step s writes
    std::span<const StepRun> runs;
    std::span<const std::size_t> run_accumulators;  ///< bytes
    MemorySizes sizes;

    /// Multiplications and additions of a run for one sample: backward has two for one of forward. What is gathered counts as forward does.
    [[nodiscard]] std::size_t operations(const StepRun& run) const {
        std::size_t total = 0;
        for (std::size_t step = run.first; step < run.last; ++step)
            if (const auto [node, does] = steps[step]; does != Does::answer) total += (does == Does::backward ? 2 : 1) * layers[node].operations;
        return total;
    }
    /// Whether a step takes one sample, and not the batch.
    [[nodiscard]] bool takes_sample(const NodeStep& step) const {
        return step.does == Does::answer || denim::takes_sample(layers[step.node].works, step.does);
    }
    [[nodiscard]] std::size_t operations() const {
        std::size_t all = 0;
        for (const StepRun& run : runs) all += operations(run);
        return all;
    }
    /// Whether a step of some run finds the picture in each thread's own memory; else it is loaded for the whole batch at first.
    [[nodiscard]] bool loads_in_runs() const { return lives[0].place.held == Held::by_thread; }
};

namespace detail {

template <class Layer>
void prepare_layer(const typename Layer::Stored* parameters, typename Layer::Stored* prepared, std::size_t part) {
    Layer::prepare(parameters, prepared, part);
}
template <class Layer>
void run_gather(const Forward<Layer>& call) {
    Layer::gather(call);
}
template <class Layer>
void run_join(const Forward<Layer>& call) {
    Layer::join(call);
}
template <class Layer>
void run_gather_back(const Backward<Layer>& call) {
    Layer::gather_back(call);
}
template <class Layer>
void run_join_back(const Backward<Layer>& call) {
    Layer::join_back(call);
}
template <class Layer>
void run_forward(const Forward<Layer>& call) {
    Layer::forward(call);
}
template <class Layer, Gradient... To>
void run_backward(const Backward<Layer>& call) {
    Layer::template backward<To...>(call);
}
template <class Layer>
void finish_layer(const Finish<Layer>& sum, std::size_t part) {
    Layer::finish(sum, part);
}

/// How the gradient to an input is given: the node nearest to the end writes, those before it add, as does a second reading by one join.
template <class Plan>
consteval Gradient gradient_to(std::size_t index, std::size_t input) {
    const Node& node = Plan::nodes[index];
    if (node.from[input] == 0) return Gradient::none;
    bool writes = Steps<Plan>::writes_gradient(index, node.from[input]);
    for (std::size_t n = 0; n < input; ++n) writes = writes && node.from[n] != node.from[input];
    return writes ? Gradient::write : Gradient::add;
}

/// Whether a layer says that it does: one of a user's own, on batches, may know nothing of others. Peers sum numbers as they are computed, so none
/// does that rounds them when it stores its gradients.
template <class Layer>
inline constexpr bool sums_with_peers = false;
template <class Layer>
    requires requires { Layer::sums_with_peers; }
inline constexpr bool sums_with_peers<Layer> = Layer::sums_with_peers && std::same_as<typename Layer::Stored, typename Layer::Computed>;

template <class Plan, std::size_t Index>
consteval auto layer_table() {
    using Layer = typename Plan::template LayerAt<Index>;
    LayerTable<typename Plan::Stored, typename Plan::Computed> table{
        .forward = &run_forward<Layer>,
        .bands = Layer::bands,
        .scratch_size = Layer::scratch_size,
        .scratch_per_sample = Layer::scratch_per_sample,
        .record_size = Layer::record_size,
        .operations = Layer::operations,
        .first_parameter = Plan::template first_parameter<Index>,
        .works = Layer::works,
    };
    if constexpr (Layer::works != Works::on_samples) table.sums_with_peers = detail::sums_with_peers<Layer>;
    if constexpr (Layer::works == Works::on_joined_samples) {
        table.gather = &run_gather<Layer>;
        table.join = &run_join<Layer>;
        table.gather_back = &run_gather_back<Layer>;
        table.join_back = &run_join_back<Layer>;
    }
    if constexpr (Layer::prepared_size > 0) {
        table.prepare = &prepare_layer<Layer>;
        table.prepare_parts = Layer::prepare_parts;
    }
    if constexpr (Plan::mode == Mode::training) {
        [&]<std::size_t... Input>(std::index_sequence<Input...>) {
            table.backward = &run_backward<Layer, gradient_to<Plan>(Index, Input)...>;
            table.gradient_to = {gradient_to<Plan>(Index, Input)...};
        }(std::make_index_sequence<Plan::template node<Index>.inputs>{});
        if constexpr (Layer::accumulator_size > 0) {
            table.finish = &finish_layer<Layer>;
            table.finish_parts = Layer::finish_parts;
        }
    }
    return table;
}

template <class Plan>
inline constexpr auto layer_tables = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return std::array<LayerTable<typename Plan::Stored, typename Plan::Computed>, Plan::count>{layer_table<Plan, Index>()...};
}(std::make_index_sequence<Plan::count>{});

}  // namespace detail

/// The table of a plan.
template <class Plan>
inline constexpr PlanTable<typename Plan::Stored, typename Plan::Computed> table_of{
    .layers = detail::layer_tables<Plan>,
    .nodes = std::span{Plan::nodes}.first(Plan::count),
    .node_places = places<Plan>.nodes,
    .layouts = Plan::layouts,
    .gradients = places<Plan>.gradients,
    .result = Plan::result,
    .steps = Steps<Plan>::list,
    .step_places = places<Plan>.steps,
    .answer = Steps<Plan>::answer,
    .lives = places<Plan>.lives,
    .runs = std::span{Steps<Plan>::runs.list}.first(Steps<Plan>::runs.count),
    .run_accumulators = places<Plan>.run_accumulators,
    .sizes = places<Plan>,
};

}  // namespace denim::inline DENIM_TARGET
