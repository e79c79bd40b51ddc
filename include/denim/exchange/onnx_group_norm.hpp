// SPDX-License-Identifier: MIT
#pragma once

// Normalisations over the pixels of groups of channels. Up to version 20 ONNX has one for each channel alone; what exporters make of others
// is a reshape to (N, groups, -1), that one, the way back, and a product and a sum with numbers for each channel.

#include <denim/exchange/onnx_channelwise.hpp>
#include <denim/exchange/onnx_constants.hpp>
#include <denim/exchange/onnx_slices.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// Whether a reshape puts the channels of a picture, or of a row, into groups: how many, 0 if it does not. Either (N, groups, -1), or the
/// channels of a group have an axis of their own.
inline std::size_t groups_of_reshape(const TensorView& view, const std::vector<std::int64_t>& to, std::size_t batch) {
    const std::size_t rank = view.axes.size() + 1;
    const bool runs = rank > 2 && to.size() == rank + 1;
    if ((to.size() != 3 && !runs) || !(view.channels_first() || (view.vector() && !view.flat)) || to[1] < 1) return 0;
    const bool first = to[0] == 0 || to[0] == TensorView::batch || (batch > 0 && to[0] == static_cast<std::int64_t>(batch));
    const auto groups = static_cast<std::size_t>(to[1]);
    if (!first || view.extents[TensorView::channels] % groups != 0) return 0;
    const auto is = [&](std::size_t place, std::size_t extent) { return to[place] == -1 || to[place] == static_cast<std::int64_t>(extent); };
    const Shape shape = view.shape();
    const bool fits = runs ? is(2, shape.channels / groups) && is(rank, shape.width) && (rank == 3 || is(3, shape.height)) : is(2, shape.size() / groups);
    return fits ? groups : 0;
}

/// The way back from groups of channels.
inline void read_ungrouping(OnnxBuilder& builder, const OnnxNode& node, PictureTensor tensor, const std::vector<std::int64_t>& to) {
    const std::vector<std::size_t> sizes = tensor.view.sizes();
    bool back = to.size() == sizes.size() + 1;
    for (std::size_t n = 0; back && n < sizes.size(); ++n) back = to[n + 1] == -1 || to[n + 1] == static_cast<std::int64_t>(sizes[n]);
    if (!back) throw std::invalid_argument("the way back from groups of channels to the shape before them was expected");
    if (tensor.grouping == PictureTensor::Grouping::turned) add_shuffle(builder, tensor);
    tensor.groups = 0;
    tensor.grouping = PictureTensor::Grouping::none;
    tensor.node.clear();
    builder.put(node.outputs[0], tensor);
}

/// Numbers that are all the same, as an exporter puts them where there is no gamma or beta.
inline bool are_all(const OnnxConstant& constant, double number) {
    return std::ranges::all_of(constant.array->as<double>(), [&](double each) { return each == number; });
}

inline void read_instance_norm(OnnxBuilder& builder, const OnnxNode& node) {
    const OnnxAttributes attributes{node, {"epsilon"}};
    const auto* const grouped = std::get_if<PictureTensor>(&builder.known(node.input(0)));
    PictureTensor tensor = grouped && grouped->groups > 0 ? *grouped : builder.settled(node.input(0));
    if (tensor.grouping == PictureTensor::Grouping::turned)
        throw std::invalid_argument("a normalisation of groups of channels that were turned has no spelling");
    if (tensor.groups == 0 && tensor.view.axes.size() == 2 && !tensor.view.is(0, TensorView::channels) && tensor.view.in_order()) {  // a row cut into groups
        tensor.groups = tensor.view.extent(0);
        tensor.view.axes[0].insert(tensor.view.axes[0].end(), tensor.view.axes[1].begin(), tensor.view.axes[1].end());
        tensor.view.axes.pop_back();
        builder.make_row(tensor.view);
    }
    const TensorView& view = tensor.view;
    const Shape shape = view.shape();
    const bool of_channels = view.axes.size() >= 2 && view.is(0, TensorView::channels);
    GraphLayer layer{GraphLayer::Kind::group_norm, {}, {view.value}, shape};
    layer.groups = tensor.groups > 0 ? tensor.groups : of_channels ? shape.channels : 1;
    if (tensor.groups == 0 && (view.flat || !(of_channels || (view.axes.size() == 2 && view.axes[0].empty()))))
        throw std::invalid_argument("a normalisation of each channel over all rows and columns was expected");
    layer.epsilon = epsilon_of(attributes);
    const OnnxConstant &scale = builder.constant(node, 1, "a scale"), &bias = builder.constant(node, 2, "a bias");
    const bool neutral_numbers = are_all(scale, 1) && are_all(bias, 0);
    layer.gamma = layer.bias = tensor.groups == 0 && (view.axes.size() == 3 || (view.channels_first() && !neutral_numbers));
    if (!layer.gamma && !neutral_numbers)
        throw std::invalid_argument("factors of 1 and sums with 0 were expected of a normalisation of groups of channels");
    const auto neutral = [&](float number) {
        return GraphWeights{"", shape.channels, [count = shape.channels, number] { return std::vector<float>(count, number); }};
    };
    layer.weights.push_back(layer.gamma ? channel_numbers(scale, view, "scale") : neutral(1));
    layer.weights.push_back(layer.bias ? channel_numbers(bias, view, "bias") : neutral(0));
    builder.add(tensor.view, std::move(layer));
    PictureTensor result{tensor.view, tensor.type};
    result.groups = tensor.groups;
    result.grouping = tensor.grouping;
    builder.put(node.outputs[0], result);
}

/// A product or sum with numbers for each channel right behind such a normalisation is its gamma or beta. False if that cannot be.
inline bool add_to_group_norm(OnnxBuilder& builder, const OnnxNode& node, const PictureTensor& tensor, const OnnxConstant& constant) {
    if (tensor.view.value == 0 || tensor.shared || tensor.function.name() != "linear" || tensor.view.flat) return false;
    GraphLayer& layer = builder.graph.layers[tensor.view.value - 1];
    const bool product = node.type == "Mul";
    if (layer.kind != GraphLayer::Kind::group_norm || layer.bias || (product && layer.gamma) ||
        !along_channels(constant.array->shape, tensor.view))
        return false;
    layer.weights[product ? 0 : 1] = numbers_for_channels(constant, tensor.view);
    (product ? layer.gamma : layer.bias) = true;
    PictureTensor result = tensor;
    result.node.clear();
    builder.put(node.outputs[0], result);
    return true;
}

}  // namespace denim::inline DENIM_TARGET::detail
