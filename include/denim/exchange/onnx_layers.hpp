// SPDX-License-Identifier: MIT
#pragma once

// Each layer as nodes of an ONNX graph. A layer of one's own is exported once an overload of `to_onnx` for its spec stands
// beside it, in its namespace.

#include <denim/exchange/onnx_graph.hpp>
#include <denim/exchange/onnx_stated.hpp>
#include <denim/exchange/onnx_term.hpp>
#include <denim/layer/spelling_table.hpp>
#include <denim/layer/activation.hpp>
#include <denim/layer/batch_norm.hpp>
#include <denim/layer/channelwise.hpp>
#include <denim/layer/concatenation.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/depthwise_conv.hpp>
#include <denim/layer/flatten.hpp>
#include <denim/layer/gate.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/group_norm.hpp>
#include <denim/layer/instance_norm.hpp>
#include <denim/layer/layer_norm.hpp>
#include <denim/layer/local_response_norm.hpp>
#include <denim/layer/pool.hpp>
#include <denim/layer/product.hpp>
#include <denim/layer/sum.hpp>
#include <denim/machine/spelled.hpp>
#include <denim/machine/spelling.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Adds an activation behind a value, as the table of spellings has it.
template <class Function>
std::string add_activation(OnnxGraph& graph, const std::string& x) {
    if constexpr (std::is_same_v<Function, Linear>) {
        return x;
    } else {
        std::optional<std::string> nodes;
        if constexpr (std::is_base_of_v<Spelled, Function>) nodes = respelled(spelling<Function>(), &SpellingRow::word, &SpellingRow::onnx);
        if (!nodes)
            throw std::invalid_argument("denim: export_onnx: the activation of layer " + graph.layer +
                                        " has no operator in ONNX");
        return add_onnx_term(graph, OnnxTerm{*nodes}, x);
    }
}

}  // namespace detail

template <class Function>
OnnxFlow to_onnx(const Activation<Function>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    return {detail::add_activation<Function>(graph, layer.inputs[0].name), layer.inputs[0].vector};
}

namespace detail {

/// Window, stride and zeros of a convolution or a pool, those that its windows touch.
template <class Spec>
std::vector<OnnxAttribute> windows_of(const OnnxLayer& layer, WindowSize window) {
    const auto number = [](std::size_t size) { return static_cast<std::int64_t>(size); };
    const std::size_t height = layer.in.height, width = layer.in.width;
    const std::vector<std::int64_t> pads{number(Spec::rows.before(height)), number(Spec::columns.before(width)),
                                         number(Spec::rows.after(height)), number(Spec::columns.after(width))};
    return {{"kernel_shape", std::vector{number(window.rows), number(window.columns)}},
            {"strides", std::vector{number(Spec::stride.rows), number(Spec::stride.columns)}},
            {"pads", pads}};
}

}  // namespace detail

namespace detail {

template <class Spec>
OnnxFlow convolution_to_onnx(const OnnxLayer& layer, OnnxGraph& graph, WindowSize window, std::size_t groups) {
    std::vector<std::string> inputs{graph.as_picture(layer.inputs[0]).name, layer.weight(graph, "weights")};
    if (Spec::bias) inputs.push_back(layer.weight(graph, "bias"));
    std::vector<OnnxAttribute> attributes = windows_of<Spec>(layer, window);
    const auto step = [](std::size_t size) { return static_cast<std::int64_t>(size); };
    if (Spec::dilation != 1) attributes.push_back({"dilations", std::vector{step(Spec::dilation.rows), step(Spec::dilation.columns)}});
    if (groups > 1) attributes.push_back({"group", static_cast<std::int64_t>(groups)});
    return {add_activation<typename Spec::Function>(graph, graph.add("Conv", inputs, attributes))};
}

}  // namespace detail

template <WindowSize Window, std::size_t Filters, class... Options>
OnnxFlow to_onnx(const Conv<Window, Filters, Options...>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    using Spec = Conv<Window, Filters, Options...>;
    return detail::convolution_to_onnx<Spec>(layer, graph, Window, Spec::groups);
}

