// SPDX-License-Identifier: MIT
#pragma once

// Nodes of ONNX with weights and no windows, and pools over the whole picture.

#include <denim/exchange/onnx_channelwise.hpp>
#include <denim/exchange/onnx_constants.hpp>
#include <denim/exchange/onnx_windows.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// A product of a row of numbers, or of each pixel, with a matrix of the file.
inline void multiply(OnnxBuilder& builder, const OnnxNode& node, bool outputs_first, const OnnxConstant* bias) {
    PictureTensor tensor = builder.settled(node.input(0));
    const OnnxConstant& weights = builder.own_weights(node, 1, 2);
    const std::size_t inputs = weights.array->shape[outputs_first ? 1 : 0], outputs = weights.array->shape[outputs_first ? 0 : 1];
    TensorView& view = tensor.view;
    const bool row = view.axes.size() == 1;
    if (view.axes.empty() || outputs == 0 || view.extent(view.axes.size() - 1) != inputs)
        throw std::invalid_argument(sentence("weights ", shape_text(weights.array->shape), " do not fit the last axis of its input"));
    if (!row && !view.is(view.axes.size() - 1, TensorView::channels))
        throw std::invalid_argument("a product along another axis than the channels has no spelling");
    GraphLayer layer{row ? GraphLayer::Kind::dense : GraphLayer::Kind::conv, {}, {view.value}};  // of each pixel: a window of 1 x 1
    const std::vector<std::size_t> places = row ? view.places() : std::vector<std::size_t>{};
    layer.weights.push_back({weights.root, weights.array->size(), [array = weights.array, places, outputs_first, inputs, outputs] {
                                 const std::vector<float> theirs = array->as<float>();
                                 std::vector<float> ours(theirs.size());
                                 for (std::size_t in = 0; in < inputs; ++in)
                                     for (std::size_t out = 0; out < outputs; ++out)
                                         ours[(places.empty() ? in : places[in]) * outputs + out] =
                                             theirs[outputs_first ? out * inputs + in : in * outputs + out];
                                 return ours;
                             }});
    layer.bias = bias != nullptr;
    if (bias) layer.weights.push_back(numbers_of(*bias, outputs, "bias", true));
    const Shape in = view.shape();
    layer.output = row ? Shape{1, 1, outputs} : Shape{in.height, in.width, outputs};
    builder.add(view, std::move(layer));
    if (row) {
        view = TensorView::of(view.value, {1, 1, outputs}, {TensorView::channels});
    } else {
        view.extents[TensorView::channels] = outputs;
        view.axes.back() = outputs == 1 ? std::vector<TensorView::Part>{} : std::vector{TensorView::channels};
    }
    builder.put(node.outputs[0], {PictureTensor{view, tensor.type}});
}

inline void read_gemm(OnnxBuilder& builder, const OnnxNode& node) {
    const OnnxAttributes attributes{node, {"alpha", "beta", "broadcast", "transA", "transB"}};
    attributes.expect("alpha", 1.0f, "a product that is multiplied by a number has no spelling");
    if (!node.input(2).empty()) attributes.expect("beta", 1.0f, "a bias that is multiplied by a number has no spelling");
    attributes.expect("transA", std::int64_t{0}, "a transposed batch has no spelling");
    if (builder.tensor(node.input(0)).view.axes.size() != 1) throw std::invalid_argument("one row of numbers for each picture was expected");
    multiply(builder, node, attributes.get("transB", std::int64_t{0}) != 0, node.input(2).empty() ? nullptr : &builder.constant(node, 2, "a bias"));
}

inline void read_matmul(OnnxBuilder& builder, const OnnxNode& node) {
    static_cast<void>(OnnxAttributes{node});
    multiply(builder, node, false, nullptr);
}

inline void read_batch_norm(OnnxBuilder& builder, const OnnxNode& node) {
    const OnnxAttributes attributes{node, {"epsilon", "momentum", "training_mode", "spatial", "is_test"}};
    attributes.expect("training_mode", std::int64_t{0}, "it normalises by the batch, as in training; export the model in eval()");
    if (builder.opset < 7 && attributes.get("is_test", std::int64_t{0}) == 0)
        throw std::invalid_argument("it normalises by the batch, as in training");
    attributes.expect("spatial", std::int64_t{1}, "a normalisation of each pixel by itself has no spelling");
    PictureTensor tensor = builder.settled(node.input(0));
    builder.make_row(tensor.view);
    if (tensor.view.axes.empty() || !(tensor.view.vector() || tensor.view.is(0, TensorView::channels)))
        throw std::invalid_argument("a normalisation along another axis than the channels has no spelling");
    GraphLayer layer{GraphLayer::Kind::batch_norm, {}, {tensor.view.value}, tensor.view.shape()};
    for (const auto& [place, what] : {std::pair{1, "scale"}, {2, "bias"}, {3, "mean"}, {4, "variance"}})
        layer.weights.push_back(channel_numbers(builder.constant(node, static_cast<std::size_t>(place), what), tensor.view, what));
    layer.epsilon = epsilon_of(attributes);
    builder.add(tensor.view, std::move(layer));
    builder.put(node.outputs[0], PictureTensor{tensor.view, tensor.type});
}

