// SPDX-License-Identifier: MIT
#pragma once

// Arithmetic of ONNX number by number, and what joins values.

#include <denim/exchange/onnx_activations.hpp>
#include <denim/exchange/onnx_group_norm.hpp>
#include <denim/exchange/onnx_parts.hpp>
#include <denim/exchange/onnx_rescale.hpp>
#include <denim/exchange/onnx_windows.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// The one number that all of the constant's are, if it is added or multiplied everywhere; the constant itself may vary along
/// the channels alone.
inline std::optional<double> one_number(const OnnxConstant& constant, const TensorView& view, std::size_t batch) {
    const auto& shape = constant.array->shape;
    if (shape.size() > view.axes.size() + 1) throw std::invalid_argument("numbers of more axes than the picture's have no spelling");
    for (std::size_t n = 0; n < shape.size(); ++n) {
        const std::size_t place = view.axes.size() + 1 - shape.size() + n;
        if (shape[n] == 1 || (place == 0 && shape[n] == batch && batch > 0)) continue;
        if (place == 0) throw std::invalid_argument("numbers along the batch have no spelling");
        if (shape[n] != view.extent(place - 1)) throw std::invalid_argument("numbers that repeat the picture have no spelling");
    }
    const std::vector<double> numbers = constant.array->as<double>();
    if (!numbers.empty() && std::ranges::all_of(numbers, [&](double number) { return number == numbers[0]; })) return numbers[0];
    for (std::size_t n = 0; n < shape.size(); ++n) {
        const std::size_t place = view.axes.size() + 1 - shape.size() + n;
        if (shape[n] != 1 && (place == 0 || !view.is(place - 1, TensorView::channels)))
            throw std::invalid_argument("numbers that differ along rows or columns of the picture have no spelling");
    }
    return std::nullopt;
}

/// Adds numbers to what a convolution or dense layer gives, as its bias. False if that cannot be.
inline bool add_to_bias(OnnxBuilder& builder, const OnnxNode& node, const PictureTensor& tensor, const OnnxConstant& constant) {
    if (tensor.view.value == 0 || tensor.shared || tensor.function.name() != "linear" || tensor.view.flat) return false;
    GraphLayer& layer = builder.graph.layers[tensor.view.value - 1];
    if (layer.kind != GraphLayer::Kind::conv && layer.kind != GraphLayer::Kind::dense) return false;
    const std::size_t count = layer.output.channels;
    if (constant.array->size() != count && constant.array->size() != 1) return false;
    GraphWeights added{constant.root, count, [array = constant.array, count] {
                           const std::vector<float> numbers = array->as<float>();
                           return numbers.size() == 1 ? std::vector<float>(count, numbers[0]) : numbers;
                       }};
    if (!layer.bias) {
        layer.weights.push_back(std::move(added));
        layer.bias = true;
    } else {
        layer.weights.back().numbers = [first = layer.weights.back().numbers, second = std::move(added.numbers)] {
            std::vector<float> sum = first();
            const std::vector<float> more = second();
            for (std::size_t n = 0; n < sum.size(); ++n) sum[n] += more[n];
            return sum;
        };
    }
    PictureTensor result = tensor;
    result.node.clear();
    builder.put(node.outputs[0], result);
    return true;
}

/// Whether the function that a tensor is of a value is whole: the value itself or an activation.
inline bool may_settle(const PictureTensor& tensor) {
    const std::string name = tensor.function.name();
    return name == "linear" || (!name.empty() && tensor.view.value != 0);
}

/// Add, Sub, Mul or Div with numbers of the file.
inline void compute_with_numbers(OnnxBuilder& builder, const OnnxNode& node, std::size_t place) {
    PictureTensor tensor = builder.tensor(node.input(place));
    const OnnxConstant& constant = builder.constant(node, 1 - place, "numbers");
    if ((node.type == "Mul" || node.type == "Add") && add_to_group_norm(builder, node, tensor, constant)) return;
    if (node.type == "Mul" && along_channels(constant.array->shape, tensor.view) && may_settle(tensor)) return add_channelwise(builder, node, place, "Scale");
    if (add_normalise(builder, node, place, constant)) return;
    const std::optional<double> number = one_number(constant, tensor.view, builder.batch);
    const bool sum = node.type == "Add" || node.type == "Sum";
    if (sum && add_to_bias(builder, node, tensor, constant)) return;
    if (!number) throw std::invalid_argument("numbers for each channel that are neither factors nor the bias of a convolution or dense layer have no spelling");
    if ((node.type == "Sub" || node.type == "Div") && place == 1)
        throw std::invalid_argument("a number minus or divided by numbers of the picture has no spelling");
    begin_function(builder, tensor);
    if (node.type == "Mul" || node.type == "Div")
        tensor.function.scale(node.type == "Mul" ? *number : 1 / *number);
    else
        tensor.function.shift(sum ? *number : -*number);
    builder.put(node.outputs[0], tensor);
}

