// SPDX-License-Identifier: MIT
#pragma once

// What a layer inside a network gives for pictures, and how an output of the network changes with it: as a trained network computes, so dropout
// lets everything through and BatchNorm goes by its running statistics.

#include <denim/network/batch_trainer.hpp>
#include <denim/network/network.hpp>
#include <denim/network/plan_table.hpp>
#include <denim/tensor/array.hpp>
#include <denim/tensor/pictures.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Of each picture: what the layer gives, the gradient to it of the output that was asked for, and all outputs (logits).
template <class Stored>
struct InnerValues {
    Array<Stored, 4> activations, gradients;  ///< (N, H, W, C); where the layer gives one row of numbers, (N, 1, 1, C)
    Array<Stored, 2> outputs;                 ///< (N, outputs)
};

namespace detail {

/// The value that leaves the layer, or the composition, of a name. Throws std::invalid_argument if there is none, or if it is computed as one
/// with the layer behind it and so exists nowhere.
template <class Stored, class Computed>
std::size_t inner_value(const GraphTable& graph, const PlanTable<Stored, Computed>& plan, std::string_view name) {
    const std::vector<std::string> names = graph.names().entries;
    std::size_t value = 0;
    for (std::size_t entry = 0; entry < names.size(); ++entry)
        if (names[entry] == name || (names[entry].starts_with(name) && names[entry][name.size()] == '.')) value = entry + 1;
    const std::string asked = "denim: inner_values: '" + std::string{name} + "' ";
    if (value == 0)
        throw std::invalid_argument(asked + "names no layer; names from '0' to '" + names.back().substr(0, names.back().find('.')) +
                                    "' were expected, or of layers inside, as summary() lists them");
    while (value > 0 && passes_on(graph.entries[value - 1].role)) value = graph.entries[value - 1].from[0];
    for (const Node& node : plan.nodes) {
        if (node.to == value) return value;
        if (node.first < value && value < node.to)
            throw std::invalid_argument(asked + "is computed as one with what stands behind it; ask for '" + names[node.to - 1] + "'");
    }
    throw std::invalid_argument(asked + "gives the picture as it comes");
}

/// Copies what is not border and padding, pixel by pixel.
template <class Stored>
void copy_pixels(const Layout& layout, const Stored* from, Stored* to) {
    for (std::size_t y = 0; y < layout.shape.height; ++y)
        for (std::size_t x = 0; x < layout.shape.width; ++x) to = std::copy_n(from + layout.offset(y, x), layout.shape.channels, to);
}

}  // namespace detail

/// What the layer `name` ("7", or "7.2" inside of a composition) gives for pictures (N, H, W, C), std::uint8_t or float, and the gradients to it of
/// output number `of[n]` of picture n. Throws std::invalid_argument for a name that the network does not have, and for outputs that are not one
/// for each picture.
template <class Network, class Expression>
auto inner_values(const Network& network, std::string_view name, const Expression& pictures, std::span<const std::size_t> of) {
    static_assert(sizeof(AnswersInNumbers<typename Network::Graph>) > 0);
    using Stored = typename Network::Stored;
    using Computed = typename Network::Numbers::Computed;
    using Plan = denim::Plan<typename Network::Graph, typename Network::Numbers, Mode::training>;
    constexpr std::size_t outputs = Network::output.size();
    const Pictures source = Pictures::of(pictures, Network::input);
    const PlanTable<Stored, Computed>& plan = table_of<Plan>;
    const std::size_t value = detail::inner_value(graph_table<typename Network::Graph>, plan, name);
    if (of.size() != source.count || std::ranges::any_of(of, [](std::size_t output) { return output >= outputs; }))
        throw std::invalid_argument("denim: inner_values: an output from 0 to " + std::to_string(outputs - 1) + " was expected for each of " +
                                    std::to_string(source.count) + " pictures");
    const Layout& layout = plan.layouts[value];
    const std::array extents{source.count, layout.shape.height, layout.shape.width, layout.shape.channels};
    InnerValues<Stored> result{Array<Stored, 4>(extents), Array<Stored, 4>(extents), Array<Stored, 2>(std::array{source.count, outputs})};
    if (source.count == 0) return result;

    struct Call {
        std::span<const std::size_t> of;
        Stored* outputs;
    } call{of, result.outputs.data()};
    const Answer<Stored> answer{[](const void* what, const Batch& batch, std::size_t sample, const Stored* logits, Stored* gradient) {
                                    const Call& asked = *static_cast<const Call*>(what);
                                    const std::size_t picture = batch.order[sample];
                                    std::copy_n(logits, outputs, asked.outputs + picture * outputs);
                                    std::fill_n(gradient, outputs, Stored{0});
                                    gradient[asked.of[picture]] = 1;
                                    return HeadLosses{};
                                },
                                &call};
    std::vector<LayerSettings> settings(network.all_settings().begin(), network.all_settings().end());
    for (LayerSettings& layer : settings) layer.rate = 0, layer.frozen = true;
    struct Seen {
        const Layout* layout = nullptr;
        Stored *activations = nullptr, *gradients = nullptr;
    } seen;
    const ValueWatch<Stored> watch{value,
                                   [](void* who, bool gradient, std::size_t sample, const Stored* numbers) {
                                       const Seen& to = *static_cast<const Seen*>(who);
                                       Stored* const first = gradient ? to.gradients : to.activations;
                                       detail::copy_pixels(*to.layout, numbers, first + sample * to.layout->shape.size());
                                   },
                                   &seen};
    constexpr std::size_t at_once = 16;
    BatchTrainer<Stored, Computed> trainer{graph_table<typename Network::Graph>, plan, std::min(at_once, source.count)};
    const std::vector<std::int32_t> labels(source.count * Network::heads.size());
    for (std::size_t first = 0; first < source.count; first += at_once) {
        std::vector<std::uint32_t> order(std::min(at_once, source.count - first));
        std::iota(order.begin(), order.end(), static_cast<std::uint32_t>(first));
        seen = {&layout, result.activations.data() + first * layout.shape.size(), result.gradients.data() + first * layout.shape.size()};
        trainer.step(network.parameters(), settings, {source, labels, order, Seed{}, 0}, answer, nullptr, &watch);
    }
    return result;
}

/// What the layer `name` gives for pictures (N, H, W, C), see inner_values: (N, height, width, channels).
template <class Network, class Expression>
[[nodiscard]] auto activations(const Network& network, std::string_view name, const Expression& pictures) {
    const std::vector<std::size_t> first(Pictures::of(pictures, Network::input).count);
    return inner_values(network, name, pictures, first).activations;
}

/// The gradients of output `of` of the network to what the layer `name` gives, for each picture, see inner_values.
template <class Network, class Expression>
[[nodiscard]] auto gradients(const Network& network, std::string_view name, const Expression& pictures, std::size_t of) {
    const std::vector<std::size_t> same(Pictures::of(pictures, Network::input).count, of);
    return inner_values(network, name, pictures, same).gradients;
}

}  // namespace denim::inline DENIM_TARGET
