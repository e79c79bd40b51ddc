// SPDX-License-Identifier: MIT
#pragma once

// A network's architecture for other programs: as JSON, and as a picture in the language of Graphviz.

#include <denim/network/graph_table.hpp>
#include <denim/network/summary.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// One layer, fork or join of a network, as describe() found it.
struct DescribedLayer {
    std::string name;   ///< its place: "0", or "2.0" inside a composition
    std::string layer;  ///< as users write it: "Conv<3, 32>"; for a join its last word: "Sum" of a Residual, "Concatenated" of a Parallel or Heads
    std::vector<std::size_t>
        inputs;  ///< the layers whose values it reads, by their number in the list from 1; 0 is the picture
    Shape output;
    std::size_t parameters = 0;
    std::vector<Row> rows;
    bool recomputed = false;  ///< it stands inside of a Recompute
};

/// A network as a list of layers in the order of computation; forks, which only remember a value, are left out.
struct Description {
    Shape input, output;
    std::size_t parameters = 0;
    std::vector<DescribedLayer> layers;

    /// {"input": [120, 90, 3], "output": [1, 1, 3], "parameters": 12345, "layers": [{"name", "layer", "recomputed",
    /// "inputs", "output", "parameters", "rows"}]}
    [[nodiscard]] std::string json() const;

    /// A picture: dot -Tsvg network.dot > network.svg
    [[nodiscard]] std::string graphviz() const;

private:
    static std::string list(Shape shape);
    static std::string words(Shape shape);
};

namespace detail {

DENIM_ONCE Description describe(const GraphTable& graph, std::span<const Row> rows);

}  // namespace detail

/// The architecture of a network: describe(network).json(), describe(network).graphviz().
template <class Network>
Description describe(const Network& network) {
    return detail::describe(graph_table<typename Network::Graph>, network.rows());
}

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::string Description::json() const {
    std::string text = "{\n  \"input\": " + list(input) + ",\n  \"output\": " + list(output) +
                       ",\n  \"parameters\": " + std::to_string(parameters) + ",\n  \"layers\": [";
    for (const DescribedLayer& layer : layers) {
        text += (&layer == layers.data() ? "\n" : ",\n") + std::string{"    {\"name\": \""} + layer.name +
                "\", \"layer\": \"" + layer.layer + "\", \"recomputed\": " + (layer.recomputed ? "true" : "false") + ", \"inputs\": [";
        for (std::size_t n = 0; n < layer.inputs.size(); ++n) text += (n ? ", " : "") + std::to_string(layer.inputs[n]);
        text += "], \"output\": " + list(layer.output) + ", \"parameters\": " + std::to_string(layer.parameters) +
                ", \"rows\": [";
        for (const Row& row : layer.rows) {
            text += (&row == layer.rows.data() ? "" : ", ") + std::string{"{\"name\": \""} + row.name + "\", \"shape\": [";
            for (std::size_t d = 0; d < row.extents.rank; ++d)
                text += (d ? ", " : "") + std::to_string(row.extents.values[d]);
            text += std::string{"], \"trained\": "} + (row.trained ? "true" : "false") + "}";
        }
        text += "]}";
    }
    return text + "\n  ]\n}\n";
}

DENIM_ONCE std::string Description::graphviz() const {
    std::string text =
        "digraph network {\n    rankdir=TB;\n    node [shape=box, style=\"rounded,filled\", fillcolor=\"#eef3fb\", "
        "fontname=\"sans-serif\", fontsize=11];\n"
        "    edge [fontname=\"sans-serif\", fontsize=9, color=\"#555555\"];\n    layer0 [label=\"picture\", "
        "fillcolor=\"#fff4d6\"];\n";
    for (std::size_t n = 0; n < layers.size(); ++n) {
        const DescribedLayer& layer = layers[n];
        const bool adds = layer.layer == "Sum" || layer.layer == "Added";
        text += "    layer" + std::to_string(n + 1) + " [label=\"" + (adds ? "+" : layer.layer);
        if (layer.parameters) text += "\\n" + detail::with_commas(layer.parameters) + " parameters";
        if (layer.recomputed && !adds) text += "\\ncomputed again";
        text += adds ? "\", shape=circle, fillcolor=\"#e6f5e6\"];\n" : "\"];\n";
        for (const std::size_t from : layer.inputs) {
            const Shape shape = from ? layers[from - 1].output : input;
            text += "    layer" + std::to_string(from) + " -> layer" + std::to_string(n + 1) + " [label=\" " +
                    words(shape) + "\"];\n";
        }
    }
    const std::string last = std::to_string(layers.size());
    return text + "    logits [label=\"logits\", fillcolor=\"#fff4d6\"];\n    layer" + last + " -> logits [label=\" " +
           words(output) + "\"];\n}\n";
}

DENIM_ONCE std::string Description::list(Shape shape) {
    return '[' + std::to_string(shape.height) + ", " + std::to_string(shape.width) + ", " + std::to_string(shape.channels) +
           ']';
}

DENIM_ONCE std::string Description::words(Shape shape) {
    if (shape.height == 1 && shape.width == 1) return std::to_string(shape.channels);
    return std::to_string(shape.height) + " x " + std::to_string(shape.width) + " x " + std::to_string(shape.channels);
}

}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {
namespace detail {

DENIM_ONCE Description describe(const GraphTable& graph, std::span<const Row> rows) {
    Description description{graph.input, graph.output, graph.numbers, {}};
    const std::vector<std::string> names = graph.names().entries;
    std::vector<std::size_t> number_of(graph.entries.size() + 1, 0);  // the layer that a value comes from
    std::size_t row = 0;
    for (std::size_t index = 0; index < graph.entries.size(); ++index) {
        const Entry& entry = graph.entries[index];
        if (passes_on(entry.role)) {
            number_of[index + 1] = number_of[entry.from[0]];
            continue;
        }
        DescribedLayer layer{names[index], graph.word(index), {}, entry.out, entry.parameters, {}};
        for (std::size_t n = 0; n < entry.inputs; ++n) layer.inputs.push_back(number_of[entry.from[n]]);
        for (std::size_t n = 0; n < entry.rows; ++n) layer.rows.push_back(rows[row++]);
        for (const RecomputedEntries& block : graph.recomputed) layer.recomputed = layer.recomputed || (block.first <= index && index < block.last);
        description.layers.push_back(std::move(layer));
        number_of[index + 1] = description.layers.size();
    }
    return description;
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
