// SPDX-License-Identifier: MIT
#pragma once

// Numbers of an ONNX file that are one for each channel, and the nodes that are a layer of such numbers.

#include <denim/exchange/onnx_builder.hpp>
#include <denim/exchange/onnx_windows.hpp>
#include <denim/machine/number_text.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// Numbers for each channel of a layer that looks at the channels alone, from the order of the file's to ours.
inline GraphWeights in_our_order(GraphWeights weights, const TensorView& view) {
    if (view.flat)
        weights.numbers = [theirs = std::move(weights.numbers), places = view.places()] {
            const std::vector<float> numbers = theirs();
            std::vector<float> ours(numbers.size());
            for (std::size_t n = 0; n < numbers.size(); ++n) ours[places[n]] = numbers[n];
            return ours;
        };
    return weights;
}

/// One row of them.
inline GraphWeights channel_numbers(const OnnxConstant& from, const TensorView& view, const char* what) {
    return in_our_order(numbers_of(from, view.shape().channels, what), view);
}

/// One for each, whatever axes of extent 1 stand beside them, or one for all.
inline GraphWeights numbers_for_channels(const OnnxConstant& from, const TensorView& view) {
    const auto numbers = [array = from.array, count = view.shape().channels] {
        std::vector<float> all = array->as<float>();
        if (all.size() == 1) all.resize(count, all[0]);
        return all;
    };
    return in_our_order({from.root, view.shape().channels, numbers}, view);
}

/// What a normalisation adds to the variance: the number that is written as the file's float is.
inline double epsilon_of(const OnnxAttributes& attributes) { return number_in(shortest_text(attributes.get("epsilon", 1e-5f))); }

/// Whether ONNX spreads numbers of this shape along the channels of a tensor, or along all of a row, and along no other axis. Of one number
/// that can be told only where there is one channel, by as many axes as the tensor has.
inline bool along_channels(const std::vector<std::size_t>& shape, const TensorView& view) {
    const std::size_t rank = view.axes.size() + 1;
    if (shape.size() > rank) return false;
    bool found = shape.size() == rank && (rank == 2 ? view.extent(0) : view.extents[TensorView::channels]) == 1;
    for (std::size_t n = 0; n < shape.size(); ++n) {
        const std::size_t axis = rank - shape.size() + n;
        if (shape[n] == 1) continue;
        if (axis == 0 || shape[n] != view.extent(axis - 1) || !(rank == 2 || view.is(axis - 1, TensorView::channels))) return false;
        found = true;
    }
    return found;
}

/// Adds a layer of the table of spellings whose parameter is one number for each channel, or one for all of them.
inline void add_channelwise(OnnxBuilder& builder, const OnnxNode& node, std::size_t place, const std::string& word) {
    PictureTensor tensor = builder.settled(node.input(place));
    const OnnxConstant& constant = builder.constant(node, 1 - place, "numbers for each channel");
    if (constant.array->size() != 1 && (builder.opset < 7 || !along_channels(constant.array->shape, tensor.view)))
        throw std::invalid_argument("one number for each channel was expected, their shape is " + shape_text(constant.array->shape));
    builder.make_row(tensor.view);
    GraphLayer layer{GraphLayer::Kind::channelwise, {}, {tensor.view.value}, tensor.view.shape(), word};
    layer.weights.push_back(numbers_for_channels(constant, tensor.view));
    builder.add(tensor.view, std::move(layer));
    builder.put(node.outputs[0], PictureTensor{tensor.view, tensor.type});
}

}  // namespace denim::inline DENIM_TARGET::detail
