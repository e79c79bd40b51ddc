// SPDX-License-Identifier: MIT
#pragma once

// A network as a list of layers, each with the layers that it reads: what a reader of another framework's graph makes of it.

#include <denim/exchange/layer_chain.hpp>
#include <denim/tensor/shape.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim {

/// One parameter of a layer.
struct GraphWeights {
    std::string name;                             ///< of the array in the file
    std::size_t size = 0;                         ///< numbers
    std::function<std::vector<float>()> numbers;  ///< as Denim lays them: (window, window, channels, filters), (inputs, outputs) in HWC order
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// One layer: what it computes, and from what.
struct GraphLayer {
    enum class Kind {
        conv, pool, global_pool, dense,  // clang-format off
        batch_norm, layer_norm, group_norm, local_response_norm,
        channelwise, rescale, activation, dropout,
        flatten, pad, crop, slice, shuffle,
        sum, product, concatenation,  // clang-format on
    };

    Kind kind;
    std::string node = {};                 ///< what the file calls it: "the node '/0/Conv' (Conv)"
    std::vector<std::size_t> inputs = {};  ///< the values that it reads: 0 is the picture, n what the n-th layer gives
    Shape output = {};
    /// Of an activation its name, as Keras has it; of a pool Max or Average; of what has a number for each channel our word, of what has
    /// its numbers in its type, or none, all that we write; of a local response norm its numbers.
    std::string word = {};
    LayerChain::Windows windows = {};  ///< of a convolution or pool, with the zeros that its windows reach; of a pad or crop its `zeros` alone
    std::size_t groups = 1;            ///< of a convolution, a normalisation of groups of channels or a shuffle
    std::size_t first = 0;             ///< of a slice: the first channel
    double epsilon = 0;                ///< of a normalisation: what is added to the variance
    bool gamma = false;                ///< of a normalisation of groups of channels: factors stand in the file
    bool bias = false;                 ///< of a convolution, dense layer or layer normalisation: it is the last of `weights`
    std::vector<GraphWeights> weights = {};
};

/// All layers that lead from the picture to the result; each reads only those before it.
struct LayerGraph {
    Shape picture;
    std::vector<GraphLayer> layers;
    std::size_t result = 0;

    [[nodiscard]] Shape shape(std::size_t value) const { return value == 0 ? picture : layers[value - 1].output; }
};

namespace detail {

/// What a layer computes, in words: alike for two layers exactly if they compute the same of the same inputs and weights.
DENIM_ONCE std::string words_of(const GraphLayer& layer);

/// What stands side by side in values, from the inside out: a value itself where it is no concatenation.
DENIM_ONCE std::vector<std::size_t> side_by_side(const LayerGraph& graph, std::span<const std::size_t> values);

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <denim/machine/file_error.hpp>
#include <denim/machine/number_text.hpp>

namespace denim::inline DENIM_TARGET {

namespace detail {

DENIM_ONCE std::string words_of(const GraphLayer& layer) {
    using Kind = GraphLayer::Kind;
    const auto windows = [&] {
        const auto& [size, step, dilation, same, zeros, counts_padding] = layer.windows;
        std::string text = sentence(" over windows of ", size[0], " x ", size[1], ", steps ", step[0], " x ", step[1]);
        if (dilation[0] != 1 || dilation[1] != 1) text += sentence(", dilations ", dilation[0], " x ", dilation[1]);
        return text + sentence(", zeros ", zeros[0], ' ', zeros[1], ' ', zeros[2], ' ', zeros[3], counts_padding ? ", which count" : "");
    };
    const char* const bias = layer.bias ? ", a bias" : ", no bias";
    switch (layer.kind) {
        case Kind::conv:
            return sentence("a convolution", windows(), ", ", layer.output.channels, " filters, ", layer.groups,
                            layer.groups == 1 ? " group" : " groups", bias);
        case Kind::pool:
            return sentence(layer.word, " pooling", windows());
        case Kind::global_pool:
            return sentence(layer.word, " pooling over the whole picture");
        case Kind::dense:
            return sentence("a dense layer of ", layer.output.channels, " outputs", bias);
        case Kind::batch_norm:
            return "batch normalisation";
        case Kind::layer_norm:
            return "layer normalisation with the epsilon " + shortest_text(static_cast<float>(layer.epsilon));
        case Kind::group_norm:
            return sentence("normalisation of ", layer.groups, " groups of channels with the epsilon ", shortest_text(static_cast<float>(layer.epsilon)));
        case Kind::local_response_norm:
            return "a local response normalisation of " + layer.word;
        case Kind::channelwise:
            return "a " + layer.word + " of each channel";
        case Kind::rescale:
            return "the layer " + layer.word;
        case Kind::activation:
            return "the activation " + layer.word;
        case Kind::flatten:
            return "a flatten";
        case Kind::dropout:
            return "a dropout";
        case Kind::pad:
            return "zeros around the picture, " + edges_text(layer.windows.zeros);
        case Kind::crop:
            return "the picture without its edges, " + edges_text(layer.windows.zeros);
        case Kind::slice:
            return sentence("the channels from ", layer.first, " to ", layer.first + layer.output.channels - 1);
        case Kind::shuffle:
            return sentence("a shuffle of ", layer.groups, " groups of channels");
        case Kind::sum:
            return "a sum";
        case Kind::product:
            return "a product";
        case Kind::concatenation:
            break;
    }
    return "a concatenation";
}

DENIM_ONCE std::vector<std::size_t> side_by_side(const LayerGraph& graph, std::span<const std::size_t> values) {
    std::vector<std::size_t> all;
    for (const std::size_t value : values) {
        const bool joined = value > 0 && graph.layers[value - 1].kind == GraphLayer::Kind::concatenation;
        const std::vector<std::size_t> parts = joined ? side_by_side(graph, graph.layers[value - 1].inputs) : std::vector{value};
        all.insert(all.end(), parts.begin(), parts.end());
    }
    return all;
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