template <WindowSize Window, class... Options>
OnnxFlow to_onnx(const DepthwiseConv<Window, Options...>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    return detail::convolution_to_onnx<DepthwiseConv<Window, Options...>>(layer, graph, Window, layer.in.channels);
}

template <class Operation, WindowSize Window, class... Options>
OnnxFlow to_onnx(const Pool<Operation, Window, Options...>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    using Spec = Pool<Operation, Window, Options...>;
    const char* const type = std::is_same_v<Operation, Max> ? "MaxPool" : "AveragePool";
    // What lies outside does not count, so zeros that a window reaches beyond its Padding for CeilMode are as good as those of the Padding.
    std::vector<OnnxAttribute> attributes = detail::windows_of<Spec>(layer, Window);
    if constexpr (Spec::counts_padding) {
        const auto beyond = [](const WindowAxis& axis, std::size_t in) { return axis.after(in) > axis.back; };
        if (beyond(Spec::rows, layer.in.height) || beyond(Spec::columns, layer.in.width))
            throw std::invalid_argument(
                "denim: export_onnx: Pool: CeilMode with CountPadding has windows beyond the zeros that it counts, which ONNX's operators do not say");
        attributes.push_back({"count_include_pad", std::int64_t{1}});
    }
    return {graph.add(type, {graph.as_picture(layer.inputs[0]).name}, attributes)};
}

template <std::size_t Outputs, class... Options>
OnnxFlow to_onnx(const Dense<Outputs, Options...>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    using Spec = Dense<Outputs, Options...>;
    std::vector<std::string> inputs{graph.as_vector(layer.inputs[0]).name, layer.weight(graph, "weights")};
    if (Spec::bias) inputs.push_back(layer.weight(graph, "bias"));
    const std::string sum = graph.add("Gemm", inputs, {{"transB", std::int64_t{1}}});
    return {detail::add_activation<typename Spec::Function>(graph, sum), true};
}

template <class... Options>
OnnxFlow to_onnx(const BatchNormOf<Options...>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    std::vector<std::string> inputs{layer.inputs[0].name, layer.weight_or(graph, "gamma", 1), layer.weight_or(graph, "beta", 0)};
    for (const char* const row : {"mean", "variance"}) inputs.push_back(layer.weight(graph, row));
    return {graph.add("BatchNormalization", inputs, {{"epsilon", static_cast<float>(BatchNormOf<Options...>::Settings::epsilon)}}),
            layer.inputs[0].vector};
}

template <class Rule, Decimal Start>
OnnxFlow to_onnx(const Channelwise<Rule, Start>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const auto nodes = detail::respelled(Rule::word, &SpellingRow::word, &SpellingRow::onnx);
    const auto parameter = [&](const std::string& name) { return layer.channel_weight(graph, std::string_view{name}.substr(0, name.size() - 3)); };
    return {detail::add_onnx_term(graph, detail::OnnxTerm{*nodes}, layer.inputs[0].name, parameter), layer.inputs[0].vector};
}

template <class Operation>
OnnxFlow to_onnx(const GlobalPool<Operation>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const char* const type = std::is_same_v<Operation, Max> ? "GlobalMaxPool" : "GlobalAveragePool";
    return layer.inputs[0].vector ? layer.inputs[0] : OnnxFlow{graph.add(type, {layer.inputs[0].name})};
}

inline OnnxFlow to_onnx(const Flatten& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    if (layer.inputs[0].vector) return layer.inputs[0];
    return graph.as_vector({graph.channels_last(layer.inputs[0].name)});
}

template <class... Options>
OnnxFlow to_onnx(const LayerNormOf<Options...>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    using Settings = typename LayerNormOf<Options...>::Settings;
    const auto& [x, vector] = layer.inputs[0];
    std::vector<std::string> inputs{vector ? x : graph.channels_last(x), layer.weight_or(graph, "gamma", 1)};
    if (Settings::has_beta) inputs.push_back(layer.weight(graph, "beta"));
    const std::string normal =
        graph.add("LayerNormalization", inputs, {{"axis", std::int64_t{-1}}, {"epsilon", static_cast<float>(Settings::epsilon)}});
    return {vector ? normal : graph.channels_first(normal), vector};
}

