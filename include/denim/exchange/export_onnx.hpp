// SPDX-License-Identifier: MIT
#pragma once

// A trained network as an ONNX file, for ONNX Runtime, OpenVINO and others.

#include <denim/exchange/import_weights.hpp>
#include <denim/exchange/onnx_layers.hpp>
#include <denim/exchange/onnx_moves.hpp>
#include <denim/exchange/save.hpp>
#include <denim/format/onnx_write.hpp>
#include <denim/format/weights_metadata.hpp>
#include <denim/machine/each_index.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// What stands in the file beside the layers.
struct OnnxOptions {
    bool bytes = false;                    ///< takes photographs as uint8, and does what `preprocessing` says itself
    Preprocessing preprocessing = {};      ///< with `bytes`: (byte * scale - mean) / deviation; times 1/255 unless set
    bool probabilities = false;            ///< gives probabilities, as Predictor does: by the loss that the network learned by
    std::vector<std::string> labels = {};  ///< the names of the classes, kept in the file's metadata
};

namespace detail {

/// ["male", "female"]
DENIM_ONCE std::string json_list(const std::vector<std::string>& words);

/// A layer that can be written: an overload of to_onnx takes its spec.
template <class Spec>
concept HasOnnx =
    requires(const Spec& spec, const OnnxLayer& layer, OnnxGraph& graph) { OnnxFlow{to_onnx(spec, layer, graph)}; };

// From the input (N, H, W, C), as Denim takes it, to (N, C, H, W); vectors stay (N, C).
DENIM_ONCE OnnxFlow onnx_input(OnnxGraph& graph, Shape in, const OnnxOptions& options);

// Softmax or sigmoid of each head by itself, as the loss means it that the network learned by.
DENIM_ONCE std::string probabilities_of_heads(OnnxGraph& graph, const std::string& logits, std::span<const std::size_t> heads,
                                          std::span<const Gives> gives);

// Layers go by their entries in the flat list, as the user wrote them: what fuses inside stays inside.
template <class Network, std::size_t Index>
void add_onnx_layer(OnnxGraph& graph, std::vector<OnnxFlow>& values, const Network& network,
                    const std::vector<std::string>& names) {
    using Spec = typename Network::Graph::template At<Index>;
    constexpr Entry entry = Network::Graph::trace.entries[Index];
    OnnxLayer layer{{}, entry.in, entry.out, network.parameters().subspan(entry.first_parameter, entry.parameters), {}};
    for (std::size_t n = 0; n < entry.inputs; ++n) layer.inputs.push_back(values[entry.from[n]]);
    if constexpr (passes_on(role_of<Spec>()) || requires { requires Spec::training_only; }) {
        values.push_back(layer.inputs[0]);
    } else {
        static_assert(HasOnnx<Spec>,
                      "denim: export_onnx: a layer has no overload of to_onnx; write one beside the layer, see "
                      "denim/exchange/onnx_layers.hpp.");
        if constexpr (role_of<Spec>() == Role::layer) {
            std::size_t offset = 0;
            for (const Parameter& parameter : Spec::parameters(entry.in)) {
                layer.rows.push_back({parameter.name, parameter.extents, offset, entry.in, Index});
                offset += parameter.extents.size();
            }
        }
        graph.layer = names[Index];
        values.push_back(to_onnx(Spec{}, layer, graph));
    }
}

}  // namespace detail

