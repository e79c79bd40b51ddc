// SPDX-License-Identifier: MIT
#pragma once

// An ONNX graph while it grows, layer by layer.

#include <denim/exchange/weight_layout.hpp>
#include <denim/format/onnx_model.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim {

/// A value of the graph: (N, C, H, W), or behind a dense layer (N, n).
struct OnnxFlow {
    std::string name;
    bool vector = false;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// A graph that grows node by node. Names begin with the place of the layer: "2.0.Conv".
class OnnxGraph {
public:
    OnnxModel model;
    std::string layer;  ///< the place of the layer that is being written

    /// Adds a node of one output, and gives the output's name.
    std::string add(const std::string& type, std::vector<std::string> inputs, std::vector<OnnxAttribute> attributes = {}) {
        const std::string name = fresh(type);
        model.nodes.push_back({type, name, std::move(inputs), {name}, std::move(attributes)});
        return name;
    }
    /// Adds numbers that the file holds, and gives their name.
    template <Element Number>
    std::string constant(const std::string& name, std::span<const Number> numbers, std::vector<std::size_t> shape) {
        model.weights.emplace_back(fresh(name), AnyArray::of(numbers, std::move(shape)));
        return model.weights.back().first;
    }
    /// The flow as (N, n), numbers of a pixel in rows of one channel after another; or as (N, C, 1, 1).
    OnnxFlow as_vector(const OnnxFlow& flow) {
        return flow.vector ? flow : OnnxFlow{add("Flatten", {flow.name}, {{"axis", std::int64_t{1}}}), true};
    }
    OnnxFlow as_picture(const OnnxFlow& flow) {
        if (!flow.vector) return flow;
        const std::int64_t axes[]{2, 3};
        return {add("Unsqueeze", {flow.name, constant<std::int64_t>("axes", axes, {2})}), false};
    }
    /// (N, C, H, W) as (N, H, W, C), and back.
    std::string channels_last(const std::string& x) { return transpose(x, {0, 2, 3, 1}); }
    std::string channels_first(const std::string& x) { return transpose(x, {0, 3, 1, 2}); }

private:
    std::string transpose(const std::string& x, std::vector<std::int64_t> order) {
        return add("Transpose", {x}, {{"perm", std::move(order)}});
    }
    std::string fresh(const std::string& word) {
        const std::string name = layer + '.' + word;
        const auto same = std::ranges::count_if(used_, [&](const std::string& other) { return other == name; });
        used_.push_back(name);
        return same ? name + '_' + std::to_string(same + 1) : name;
    }

    std::vector<std::string> used_;
};

/// What a layer has while it is written: the values that it reads, its shapes, its parameters.
struct OnnxLayer {
    std::vector<OnnxFlow> inputs;
    Shape in, out;
    std::span<const float> parameters;  ///< all rows of the layer
    std::vector<WeightPlace> rows;      ///< their places in `parameters`

    /// The parameter of this name as PyTorch lays it out, put into the graph.
    std::string weight(OnnxGraph& graph, std::string_view name) const {
        const auto row = std::ranges::find_if(rows, [&](const WeightPlace& place) { return place.name == name; });
        const auto numbers = parameters.subspan(row->offset, row->extents.size());
        return graph.constant<float>(row->name, to_layout(*row, WeightLayout::pytorch, numbers),
                                     shape_in(*row, WeightLayout::pytorch));
    }
    /// The parameter of this name, or where the layer has none so many of this number.
    std::string weight_or(OnnxGraph& graph, std::string_view name, float number) const {
        if (std::ranges::find(rows, name, &WeightPlace::name) != rows.end()) return weight(graph, name);
        return graph.constant<float>(number == 0 ? "zeros" : "ones", std::vector<float>(in.channels, number), {in.channels});
    }
    /// A parameter of one number for each channel, with axes of extent 1 so that ONNX spreads it over the others.
    std::string channel_weight(OnnxGraph& graph, std::string_view name) const {
        const auto row = std::ranges::find_if(rows, [&](const WeightPlace& place) { return place.name == name; });
        std::vector<std::size_t> shape{1, row->extents.size()};
        if (!inputs[0].vector) shape.insert(shape.end(), {1, 1});
        return graph.constant<float>(row->name, parameters.subspan(row->offset, row->extents.size()), shape);
    }
};

}  // namespace denim::inline DENIM_TARGET
