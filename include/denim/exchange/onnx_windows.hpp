// SPDX-License-Identifier: MIT
#pragma once

// Nodes of ONNX that go over windows of a picture.

#include <denim/exchange/onnx_builder.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// Throws unless rows and columns stand behind the channels, or the numbers of a sequence do.
inline void require_picture(const TensorView& view) {
    if (!view.channels_first())
        throw std::invalid_argument("a picture (N, C, H, W) or a sequence (N, C, L) was expected; its axes are others, or in another order");
}

/// The attributes of a convolution or pool; `kernel` is the window that its weights have.
inline LayerChain::Windows read_windows(const OnnxAttributes& attributes, const PictureTensor& input, std::vector<std::int64_t> kernel = {}) {
    using Numbers = OnnxBuilder::Numbers;
    if (const Numbers stated = attributes.get("kernel_shape", kernel); kernel.empty())
        kernel = stated;
    else if (stated != kernel)
        throw std::invalid_argument("its window is not that of its weights");
    const std::size_t axes = input.view.axes.size() - 1;
    Numbers step = attributes.get("strides", Numbers(axes, 1)), dilation = attributes.get("dilations", Numbers(axes, 1)),
            zeros = attributes.get("pads", Numbers(2 * axes, 0));
    if (kernel.size() != axes || step.size() != axes || dilation.size() != axes || zeros.size() != 2 * axes)
        throw std::invalid_argument(sentence("windows over ", axes == 1 ? "one axis" : "two axes", " were expected"));
    if (axes == 1) {  // along the one row of a sequence
        for (Numbers* const numbers : {&kernel, &step, &dilation}) numbers->insert(numbers->begin(), 1);
        zeros = {0, zeros[0], 0, zeros[1]};
    }
    const std::string padding = attributes.get("auto_pad", std::string{"NOTSET"});
    if (padding != "NOTSET" && padding != "SAME_UPPER" && padding != "SAME_LOWER" && padding != "VALID")
        throw std::invalid_argument("its padding " + in_quotes(padding) + " is not known");
    if (padding != "NOTSET" && attributes.has("pads") && zeros != Numbers(4, 0)) throw std::invalid_argument("it has two kinds of padding");

    LayerChain::Windows windows;
    for (std::size_t axis = 0; axis < 2; ++axis) {
        windows.size[axis] = onnx_extent(kernel[axis]);
        windows.step[axis] = onnx_extent(step[axis]);
        windows.dilation[axis] = onnx_extent(dilation[axis]);
        if (windows.size[axis] == 0 || windows.step[axis] == 0 || windows.dilation[axis] == 0)
            throw std::invalid_argument("windows, steps and dilations of at least 1 were expected");
        if (windows.size[axis] == 1) windows.dilation[axis] = 1;
        windows.zeros[axis] = onnx_extent(zeros[axis]);
        windows.zeros[2 + axis] = onnx_extent(zeros[2 + axis]);
        const std::size_t extent = input.view.extents[axis], spans = (windows.size[axis] - 1) * windows.dilation[axis] + 1;
        if (padding.starts_with("SAME")) {
            const std::size_t reach = ((extent + windows.step[axis] - 1) / windows.step[axis] - 1) * windows.step[axis] + spans;
            const std::size_t all = reach > extent ? reach - extent : 0;
            windows.zeros[axis] = padding == "SAME_UPPER" ? all / 2 : all - all / 2;
            windows.zeros[2 + axis] = all - windows.zeros[axis];
        }
    }
    return windows;
}

/// How many windows there are; the zeros behind the last row and column become those that are reached.
inline std::array<std::size_t, 2> count_windows(LayerChain::Windows& windows, Shape in, bool beyond) {
    const std::array extents{in.height, in.width};
    std::array<std::size_t, 2> counts{};
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const std::size_t spans = (windows.size[axis] - 1) * windows.dilation[axis] + 1, step = windows.step[axis];
        const std::size_t before = windows.zeros[axis], padded = extents[axis] + before + windows.zeros[2 + axis];
        if (padded < spans) throw std::invalid_argument("a window is larger than its picture");
        counts[axis] = (padded - spans + (beyond ? step - 1 : 0)) / step + 1;
        if (beyond && (counts[axis] - 1) * step >= extents[axis] + before)
            throw std::invalid_argument("a window that begins behind the picture has no spelling");
        const std::size_t reach = (counts[axis] - 1) * step + spans - before;
        windows.zeros[2 + axis] = (counts[axis] - 1) * step + spans > before && reach > extents[axis] ? reach - extents[axis] : 0;
    }
    return counts;
}

