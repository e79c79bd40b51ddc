// SPDX-License-Identifier: MIT
#pragma once

#include <denim/exchange/layer_chain.hpp>
#include <denim/exchange/onnx_layer_graph.hpp>
#include <denim/format/onnx_model.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// A graph in Denim's words; what has none throws FileError that names the node.
DENIM_ONCE SpelledNetwork spelled_graph(const std::string& file, const LayerGraph& graph);

DENIM_ONCE std::string spell_graph(const std::string& file, const LayerGraph& graph, const std::string& name);

}  // namespace detail

/// The type that computes what the model computes, up to its logits: "using NAME = denim::Network<...>;". Throws FileError
/// under the name `file` that names the node for which there is no spelling.
DENIM_ONCE std::string spell_onnx(const std::string& file, const OnnxModel& model, const std::string& name = "Model");

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Adds a layer of the graph to a chain; `apart` if others read what its first input gives. The chains that it joins come from
/// `take`.
template <class Take>
void spell_layer(LayerChain& chain, const GraphLayer& layer, bool apart, Take take) {
    using Kind = GraphLayer::Kind;
    switch (layer.kind) {
        case Kind::conv:
            if (layer.groups > 1 && layer.groups == chain.shape().channels && layer.groups == layer.output.channels)
                return chain.depthwise_conv(layer.windows, layer.bias);
            return chain.conv(layer.windows, layer.output.channels, layer.bias, layer.groups);
        case Kind::pool:
            return chain.pool(layer.word.c_str(), layer.windows);
        case Kind::global_pool:
            return chain.global_pool(layer.word.c_str());
        case Kind::dense:
            return chain.dense(layer.output.channels, layer.bias);
        case Kind::batch_norm:
            return chain.layer(spelled_norm("BatchNorm", {layer.epsilon}));
        case Kind::layer_norm:
            return chain.layer(spelled_norm("LayerNorm", {layer.epsilon, true, layer.bias}));
        case Kind::group_norm:
            return chain.layer(spelled_group_norm(layer.groups, chain.shape().channels, {layer.epsilon, layer.gamma, layer.bias}));
        case Kind::local_response_norm:
            return chain.layer(spelled_local_response_norm(layer.word));
        case Kind::channelwise:
        case Kind::rescale:
            return chain.layer(layer.word);
        case Kind::activation:
            return chain.activate(layer.word, apart);
        case Kind::flatten:
            return chain.flatten(true);
        case Kind::dropout:
            return chain.dropout();
        case Kind::pad:
            return chain.layer("Pad", {edges_text(layer.windows.zeros)}, layer.output);
        case Kind::crop:
            return chain.layer("Crop", {edges_text(layer.windows.zeros)}, layer.output);
        case Kind::slice:
            return chain.layer("Slice", {sentence(layer.first, ", ", layer.output.channels)}, layer.output);
        case Kind::shuffle:
            return chain.layer("ShuffleChannels", {std::to_string(layer.groups)});
        case Kind::sum:
            chain = LayerChain::sum(std::move(chain), take(layer.inputs[1]));
            return;
        case Kind::product:
            chain = LayerChain::product(std::move(chain), take(layer.inputs[1]));
            return;
        case Kind::concatenation:
            break;
    }
    std::vector<LayerChain> branches{std::move(chain)};
    for (std::size_t n = 1; n < layer.inputs.size(); ++n) branches.push_back(take(layer.inputs[n]));
    chain = LayerChain::concatenation(std::move(branches));
}

DENIM_ONCE SpelledNetwork spelled_graph(const std::string& file, const LayerGraph& graph) {
    std::size_t result = graph.result;
    bool classes = false;
    if (result > 0) {  // networks give logits
        const GraphLayer& last = graph.layers[result - 1];
        if (last.kind == GraphLayer::Kind::activation && last.word.find("softmax") != std::string::npos &&
            last.word.find("sigmoid") == std::string::npos && last.output.height * last.output.width == 1)
            result = last.inputs[0], classes = true;
    }
    std::vector<std::size_t> readers(graph.layers.size() + 1, 0);
    for (const GraphLayer& layer : graph.layers)
        for (const std::size_t input : layer.inputs) ++readers[input];
    std::vector<LayerChain> chains{LayerChain{graph.picture}};
    std::vector<std::size_t> left = readers;
    const auto take = [&](std::size_t value) { return --left[value] == 0 ? std::move(chains[value]) : chains[value]; };
    for (std::size_t n = 0; n < graph.layers.size() && chains.size() <= result; ++n) {
        const GraphLayer& layer = graph.layers[n];
        LayerChain chain = take(layer.inputs[0]);
        try {
            spell_layer(chain, layer, readers[layer.inputs[0]] > 1, take);
        } catch (const std::invalid_argument& error) {
            throw FileError(file, layer.node + ": " + error.what());
        }
        if (chain.shape() != layer.output)
            throw FileError(file, layer.node + ": " + to_string(layer.output) + " leaves it, its spelling would give " + to_string(chain.shape()));
        chain.came_from(n);
        chains.push_back(std::move(chain));
    }
    try {
        SpelledNetwork network = chains[result].network();
        network.without_softmax = classes;
        return network;
    } catch (const std::invalid_argument& error) {
        throw FileError(file, error.what());
    }
}

DENIM_ONCE std::string spell_graph(const std::string& file, const LayerGraph& graph, const std::string& name) {
    try {
        return spelling_of(spelled_graph(file, graph), name);
    } catch (const std::invalid_argument& error) {
        throw FileError(file, error.what());
    }
}

}  // namespace detail

DENIM_ONCE std::string spell_onnx(const std::string& file, const OnnxModel& model, const std::string& name) {
    return detail::spell_graph(file, onnx_layer_graph(file, model), name);
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
