// SPDX-License-Identifier: MIT
#pragma once

// Weights of an ONNX file into a network that computes the same.

#include <denim/exchange/changed_gamma.hpp>
#include <denim/exchange/compare_graphs.hpp>
#include <denim/exchange/export_onnx.hpp>
#include <denim/exchange/onnx_layer_graph.hpp>
#include <denim/exchange/save.hpp>
#include <denim/format/onnx_read.hpp>
#include <denim/format/weights_metadata.hpp>
#include <denim/loss/target.hpp>
#include <denim/machine/finite.hpp>
#include <denim/network/network.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// What each head gives, by the file: its metadata, if export_onnx wrote them, or the softmax or sigmoid at its end that the network has not.
/// Nothing where it does not say.
DENIM_ONCE std::vector<std::string> onnx_outputs(const std::string& file, const OnnxModel& model, const LayerGraph& graph,
                                             std::span<const std::size_t> taken);

/// Gamma or beta of a normalisation.
DENIM_ONCE bool may_be_missing(const GraphLayer& layer, std::size_t number);

/// The numbers of a file's layer for ours; the gamma of a BatchNorm with another epsilon changes so that both give the same.
DENIM_ONCE std::vector<float> numbers_for(const GraphLayer& ours, const GraphLayer& theirs, std::size_t number);

}  // namespace detail

/// Reads the weights of an ONNX file into a network that computes what the file does, up to a softmax or sigmoid at the end of
/// the file alone: both graphs are compared, and weights follow the graph. What probabilities() makes of the logits is what the
/// file says that they mean, if it does. Throws FileError that names the first node that differs or is not understood, and then
/// the network is as it was.
template <class Network>
void import_onnx(Network& network, const std::filesystem::path& file) {
    const OnnxModel model = read_onnx(file), own = onnx_model(network);
    const LayerGraph theirs = onnx_layer_graph(file.string(), model), ours = onnx_layer_graph("the network itself", own);
    std::vector<std::size_t> partners;
    try {
        partners = match_graphs(ours, theirs);
    } catch (const std::invalid_argument& error) {
        throw FileError(file.string(), error.what());
    }
    std::vector<float> parameters(network.parameters().begin(), network.parameters().end());
    const auto rows = network.rows();
    for (std::size_t layer = 0; layer < partners.size(); ++layer) {
        if (partners[layer] == theirs.layers.size()) continue;
        const GraphLayer& from = theirs.layers[partners[layer]];
        for (std::size_t n = 0; n < ours.layers[layer].weights.size(); ++n) {
            const auto row = std::ranges::find(rows, ours.layers[layer].weights[n].name, &Row::name);
            const GraphWeights& weights = from.weights[n];
            const auto fail = [&](const std::string& reason) {
                throw FileError(file.string(), from.node + ": array " + detail::in_quotes(weights.name) + ' ' + reason);
            };
            std::vector<float> numbers;
            try {
                numbers = detail::numbers_for(ours.layers[layer], from, n);
            } catch (const std::range_error& error) {
                fail(std::string{"does not hold floats: "} + error.what());
            }
            if (!all_finite(std::span<const float>{numbers})) fail("holds a number that is not finite");
            if (row == rows.end() && detail::may_be_missing(from, n)) {
                const float neutral = n == 0 ? 1.0f : 0.0f;
                if (std::ranges::any_of(numbers, [&](float number) { return number != neutral; }))
                    fail(detail::sentence("changes what leaves the layer, the network's has no ", n == 0 ? "gamma" : "beta"));
                continue;
            }
            if (row == rows.end() || numbers.size() != row->size())
                fail(detail::sentence("has ", numbers.size(), " numbers, not those of the network's layer"));
            std::ranges::copy(numbers, parameters.begin() + static_cast<std::ptrdiff_t>(row->offset));
        }
    }
    Network imported = network;
    detail::take_outputs(imported, file.string(), detail::onnx_outputs(file.string(), model, theirs, partners));
    imported.edit_parameters([&](std::span<float> to) { std::ranges::copy(parameters, to.begin()); });
    network = std::move(imported);
}

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

namespace detail {

DENIM_ONCE std::vector<std::string> onnx_outputs(const std::string& file, const OnnxModel& model, const LayerGraph& graph,
                                             std::span<const std::size_t> taken) {
    if (model.metadata.contains("architecture") && model.metadata.contains("outputs"))
        return read_metadata(file, {{"outputs", model.metadata.at("outputs")}}).outputs;
    if (graph.result == 0 || std::ranges::find(taken, graph.result - 1) != taken.end()) return {};
    const std::string& last = graph.layers[graph.result - 1].word;
    if (last == "sigmoid") return {std::string{gives_words[static_cast<std::size_t>(Gives::labels)]}};
    if (last == "softmax" || last == "log_softmax") return {std::string{gives_words[static_cast<std::size_t>(Gives::classes)]}};
    return {};
}

DENIM_ONCE bool may_be_missing(const GraphLayer& layer, std::size_t number) {
    using Kind = GraphLayer::Kind;
    return (layer.kind == Kind::batch_norm || layer.kind == Kind::layer_norm || layer.kind == Kind::group_norm) && number < 2;
}

DENIM_ONCE std::vector<float> numbers_for(const GraphLayer& ours, const GraphLayer& theirs, std::size_t number) {
    std::vector<float> numbers = theirs.weights[number].numbers();
    if (theirs.kind != GraphLayer::Kind::batch_norm || number != 0 || ours.epsilon == theirs.epsilon) return numbers;
    const std::vector<float> variances = theirs.weights[3].numbers();
    for (std::size_t c = 0; c < std::min(numbers.size(), variances.size()); ++c)
        numbers[c] = changed_gamma(numbers[c], variances[c], theirs.epsilon, ours.epsilon);
    return numbers;
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