/// (filters, channels, rows, columns) as Denim has them: (rows, columns, channels, filters).
inline GraphWeights filters_of(const OnnxConstant& from) {
    return {from.root, from.array->size(), [array = from.array] {
                const std::vector<float> theirs = array->as<float>();
                const std::size_t filters = array->shape[0],
                                  window = filters ? theirs.size() / filters / std::max<std::size_t>(array->shape[1], 1) : 0;
                std::vector<float> ours(theirs.size());
                std::size_t next = 0;
                for (std::size_t filter = 0; filter < filters; ++filter)
                    for (std::size_t channel = 0; channel < array->shape[1]; ++channel)
                        for (std::size_t tap = 0; tap < window; ++tap) ours[(tap * array->shape[1] + channel) * filters + filter] = theirs[next++];
                return ours;
            }};
}

/// So many numbers, one for each channel; from a single one if `may_spread`.
inline GraphWeights numbers_of(const OnnxConstant& from, std::size_t count, const char* what, bool may_spread = false) {
    const auto& shape = from.array->shape;
    const bool single = may_spread && from.array->size() == 1;
    if (!single && (from.array->size() != count || shape.empty() || shape.back() != count))
        throw std::invalid_argument(sentence(count, " numbers were expected as its ", what, ", they are ", shape_text(shape)));
    return {from.root, count, [array = from.array, count, single] {
                const std::vector<float> numbers = array->as<float>();
                return single ? std::vector<float>(count, numbers[0]) : numbers;
            }};
}

/// Zeros around a picture as a layer.
inline void add_pad(OnnxBuilder& builder, PictureTensor& tensor) {
    const Shape out = padded(tensor.view.shape(), tensor.zeros);
    GraphLayer layer{GraphLayer::Kind::pad, tensor.node, {tensor.view.value}, out};
    layer.windows.zeros = tensor.zeros;
    builder.add(tensor.view, std::move(layer));
    tensor = {TensorView::channels_first_of(tensor.view.value, out, tensor.view.axes.size() == 2), tensor.type};
}

/// The windows of a convolution; zeros that a Pad put around its picture become its own where each window still touches the picture.
inline LayerChain::Windows read_padded_windows(OnnxBuilder& builder, const OnnxAttributes& attributes, PictureTensor& tensor,
                                               const std::vector<std::int64_t>& kernel) {
    LayerChain::Windows windows = read_windows(attributes, tensor, kernel);
    bool apart = attributes.get("auto_pad", std::string{"NOTSET"}).starts_with("SAME");
    for (std::size_t n = 0; n < 4; ++n) apart |= windows.zeros[n] + tensor.zeros[n] > (windows.size[n % 2] - 1) * windows.dilation[n % 2];
    if (apart && tensor.zeros != std::array<std::size_t, 4>{}) {
        add_pad(builder, tensor);
        return read_windows(attributes, tensor, kernel);
    }
    for (std::size_t n = 0; n < 4; ++n) windows.zeros[n] += tensor.zeros[n];
    return windows;
}

