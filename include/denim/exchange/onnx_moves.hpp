// SPDX-License-Identifier: MIT
#pragma once

// Layers that take some of the numbers, put zeros around them or give them in another order, as nodes of an ONNX graph.

#include <denim/exchange/onnx_graph.hpp>
#include <denim/layer/crop.hpp>
#include <denim/layer/pad.hpp>
#include <denim/layer/shuffle_channels.hpp>
#include <denim/layer/slice.hpp>
#include <denim/layer/split_channels.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Whole numbers that the file holds, in one row.
inline std::string add_numbers(OnnxGraph& graph, const std::string& name, const std::vector<std::size_t>& numbers) {
    const std::vector<std::int64_t> row(numbers.begin(), numbers.end());
    return graph.constant<std::int64_t>(name, row, {row.size()});
}

/// What stands from `starts` to in front of `ends` along these axes.
inline std::string add_slice(OnnxGraph& graph, const std::string& x, const std::vector<std::size_t>& axes, const std::vector<std::size_t>& starts,
                             const std::vector<std::size_t>& ends) {
    return graph.add("Slice", {x, add_numbers(graph, "starts", starts), add_numbers(graph, "ends", ends), add_numbers(graph, "axes", axes)});
}

}  // namespace detail

template <std::size_t... Zeros>
OnnxFlow to_onnx(const Pad<Zeros...>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const auto& [top, left, bottom, right] = Pad<Zeros...>::zeros;
    const std::string x = graph.as_picture(layer.inputs[0]).name;
    return {graph.add("Pad", {x, detail::add_numbers(graph, "pads", {0, 0, top, left, 0, 0, bottom, right})})};
}

template <std::size_t... Pixels>
OnnxFlow to_onnx(const Crop<Pixels...>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const auto& [top, left, bottom, right] = Crop<Pixels...>::edge;
    const std::string x = graph.as_picture(layer.inputs[0]).name;
    return {detail::add_slice(graph, x, {2, 3}, {top, left}, {layer.in.height - bottom, layer.in.width - right})};
}

template <std::size_t First, std::size_t Count>
OnnxFlow to_onnx(const Slice<First, Count>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    return {detail::add_slice(graph, layer.inputs[0].name, {1}, {First}, {First + Count}), layer.inputs[0].vector};
}

template <std::size_t Number, std::size_t Count>
OnnxFlow to_onnx(const ChannelRun<Number, Count>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const std::size_t size = layer.out.channels;
    return {detail::add_slice(graph, layer.inputs[0].name, {1}, {Number * size}, {(Number + 1) * size}), layer.inputs[0].vector};
}

template <std::size_t Groups>
OnnxFlow to_onnx(const ShuffleChannels<Groups>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const auto& [x, vector] = layer.inputs[0];
    std::vector<std::size_t> apart{0, Groups, layer.in.channels / Groups}, back{0, layer.in.channels};
    std::vector<std::int64_t> order{0, 2, 1};
    if (!vector) {
        for (std::vector<std::size_t>* const shape : {&apart, &back}) shape->insert(shape->end(), {layer.in.height, layer.in.width});
        order.insert(order.end(), {3, 4});
    }
    const std::string groups = graph.add("Reshape", {x, detail::add_numbers(graph, "groups", apart)});
    const std::string turned = graph.add("Transpose", {groups}, {{"perm", order}});
    return {graph.add("Reshape", {turned, detail::add_numbers(graph, "shape", back)}), vector};
}

}  // namespace denim::inline DENIM_TARGET