inline void read_layer_norm(OnnxBuilder& builder, const OnnxNode& node) {
    const OnnxAttributes attributes{node, {"axis", "epsilon", "stash_type"}};
    PictureTensor tensor = builder.settled(node.input(0));
    builder.make_row(tensor.view);
    const std::size_t rank = tensor.view.axes.size() + 1, axis = onnx_axis(attributes.get("axis", std::int64_t{-1}), rank);
    if (axis + 1 != rank || !(tensor.view.vector() || tensor.view.is(rank - 2, TensorView::channels)))
        throw std::invalid_argument("a normalisation along another axis than the channels has no spelling");
    GraphLayer layer{GraphLayer::Kind::layer_norm, {}, {tensor.view.value}, tensor.view.shape()};
    layer.epsilon = epsilon_of(attributes);
    layer.bias = !node.input(2).empty();
    layer.weights.push_back(channel_numbers(builder.constant(node, 1, "a scale"), tensor.view, "scale"));
    if (layer.bias)
        layer.weights.push_back(channel_numbers(builder.constant(node, 2, "a bias"), tensor.view, "bias"));
    else
        layer.weights.push_back(
            {"", tensor.view.shape().channels, [count = tensor.view.shape().channels] { return std::vector<float>(count, 0.0f); }});
    builder.add(tensor.view, std::move(layer));
    builder.put(node.outputs[0], PictureTensor{tensor.view, tensor.type});
}

/// Each number over those of the channels around it.
inline void read_local_response_norm(OnnxBuilder& builder, const OnnxNode& node) {
    const OnnxAttributes attributes{node, {"size", "alpha", "beta", "bias"}};
    PictureTensor tensor = builder.settled(node.input(0));
    if (tensor.view.axes.empty() || tensor.view.flat || !tensor.view.is(0, TensorView::channels))
        throw std::invalid_argument("a normalisation along another axis than the channels has no spelling");
    const std::int64_t size = attributes.get("size", std::int64_t{0});
    const float alpha = attributes.get("alpha", 1e-4f), beta = attributes.get("beta", 0.75f), bias = attributes.get("bias", 1.0f);
    if (size < 1 || size % 2 == 0 || !(alpha >= 0) || !(bias > 0))
        throw std::invalid_argument("an odd window, an alpha of at least 0 and a bias above 0 were expected");
    GraphLayer layer{GraphLayer::Kind::local_response_norm, {}, {tensor.view.value}, tensor.view.shape()};
    layer.word = sentence(size, ", ", shortest_text(alpha), ", ", shortest_text(beta), ", ", shortest_text(bias));
    builder.add(tensor.view, std::move(layer));
    builder.put(node.outputs[0], PictureTensor{tensor.view, tensor.type});
}

/// One number for each channel; the axes that went stay with extent 1 if `keeps`.
inline void pool_picture(OnnxBuilder& builder, const OnnxNode& node, const char* word, std::vector<std::size_t> axes, bool keeps) {
    PictureTensor tensor = builder.settled(node.input(0));
    TensorView& view = tensor.view;
    std::size_t product = 1;
    bool only_pixels = !view.flat;
    std::ranges::sort(axes, std::greater{});
    for (std::size_t n = 0; n < axes.size(); ++n) {
        if (axes[n] >= view.axes.size() || (n > 0 && axes[n] == axes[n - 1])) throw std::invalid_argument("a mean over the batch has no spelling");
        for (const TensorView::Part part : view.axes[axes[n]]) only_pixels = only_pixels && part != TensorView::channels;
        product *= view.extent(axes[n]);
    }
    const Shape in = view.shape();
    if (!only_pixels || product != in.height * in.width)
        throw std::invalid_argument("a pool over other axes than all rows and columns has no spelling");
    for (const std::size_t axis : axes)
        if (keeps)
            view.axes[axis].clear();
        else
            view.axes.erase(view.axes.begin() + static_cast<std::ptrdiff_t>(axis));
    if (product > 1) {
        GraphLayer layer{GraphLayer::Kind::global_pool, {}, {view.value}, {1, 1, in.channels}, word};
        builder.add(view, std::move(layer));
        view.extents = {1, 1, in.channels};
        tensor = {view, tensor.type};
    }
    builder.put(node.outputs[0], tensor);
}

inline void read_global_pool(OnnxBuilder& builder, const OnnxNode& node) {
    static_cast<void>(OnnxAttributes{node});
    const TensorView& view = builder.tensor(node.input(0)).view;
    require_picture(view);
    std::vector<std::size_t> behind(view.axes.size() - 1);
    std::iota(behind.begin(), behind.end(), std::size_t{1});
    pool_picture(builder, node, node.type == "GlobalMaxPool" ? "Max" : "Average", std::move(behind), true);
}

inline void read_reduction(OnnxBuilder& builder, const OnnxNode& node) {
    const OnnxAttributes attributes{node, {"axes", "keepdims", "noop_with_empty_axes"}};
    const auto axes = onnx_axes(builder, node, attributes);
    if (!axes || axes->empty()) throw std::invalid_argument("a pool over other axes than all rows and columns has no spelling");
    std::vector<std::size_t> places;
    for (const std::int64_t axis : *axes) {
        const std::size_t place = onnx_axis(axis, builder.tensor(node.input(0)).view.axes.size() + 1);
        if (place == 0) throw std::invalid_argument("a mean over the batch has no spelling");
        places.push_back(place - 1);
    }
    pool_picture(builder, node, node.type == "ReduceMax" ? "Max" : "Average", std::move(places), attributes.get("keepdims", std::int64_t{1}) != 0);
}

}  // namespace denim::inline DENIM_TARGET::detail
