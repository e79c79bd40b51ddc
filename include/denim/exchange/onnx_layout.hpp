// SPDX-License-Identifier: MIT
#pragma once

// Nodes of ONNX that move numbers and change none: they are followed, and become no layer.

#include <denim/exchange/onnx_constants.hpp>
#include <denim/exchange/onnx_group_norm.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <variant>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

inline void read_transpose(OnnxBuilder& builder, const OnnxNode& node) {
    if (const auto* const grouped = builder.find_tensor(node.input(0)); grouped && grouped->groups > 0)
        return turn_groups(builder, node, *grouped, OnnxAttributes{node, {"perm"}}.get("perm", std::vector<std::int64_t>{}));
    PictureTensor tensor = builder.tensor(node.input(0), true);
    std::vector<std::int64_t> order;
    for (std::size_t n = tensor.view.axes.size() + 1; n-- > 0;) order.push_back(static_cast<std::int64_t>(n));
    tensor.view.transpose(OnnxAttributes{node, {"perm"}}.get("perm", order));
    builder.put(node.outputs[0], tensor);
}

inline void read_reshape(OnnxBuilder& builder, const OnnxNode& node) {
    const bool zero_copies = OnnxAttributes{node, {"allowzero"}}.get("allowzero", std::int64_t{0}) == 0;
    const OnnxBuilder::Numbers to = builder.numbers(node.input(1)).values;
    if (const auto* const grouped = builder.find_tensor(node.input(0)); grouped && grouped->groups > 0)
        return read_ungrouping(builder, node, *grouped, to);
    PictureTensor tensor = builder.tensor(node.input(0), true);
    try {
        tensor.view.reshape(to, builder.batch, zero_copies);
    } catch (const std::invalid_argument&) {
        TensorView row = tensor.view;
        if (row.axes.size() == 1 && row.in_order()) row = TensorView::of(0, {1, 1, row.shape().size()}, {TensorView::channels});
        const std::size_t groups = groups_of_reshape(row, to, builder.batch);
        if (groups < 2) throw;
        tensor = builder.settled(node.input(0));
        builder.make_row(tensor.view);
        tensor.groups = groups;
        if (to.size() > 3 || tensor.view.axes.size() == 1) tensor.grouping = PictureTensor::Grouping::runs;
    }
    builder.put(node.outputs[0], tensor);
}

inline void read_flatten(OnnxBuilder& builder, const OnnxNode& node) {
    PictureTensor tensor = builder.tensor(node.input(0), true);
    const std::size_t rank = tensor.view.axes.size() + 1;
    std::int64_t axis = OnnxAttributes{node, {"axis"}}.get("axis", std::int64_t{1});
    if (axis < 0) axis += static_cast<std::int64_t>(rank);
    if (axis != 1) throw std::invalid_argument("a flatten that leaves the batch as it is was expected");
    tensor.view.reshape({TensorView::batch, -1}, builder.batch, true);
    builder.put(node.outputs[0], tensor);
}

inline void read_squeeze(OnnxBuilder& builder, const OnnxNode& node) {
    PictureTensor tensor = builder.tensor(node.input(0), true);
    const auto axes = onnx_axes(builder, node, OnnxAttributes{node, {"axes"}});
    if (!axes) throw std::invalid_argument("its axes were expected; without them a batch of one picture would go, too");
    std::vector<std::size_t> places;
    for (const std::int64_t axis : *axes) places.push_back(onnx_axis(axis, tensor.view.axes.size() + 1));
    std::ranges::sort(places, std::greater{});
    for (const std::size_t place : places) {
        if (place == 0 || place > tensor.view.axes.size() || tensor.view.extent(place - 1) != 1)
            throw std::invalid_argument("axes of extent 1 were expected, and not the batch");
        tensor.view.axes.erase(tensor.view.axes.begin() + static_cast<std::ptrdiff_t>(place) - 1);
    }
    builder.put(node.outputs[0], tensor);
}

inline void read_unsqueeze(OnnxBuilder& builder, const OnnxNode& node) {
    PictureTensor tensor = builder.tensor(node.input(0), true);
    const auto axes = onnx_axes(builder, node, OnnxAttributes{node, {"axes"}});
    if (!axes || axes->size() > 8) throw std::invalid_argument("its axes were expected");
    std::vector<std::size_t> places;
    for (const std::int64_t axis : *axes) places.push_back(onnx_axis(axis, tensor.view.axes.size() + 1 + axes->size()));
    std::ranges::sort(places);
    for (const std::size_t place : places) {
        if (place == 0 || place > tensor.view.axes.size() + 1) throw std::invalid_argument("an axis in front of the batch has no spelling");
        tensor.view.axes.insert(tensor.view.axes.begin() + static_cast<std::ptrdiff_t>(place) - 1, std::vector<TensorView::Part>{});
    }
    builder.put(node.outputs[0], tensor);
}

inline void read_identity(OnnxBuilder& builder, const OnnxNode& node) {
    static_cast<void>(OnnxAttributes{node});
    builder.put(node.outputs[0], builder.tensor(node.input(0), true));
}

/// To the type that the numbers have, or from bytes, which Denim takes for parts of 255, to floats.
inline void read_cast(OnnxBuilder& builder, const OnnxNode& node) {
    PictureTensor tensor = builder.tensor(node.input(0), true);
    const std::int64_t to = OnnxAttributes{node, {"to", "saturate", "round_mode"}}.get("to", std::int64_t{0});
    const auto type = std::ranges::find(onnx_types, static_cast<std::int32_t>(to), &std::pair<std::int32_t, ElementType>::first);
    const bool of_bytes = tensor.type == ElementType::uint8 && to == 1;
    if (type == std::end(onnx_types) || (type->second != tensor.type && !of_bytes))
        throw std::invalid_argument(sentence("a conversion from ", element_name(tensor.type), " to ONNX's type ", to, " has no spelling"));
    tensor.type = type->second;
    builder.put(node.outputs[0], tensor);
}

/// Nothing is dropped when a network is used.
inline void read_dropout(OnnxBuilder& builder, const OnnxNode& node) {
    const OnnxAttributes attributes{node, {"ratio", "seed", "is_test"}};
    if (builder.opset < 7 && attributes.get("is_test", std::int64_t{0}) == 0) throw std::invalid_argument("it drops numbers, as in training");
    if (!node.input(2).empty()) {
        const AnyArray& training = *builder.constant(node, 2, "a switch").array;
        if (training.size() != 1 || training.as<double>()[0] != 0) throw std::invalid_argument("it drops numbers, as in training");
    }
    PictureTensor tensor = builder.settled(node.input(0));
    builder.add(tensor.view, {GraphLayer::Kind::dropout, {}, {tensor.view.value}, tensor.view.shape()});
    tensor.node.clear();
    builder.put(node.outputs[0], tensor);
}

}  // namespace denim::inline DENIM_TARGET::detail
