// SPDX-License-Identifier: MIT
#pragma once

// What enters an ONNX graph: pictures, sequences or vectors.

#include <denim/exchange/onnx_builder.hpp>
#include <denim/exchange/tensor_view.hpp>
#include <denim/format/onnx_model.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// Whether the first thing that happens to the input, of `axes` behind the batch, is the way to channels first. `held` are the names of the
/// file's own numbers.
inline bool enters_channels_last(const OnnxModel& model, const std::vector<bool>& needed, const std::set<std::string, std::less<>>& held,
                                 const std::string& input, std::size_t axes) {
    static const std::set<std::string_view> numberwise{"Cast", "Identity", "Mul", "Div", "Add", "Sub"};
    std::vector<std::int64_t> way{0, static_cast<std::int64_t>(axes)};
    for (std::size_t n = 1; n < axes; ++n) way.push_back(static_cast<std::int64_t>(n));
    std::set<std::string_view> raw{input};
    bool found = false;
    for (std::size_t n = 0; n < model.nodes.size(); ++n) {
        const OnnxNode& node = model.nodes[n];
        if (!needed[n] || std::ranges::none_of(node.inputs, [&](const std::string& name) { return raw.contains(name); })) continue;
        if (numberwise.contains(node.type) &&
            std::ranges::all_of(node.inputs, [&](const std::string& name) { return raw.contains(name) || held.contains(name); })) {
            for (const std::string& name : node.outputs) raw.insert(name);
            continue;
        }
        if (axes < 2 || node.type != "Transpose" || node.attribute<std::vector<std::int64_t>>("perm") != way) return false;
        found = true;
    }
    return found;
}

/// The axes behind the batch: of pictures (N, C, H, W), of sequences (N, C, L), of vectors (N, C), or with the channels last.
inline std::vector<TensorView::Part> onnx_input_order(const OnnxModel& model, const std::vector<bool>& needed,
                                                      const std::set<std::string, std::less<>>& held, const OnnxValue& input) {
    const auto& shape = input.shape;
    bool known = shape.size() >= 2 && shape.size() <= 4;
    for (std::size_t n = 1; known && n < shape.size(); ++n) known = shape[n] > 0 && shape[n] <= 1'000'000;
    if (!known)
        throw std::invalid_argument("pictures (N, C, H, W), sequences (N, C, L) or vectors (N, C) of known size were expected; " +
                                    in_quotes(input.name) + " is " + shape_text(shape));
    std::vector<TensorView::Part> order{TensorView::channels};
    if (shape.size() > 3) order.push_back(TensorView::rows);
    if (shape.size() > 2) order.push_back(TensorView::columns);
    if (enters_channels_last(model, needed, held, input.name, order.size())) std::ranges::rotate(order, order.begin() + 1);
    return order;
}

/// Puts the input into a graph that begins.
inline void begin_graph(OnnxBuilder& builder, const OnnxValue& input, const std::vector<TensorView::Part>& order) {
    if (!input.readable || (input.type != ElementType::uint8 && input.type != ElementType::float32 && input.type != ElementType::float64 &&
                            input.type != ElementType::float16 && input.type != ElementType::bfloat16))
        throw std::invalid_argument("an input of floats or of bytes was expected, " + in_quotes(input.name) + " is of others");
    std::array<std::size_t, 3> extents{1, 1, 1};
    for (std::size_t n = 0; n < order.size(); ++n) extents[order[n]] = input.shape[n + 1];
    builder.batch = input.shape[0];
    builder.graph.picture = {extents[TensorView::rows], extents[TensorView::columns], extents[TensorView::channels]};
    PictureTensor tensor{TensorView::of(0, builder.graph.picture, order), input.type};
    if (input.type == ElementType::uint8) tensor.function.scale(255);  // Denim's networks take bytes for parts of 255
    tensor.node = "the input " + in_quotes(input.name);
    builder.put(input.name, tensor);
}

}  // namespace denim::inline DENIM_TARGET::detail
