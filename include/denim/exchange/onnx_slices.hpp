// SPDX-License-Identifier: MIT
#pragma once

// Nodes of ONNX that take some rows, columns or channels, or put channels in the order of a shuffle.

#include <denim/exchange/onnx_constants.hpp>
#include <denim/exchange/onnx_windows.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// What is taken of a value: without these edges, the channels from `first` on.
struct OnnxBox {
    std::array<std::size_t, 4> edges{};
    std::size_t first = 0, count = 0;
};

/// A box of what the view is of becomes a crop and a slice. Exporters write a node for each axis: where nobody else reads what the one in front
/// gives, both are one box.
inline void add_box(OnnxBuilder& builder, TensorView& view, OnnxBox box, bool shared) {
    using Kind = GraphLayer::Kind;
    if (box.edges == std::array<std::size_t, 4>{} && box.count == view.shape().channels) return;
    const auto layer_of = [&](std::size_t value) { return value > 0 ? &builder.graph.layers[value - 1] : nullptr; };
    const GraphLayer* layer = shared ? nullptr : layer_of(view.value);
    const std::string before = layer ? layer->node : "";
    for (; layer && (layer->kind == Kind::crop || layer->kind == Kind::slice) && layer->node == before; layer = layer_of(view.value)) {
        for (std::size_t n = 0; n < 4; ++n) box.edges[n] += layer->windows.zeros[n];
        box.first += layer->first;
        view.value = layer->inputs[0];
    }
    const Shape in = builder.graph.shape(view.value), out = cropped(in, box.edges);
    if (box.edges != std::array<std::size_t, 4>{}) {
        GraphLayer crop{Kind::crop, {}, {view.value}, out};
        crop.windows.zeros = box.edges;
        builder.add(view, std::move(crop));
    }
    if (box.count != in.channels) {
        GraphLayer slice{Kind::slice, {}, {view.value}, {out.height, out.width, box.count}};
        slice.first = box.first;
        builder.add(view, std::move(slice));
    }
    view.shorten(TensorView::rows, out.height);
    view.shorten(TensorView::columns, out.width);
    view.shorten(TensorView::channels, box.count);
}

/// A part of the channels that no softmax of a head takes is a slice.
inline void settle_part(OnnxBuilder& builder, const std::string& name) {
    PictureTensor* const tensor = builder.find_tensor(name);
    if (!tensor || !tensor->part || !tensor->part->word.empty()) return;
    add_box(builder, tensor->view, {{}, tensor->part->begin, tensor->part->count}, true);
    tensor->part.reset();
}

inline void read_slice(OnnxBuilder& builder, const OnnxNode& node) {
    using Numbers = OnnxBuilder::Numbers;
    const OnnxAttributes attributes{node, {"axes", "ends", "starts"}};
    const auto numbers = [&](const char* name, std::size_t place, Numbers otherwise) {
        if (attributes.has(name)) return attributes.get(name, otherwise);
        return node.input(place).empty() ? otherwise : builder.numbers(node.input(place)).values;
    };
    PictureTensor tensor = builder.settled(node.input(0));
    TensorView& view = tensor.view;
    builder.make_row(view);
    const Numbers starts = numbers("starts", 1, {}), ends = numbers("ends", 2, {});
    Numbers along;
    for (std::size_t n = 0; n < starts.size(); ++n) along.push_back(static_cast<std::int64_t>(n));
    along = numbers("axes", 3, along);
    if (starts.empty() || ends.size() != starts.size() || along.size() != starts.size())
        throw std::invalid_argument("starts and ends were expected, as many as axes");
    if (std::ranges::any_of(numbers("steps", 4, {}), [](std::int64_t step) { return step != 1; }))
        throw std::invalid_argument("a slice with steps of more than 1 has no spelling");
    OnnxBox box{{}, 0, view.shape().channels};
    for (std::size_t n = 0; n < starts.size(); ++n) {
        const std::size_t axis = onnx_axis(along[n], view.axes.size() + 1);
        const auto extent = static_cast<std::int64_t>(axis == 0 ? builder.batch : view.extent(axis - 1));
        const auto place = [&](std::int64_t number) {
            return static_cast<std::size_t>(number < 0 ? std::max<std::int64_t>(number, -extent) + extent : std::min<std::int64_t>(number, extent));
        };
        const std::size_t begin = place(starts[n]), end = place(ends[n]), size = static_cast<std::size_t>(extent);
        if (axis == 0 && (starts[n] != 0 || ends[n] < INT32_MAX) && (extent == 0 || begin != 0 || end != size))
            throw std::invalid_argument("a slice of the batch has no spelling");
        if (axis == 0 || (begin == 0 && end == size)) continue;
        if (begin >= end) throw std::invalid_argument("a slice of at least one number was expected");
        if (view.is(axis - 1, TensorView::channels)) {
            box.first = begin, box.count = end - begin;
        } else if (view.is(axis - 1, TensorView::rows) || view.is(axis - 1, TensorView::columns)) {
            const std::size_t of = view.is(axis - 1, TensorView::rows) ? 0 : 1;
            box.edges[of] = begin, box.edges[2 + of] = size - end;
        } else {
            throw std::invalid_argument("a slice along another axis than rows, columns or channels has no spelling");
        }
    }
    add_box(builder, view, box, tensor.shared);
    builder.put(node.outputs[0], PictureTensor{view, tensor.type});
}

/// A transposition of groups and the channels of a group: (N, groups, n, ...) to (N, n, groups, ...).
inline void turn_groups(OnnxBuilder& builder, const OnnxNode& node, PictureTensor tensor, const std::vector<std::int64_t>& order) {
    const std::size_t rank = tensor.view.axes.size() + 2;
    bool turns = tensor.grouping == PictureTensor::Grouping::runs && order.size() == rank && order[0] == 0 && order[1] == 2 && order[2] == 1;
    for (std::size_t n = 3; turns && n < rank; ++n) turns = order[n] == static_cast<std::int64_t>(n);
    if (!turns) throw std::invalid_argument("of groups of channels, a transposition of the groups and the channels of each was expected");
    tensor.grouping = PictureTensor::Grouping::turned;
    tensor.node.clear();
    builder.put(node.outputs[0], tensor);
}

/// The end of a shuffle: turned groups become channels again.
inline void add_shuffle(OnnxBuilder& builder, PictureTensor& tensor) {
    GraphLayer layer{GraphLayer::Kind::shuffle, {}, {tensor.view.value}, tensor.view.shape()};
    layer.groups = tensor.groups;
    builder.add(tensor.view, std::move(layer));
    tensor.grouping = PictureTensor::Grouping::none;
}

}  // namespace denim::inline DENIM_TARGET::detail