/// The network as an ONNX graph (opset 17) with a free batch: "images" (N, H, W, C), or "features" (N, C) of vectors, to "logits"
/// or "probabilities" (N, outputs). Dropout is gone, BatchNorm goes by its running statistics.
template <class Network>
OnnxModel onnx_model(const Network& network, const OnnxOptions& options = {}) {
    static_assert(std::is_same_v<typename Network::Stored, float>, "denim: export_onnx: only networks in fp32 are exported.");
    OnnxGraph graph;
    std::vector<OnnxFlow> values{detail::onnx_input(graph, Network::input, options)};
    const std::vector<std::string> names = graph_table<typename Network::Graph>.names().entries;
    each_index<0, Network::Graph::count>([&]<std::size_t Index>() { detail::add_onnx_layer<Network, Index>(graph, values, network, names); });
    OnnxFlow result = values[Network::Graph::trace.result];
    graph.layer = "output";
    if (options.probabilities) detail::require_probabilities("export_onnx", network.gives());
    constexpr bool row = Network::output.height * Network::output.width == 1;
    if (row) result = graph.as_vector(result);
    const bool last = options.probabilities && row && Network::heads.size() == 1;  // the function gives what leaves
    if (options.probabilities && !last)
        result.name = detail::probabilities_of_heads(graph, result.name, Network::heads, network.gives());
    if (!row) result = {graph.add("Flatten", {graph.channels_last(result.name)}), true};  // as Denim gives it
    const char* const name = options.probabilities ? "probabilities" : "logits";
    const char* const type = !last ? "Identity" : network.gives().front() == Gives::labels ? "Sigmoid" : "Softmax";
    graph.model.nodes.push_back({type, name, {result.name}, {name}, {}});
    graph.model.outputs.push_back({name, ElementType::float32, {0, Network::output.size()}});
    graph.model.metadata["architecture"] = detail::architecture_of<Network>();
    graph.model.metadata["outputs"] = detail::json_list(words_of(network.gives()));
    if (!options.labels.empty()) graph.model.metadata["labels"] = detail::json_list(options.labels);
    return std::move(graph.model);
}

/// Writes the network as an ONNX file: export_onnx(network, "primary.onnx", {.bytes = true}).
template <class Network>
void export_onnx(const Network& network, const std::filesystem::path& path, const OnnxOptions& options = {}) {
    const auto model = onnx_model(network, options);
    require_finite_rows(network.rows(), network.parameters(), path.string());
    write_onnx(path, model);
}

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <nlohmann/json.hpp>

namespace denim::inline DENIM_TARGET {

namespace detail {

DENIM_ONCE std::string json_list(const std::vector<std::string>& words) { return nlohmann::json(words).dump(); }

DENIM_ONCE OnnxFlow onnx_input(OnnxGraph& graph, Shape in, const OnnxOptions& options) {
    std::string value = in.vector() ? "features" : "images";
    std::vector<std::size_t> extents{0, in.height, in.width, in.channels};
    if (in.vector()) extents = {0, in.channels};
    graph.model.inputs.push_back({value, options.bytes ? ElementType::uint8 : ElementType::float32, extents});
    graph.layer = "input";
    if (options.bytes) {
        const auto& [scale, mean, deviation] = options.preprocessing;
        const auto each = [&](const char* type, const std::vector<float>& numbers, const char* name) {
            if (numbers.empty()) return;
            if (numbers.size() != in.channels)
                throw std::invalid_argument("denim: export_onnx: preprocessing has " + std::to_string(numbers.size()) +
                                            " numbers, but pictures have " + std::to_string(in.channels) +
                                            " channels; expected one for each");
            value = graph.add(type, {value, graph.constant<float>(name, numbers, {numbers.size()})});
        };
        value = graph.add("Cast", {value}, {{"to", std::int64_t{1}}});
        value = graph.add("Mul", {value, graph.constant<float>("scale", std::span{&scale, 1}, {})});
        each("Sub", mean, "mean");
        each("Div", deviation, "deviation");
    }
    return in.vector() ? OnnxFlow{value, true} : OnnxFlow{graph.channels_first(value)};
}

DENIM_ONCE std::string probabilities_of_heads(OnnxGraph& graph, const std::string& logits, std::span<const std::size_t> heads,
                                          std::span<const Gives> gives) {
    const auto add = [&](const std::string& of, Gives what) {
        return what == Gives::labels ? graph.add("Sigmoid", {of}) : graph.add("Softmax", {of}, {{"axis", std::int64_t{1}}});
    };
    if (heads.size() == 1) return add(logits, gives[0]);
    std::vector<std::int64_t> widths(heads.begin(), heads.end());
    OnnxNode split{"Split", graph.layer + ".Split", {logits, graph.constant<std::int64_t>("widths", widths, {widths.size()})}, {}, {}};
    split.attributes = {{"axis", std::int64_t{1}}};
    for (std::size_t head = 0; head < heads.size(); ++head) split.outputs.push_back(graph.layer + ".head_" + std::to_string(head));
    graph.model.nodes.push_back(split);
    std::vector<std::string> probabilities;
    for (std::size_t head = 0; head < heads.size(); ++head) probabilities.push_back(add(split.outputs[head], gives[head]));
    return graph.add("Concat", probabilities, {{"axis", std::int64_t{1}}});
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
