// SPDX-License-Identifier: MIT
#pragma once

// Channels that are split: each part a slice, or turned into probabilities and put side by side again, the end of a network of several heads.

#include <denim/exchange/onnx_constants.hpp>
#include <denim/exchange/onnx_slices.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

inline void read_split(OnnxBuilder& builder, const OnnxNode& node) {
    const OnnxAttributes attributes{node, {"axis", "split", "num_outputs"}};
    PictureTensor tensor = builder.settled(node.input(0));
    builder.make_row(tensor.view);
    const std::size_t axis = onnx_axis(attributes.get("axis", std::int64_t{0}), tensor.view.axes.size() + 1);
    if (axis == 0 || tensor.view.flat || !tensor.view.is(axis - 1, TensorView::channels))
        throw std::invalid_argument("a split of other numbers than channels has no spelling");
    const std::size_t channels = tensor.view.extents[TensorView::channels], even = channels / node.outputs.size();
    std::vector<std::int64_t> sizes(node.outputs.size(), static_cast<std::int64_t>(even));
    if (attributes.has("split"))
        sizes = attributes.get("split", sizes);
    else if (!node.input(1).empty())
        sizes = builder.numbers(node.input(1)).values;
    PictureTensor::Part part;
    for (std::size_t n = 0; n < node.outputs.size(); ++n) {
        part.begin += part.count;
        part.count = sizes.size() == node.outputs.size() ? onnx_extent(sizes[n]) : 0;
        if (part.count == 0 || part.begin + part.count > channels) throw std::invalid_argument("parts that fill the channels were expected");
        tensor.part = part;
        builder.put(node.outputs[n], tensor);
        if (tensor.view.axes.size() > 1) settle_part(builder, node.outputs[n]);
    }
    if (part.begin + part.count != channels) throw std::invalid_argument("parts that fill the channels were expected");
}

/// Softmax or sigmoid of a part.
inline void read_probabilities_of_part(OnnxBuilder& builder, const OnnxNode& node) {
    PictureTensor tensor = std::get<PictureTensor>(builder.known(node.input(0)));
    const std::size_t axis = onnx_axis(OnnxAttributes{node, {"axis"}}.get("axis", std::int64_t{builder.opset < 13 ? 1 : -1}), 2);
    if (axis != 1 || !tensor.part->word.empty() || node.type == "LogSoftmax")
        throw std::invalid_argument("of a part of the channels only one softmax or sigmoid has a spelling");
    tensor.part->word = node.type == "Softmax" ? "softmax" : "sigmoid";
    builder.put(node.outputs[0], tensor);
}

/// All parts side by side, in their order.
inline void read_parts(OnnxBuilder& builder, const OnnxNode& node) {
    const std::int64_t axis = OnnxAttributes{node, {"axis"}}.get("axis", std::int64_t{0});
    PictureTensor whole = std::get<PictureTensor>(builder.known(node.input(0)));
    std::size_t next = 0;
    std::string word = "probabilities of heads:";
    for (const std::string& input : node.inputs) {
        const auto* const tensor = std::get_if<PictureTensor>(&builder.known(input));
        if (!tensor || !tensor->part || tensor->view.value != whole.view.value || tensor->part->begin != next || tensor->part->word.empty())
            throw std::invalid_argument("parts of the channels that are not all heads, in their order, have no spelling");
        next += tensor->part->count;
        word += ' ' + tensor->part->word + ' ' + std::to_string(tensor->part->count);
    }
    if (onnx_axis(axis, 2) != 1 || next != whole.view.extents[TensorView::channels])
        throw std::invalid_argument("parts of the channels that are not all heads, in their order, have no spelling");
    builder.add(whole.view, {GraphLayer::Kind::activation, {}, {whole.view.value}, whole.view.shape(), word});
    builder.put(node.outputs[0], PictureTensor{whole.view, whole.type});
}

}  // namespace denim::inline DENIM_TARGET::detail