/// Add or Mul of two values; a product may be with one number for each channel.
inline void join(OnnxBuilder& builder, const OnnxNode& node) {
    const bool product = node.type == "Mul";
    {
        const PictureTensor &a = builder.tensor(node.input(0)), &b = builder.tensor(node.input(1));
        if (product && a.view.value == b.view.value && a.view.axes == b.view.axes &&
            (a.function.name() != "linear" || b.function.name() != "linear")) {
            PictureTensor both = a;
            both.function = Pointwise::product(a.function, b.function);
            both.shared = a.shared || b.shared;
            both.node = a.function.name() == "linear" ? b.node : a.node;
            return builder.put(node.outputs[0], both);
        }
    }
    PictureTensor a = builder.settled(node.input(0)), b = builder.settled(node.input(1));
    if (product && a.view.shape().size() < b.view.shape().size()) std::swap(a, b);
    const auto alike = [&] { return a.view.axes == b.view.axes && a.view.extents == b.view.extents && a.view.flat == b.view.flat; };
    if (!alike()) builder.make_row(a.view), builder.make_row(b.view);
    const bool gate =
        product && b.view.extents == std::array<std::size_t, 3>{1, 1, a.view.extents[2]} && !b.view.flat && !a.view.flat &&
        a.view.axes.size() == b.view.axes.size() &&
        std::ranges::equal(a.view.axes, b.view.axes, [](const auto& ours, const auto& theirs) { return theirs.empty() || theirs == ours; });
    if (!alike() && !gate) throw std::invalid_argument("values of different shapes, or whose axes are in different orders, have no spelling here");
    builder.add(a.view, {product ? GraphLayer::Kind::product : GraphLayer::Kind::sum, {}, {a.view.value, b.view.value}, a.view.shape()});
    builder.put(node.outputs[0], PictureTensor{a.view, a.type});
}

inline void read_arithmetic(OnnxBuilder& builder, const OnnxNode& node) {
    static_cast<void>(OnnxAttributes{node});
    if (node.inputs.size() != 2) throw std::invalid_argument("two inputs were expected");
    const bool first = builder.is_tensor(node.input(0)), second = builder.is_tensor(node.input(1));
    if (!first || !second) return compute_with_numbers(builder, node, first ? 0 : 1);
    if (node.type != "Add" && node.type != "Mul" && node.type != "Sum") throw std::invalid_argument("Denim has no layer for it");
    join(builder, node);
}

/// Values of which the first ones have been put side by side before: as that and the rest. DenseNet lists all of a block each time.
inline std::vector<std::size_t> grown(const LayerGraph& graph, const std::vector<std::size_t>& values) {
    const std::vector<std::size_t> all = side_by_side(graph, values);
    if (all != values) return values;
    for (std::size_t n = graph.layers.size(); n > 0; --n) {
        if (graph.layers[n - 1].kind != GraphLayer::Kind::concatenation) continue;
        const std::vector<std::size_t> parts = side_by_side(graph, graph.layers[n - 1].inputs);
        if (parts.size() >= all.size() || !std::ranges::equal(parts, std::span{all}.first(parts.size()))) continue;
        std::vector<std::size_t> rest{n};
        rest.insert(rest.end(), all.begin() + static_cast<std::ptrdiff_t>(parts.size()), all.end());
        return rest;
    }
    return values;
}

inline void read_concatenation(OnnxBuilder& builder, const OnnxNode& node) {
    if (builder.is_part(node.input(0))) return read_parts(builder, node);
    const std::int64_t stated = OnnxAttributes{node, {"axis"}}.get("axis", std::int64_t{0});
    GraphLayer layer{GraphLayer::Kind::concatenation};
    std::optional<PictureTensor> first;
    std::size_t axis = 0, channels = 0;
    for (const std::string& input : node.inputs) {
        PictureTensor tensor = builder.settled(input);
        builder.make_row(tensor.view);
        if (!first) first = tensor, axis = onnx_axis(stated, tensor.view.axes.size() + 1);
        TensorView aligned = tensor.view;
        if (axis == 0 || aligned.axes.size() != first->view.axes.size() || !aligned.is(axis - 1, TensorView::channels))
            throw std::invalid_argument("a concatenation of channels was expected");
        channels += tensor.view.extents[2];
        layer.inputs.push_back(tensor.view.value);
        const TensorView& whole = first->view;
        for (std::size_t n = 0; n < whole.axes.size(); ++n)
            if (n + 1 != axis && aligned.axes[n] != whole.axes[n])
                throw std::invalid_argument("branches whose axes are in different orders have no spelling");
        if (tensor.view.extents[0] != whole.extents[0] || tensor.view.extents[1] != whole.extents[1])
            throw std::invalid_argument("branches whose pictures differ in size have no spelling");
    }
    if (!first) throw std::invalid_argument("branches were expected");
    if (layer.inputs.size() == 1) return builder.put(node.outputs[0], *first);
    TensorView view = first->view;
    view.extents[2] = channels;
    view.axes[axis - 1] = {TensorView::channels};
    layer.output = view.shape();
    layer.inputs = grown(builder.graph, layer.inputs);
    builder.add(view, std::move(layer));
    builder.put(node.outputs[0], PictureTensor{view, first->type});
}

}  // namespace denim::inline DENIM_TARGET::detail
