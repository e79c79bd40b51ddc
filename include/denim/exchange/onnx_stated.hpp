// SPDX-License-Identifier: MIT
#pragma once

// Layers whose numbers stand in their types, and those that the table of spellings has, as nodes of an ONNX graph.

#include <denim/exchange/onnx_graph.hpp>
#include <denim/exchange/onnx_term.hpp>
#include <denim/layer/normalise.hpp>
#include <denim/layer/rescale.hpp>
#include <denim/layer/spelling_table.hpp>
#include <denim/machine/spelled.hpp>
#include <denim/machine/spelling.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Numbers for each channel, or one for all.
inline std::string numbers_to_onnx(const OnnxLayer& layer, OnnxGraph& graph, const char* name, std::span<const double> numbers) {
    const std::vector<float> floats(numbers.begin(), numbers.end());
    std::vector<std::size_t> shape{1, floats.size()};
    if (!layer.inputs[0].vector) shape.insert(shape.end(), {1, 1});
    return graph.constant<float>(name, floats, floats.size() == 1 ? std::vector<std::size_t>{} : shape);
}

}  // namespace detail

template <Decimal Factor, Decimal Offset>
OnnxFlow to_onnx(const Rescale<Factor, Offset>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const auto number = [&](const char* name, double value) { return detail::numbers_to_onnx(layer, graph, name, std::array{value}); };
    const std::string product = graph.add("Mul", {layer.inputs[0].name, number("factor", Factor.value())});
    return {Offset.value() == 0 ? product : graph.add("Add", {product, number("offset", Offset.value())}), layer.inputs[0].vector};
}

/// A layer that stands in the table of spellings under its own name.
template <class Spec>
    requires(std::is_base_of_v<detail::Spelled, Spec>)
OnnxFlow to_onnx(const Spec& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const auto nodes = detail::respelled(detail::spelling<Spec>(), &SpellingRow::word, &SpellingRow::onnx);
    const auto parameter = [&](const std::string& name) { return layer.channel_weight(graph, std::string_view{name}.substr(0, name.size() - 3)); };
    return {detail::add_onnx_term(graph, detail::OnnxTerm{nodes.value()}, layer.inputs[0].name, parameter), layer.inputs[0].vector};
}

template <class Means, class Deviations>
OnnxFlow to_onnx(const Normalise<Means, Deviations>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    using Spec = Normalise<Means, Deviations>;
    const std::string centred = graph.add("Sub", {layer.inputs[0].name, detail::numbers_to_onnx(layer, graph, "mean", Spec::means)});
    return {graph.add("Div", {centred, detail::numbers_to_onnx(layer, graph, "deviation", Spec::deviations)}), layer.inputs[0].vector};
}

}  // namespace denim::inline DENIM_TARGET