inline void read_conv(OnnxBuilder& builder, const OnnxNode& node) {
    const OnnxAttributes attributes{node, {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"}};
    PictureTensor tensor = builder.settled(node.input(0));
    require_picture(tensor.view);
    const bool sequence = tensor.view.axes.size() == 2;
    const OnnxConstant& weights = builder.own_weights(node, 1, tensor.view.axes.size() + 1);
    const auto& shape = weights.array->shape;
    GraphLayer layer{GraphLayer::Kind::conv};
    layer.windows = read_padded_windows(builder, attributes, tensor, std::vector<std::int64_t>(shape.begin() + 2, shape.end()));
    layer.inputs = {tensor.view.value};
    const Shape in = tensor.view.shape();
    layer.groups = onnx_extent(attributes.get("group", std::int64_t{1}));
    if (layer.groups == 0 || shape[0] == 0 || in.channels % layer.groups != 0 || shape[0] % layer.groups != 0 ||
        shape[1] != in.channels / layer.groups)
        throw std::invalid_argument(sentence("weights ", shape_text(shape), " do not fit ", in.channels, " channels in ", layer.groups, " groups"));
    const auto counts = count_windows(layer.windows, in, false);
    layer.output = {counts[0], counts[1], shape[0]};
    layer.weights.push_back(filters_of(weights));
    layer.bias = !node.input(2).empty();
    if (layer.bias) layer.weights.push_back(numbers_of(builder.constant(node, 2, "a bias"), shape[0], "bias"));
    builder.add(tensor.view, std::move(layer));
    tensor = {TensorView::channels_first_of(tensor.view.value, {counts[0], counts[1], shape[0]}, sequence), tensor.type};
    builder.put(node.outputs[0], tensor);
}

/// Zeros around a picture are the next convolution's, or a layer where others read them.
inline void read_pad(OnnxBuilder& builder, const OnnxNode& node) {
    const OnnxAttributes attributes{node, {"mode", "pads", "value"}};
    attributes.expect("mode", std::string{"constant"}, "a padding with other numbers than zeros has no spelling");
    attributes.expect("value", 0.0f, "a padding with other numbers than zeros has no spelling");
    if (!node.input(2).empty()) {
        const AnyArray& value = *builder.constant(node, 2, "a number").array;
        if (value.size() != 1 || value.as<double>()[0] != 0) throw std::invalid_argument("a padding with other numbers than zeros has no spelling");
    }
    if (!node.input(3).empty()) throw std::invalid_argument("a padding of some axes is not read");
    PictureTensor tensor = builder.settled(node.input(0));
    const OnnxBuilder::Numbers pads = attributes.has("pads") ? attributes.get("pads", OnnxBuilder::Numbers{}) : builder.numbers(node.input(1)).values;
    const std::size_t rank = tensor.view.axes.size() + 1;
    if (!tensor.view.channels_first() || pads.size() != 2 * rank || pads[0] != 0 || pads[1] != 0 || pads[rank] != 0 || pads[rank + 1] != 0)
        throw std::invalid_argument("zeros around rows and columns of a picture (N, C, H, W), or around a sequence (N, C, L), were expected");
    for (std::size_t axis = 2; axis < rank; ++axis) {
        tensor.zeros[4 - rank + axis - 2] += onnx_extent(pads[axis]);
        tensor.zeros[4 - rank + axis] += onnx_extent(pads[rank + axis]);
    }
    tensor.node = builder.node;
    if (builder.read_as_pictures.contains(node.outputs[0]) && tensor.zeros != std::array<std::size_t, 4>{}) add_pad(builder, tensor);
    builder.put(node.outputs[0], tensor);
}

inline void read_pool(OnnxBuilder& builder, const OnnxNode& node) {
    const OnnxAttributes attributes{node,
                                    {"auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads", "storage_order", "strides"}};
    const bool average = node.type == "AveragePool";
    PictureTensor tensor = builder.settled(node.input(0));
    GraphLayer layer{GraphLayer::Kind::pool, {}, {tensor.view.value}};
    layer.word = average ? "Average" : "Max";
    require_picture(tensor.view);
    const bool sequence = tensor.view.axes.size() == 2;
    layer.windows = read_windows(attributes, tensor);
    const Shape in = tensor.view.shape();
    for (std::size_t n = 0; n < 4; ++n)
        if (layer.windows.zeros[n] >= layer.windows.size[n % 2]) throw std::invalid_argument("windows outside the picture have no spelling");
    LayerChain::Windows inside = layer.windows;
    const auto counts = count_windows(layer.windows, in, attributes.get("ceil_mode", std::int64_t{0}) != 0);
    layer.windows.counts_padding = average && attributes.get("count_include_pad", std::int64_t{0}) != 0 &&
                                   layer.windows.zeros != std::array<std::size_t, 4>{};
    if (layer.windows.counts_padding && counts != count_windows(inside, in, false))
        throw std::invalid_argument("means of windows beyond the zeros that they count have no spelling");
    layer.output = {counts[0], counts[1], in.channels};
    builder.add(tensor.view, std::move(layer));
    tensor = {TensorView::channels_first_of(tensor.view.value, {counts[0], counts[1], in.channels}, sequence), tensor.type};
    builder.put(node.outputs[0], tensor);
}

}  // namespace denim::inline DENIM_TARGET::detail