template <class... Options>
OnnxFlow to_onnx(const InstanceNormOf<Options...>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const std::vector<std::string> inputs{graph.as_picture(layer.inputs[0]).name, layer.weight_or(graph, "gamma", 1), layer.weight_or(graph, "beta", 0)};
    return {graph.add("InstanceNormalization", inputs, {{"epsilon", static_cast<float>(InstanceNormOf<Options...>::Settings::epsilon)}})};
}

// In opset 17 there is no operator for groups of channels.
template <std::size_t Groups, class... Options>
OnnxFlow to_onnx(const GroupNorm<Groups, Options...>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    using Settings = typename GroupNorm<Groups, Options...>::Settings;
    const auto& [x, vector] = layer.inputs[0];
    const auto number = [](std::size_t size) { return static_cast<std::int64_t>(size); };
    const std::vector<std::int64_t> grouped{0, number(Groups), -1};
    std::vector<std::int64_t> back{0, number(layer.in.channels)};
    if (!vector) back.insert(back.end(), {number(layer.in.height), number(layer.in.width)});
    const std::vector<float> ones(Groups, 1.0f), zeros(Groups, 0.0f);
    const std::string groups = graph.add("Reshape", {x, graph.constant<std::int64_t>("groups", grouped, {3})});
    const std::string normal =
        graph.add("InstanceNormalization", {groups, graph.constant<float>("ones", ones, {Groups}), graph.constant<float>("zeros", zeros, {Groups})},
                  {{"epsilon", static_cast<float>(Settings::epsilon)}});
    std::string y = graph.add("Reshape", {normal, graph.constant<std::int64_t>("shape", back, {back.size()})});
    if (Settings::has_gamma) y = graph.add("Mul", {y, layer.channel_weight(graph, "gamma")});
    if (Settings::has_beta) y = graph.add("Add", {y, layer.channel_weight(graph, "beta")});
    return {y, vector};
}

template <std::size_t Window, Decimal Alpha, Decimal Beta, Decimal Bias>
OnnxFlow to_onnx(const LocalResponseNormOf<Window, Alpha, Beta, Bias>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    return {graph.add("LRN", {graph.as_picture(layer.inputs[0]).name},
                      {{"size", static_cast<std::int64_t>(Window)},
                       {"alpha", static_cast<float>(Alpha.value())},
                       {"beta", static_cast<float>(Beta.value())},
                       {"bias", static_cast<float>(Bias.value())}})};
}

namespace detail {

/// The values one after the other, joined by a node of two inputs.
inline OnnxFlow join_in_turn(const char* type, const OnnxLayer& layer, OnnxGraph& graph) {
    const bool vector = std::ranges::any_of(layer.inputs, [](const OnnxFlow& flow) { return flow.vector; });
    std::string all;
    for (const OnnxFlow& flow : layer.inputs) {
        const std::string& name = vector ? graph.as_vector(flow).name : flow.name;
        all = all.empty() ? name : graph.add(type, {all, name});
    }
    return {all, vector};
}

}  // namespace detail

template <std::size_t Count>
OnnxFlow to_onnx(const AdditionOf<Count>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    return detail::join_in_turn("Add", layer, graph);
}

template <std::size_t Count>
OnnxFlow to_onnx(const MultiplicationOf<Count>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    return detail::join_in_turn("Mul", layer, graph);
}

inline OnnxFlow to_onnx(const Multiplication& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const OnnxFlow &in = layer.inputs[0], &inner = layer.inputs[1];
    if (in.vector) return {graph.add("Mul", {in.name, graph.as_vector(inner).name}), true};
    return {graph.add("Mul", {in.name, graph.as_picture(inner).name})};
}

template <std::size_t Count>
OnnxFlow to_onnx(const Concatenation<Count>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const bool vectors = std::ranges::any_of(layer.inputs, [](const OnnxFlow& flow) { return flow.vector; });
    std::vector<std::string> names;
    for (const OnnxFlow& flow : layer.inputs) names.push_back(vectors ? graph.as_vector(flow).name : flow.name);
    return {graph.add("Concat", names, {{"axis", std::int64_t{1}}}), vectors};
}

}  // namespace denim::inline DENIM_TARGET
