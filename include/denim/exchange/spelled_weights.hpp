// SPDX-License-Identifier: MIT
#pragma once

// The weights of a network that was spelled, as Denim's own file holds them: before there is a program with its type.

#include <denim/exchange/foreign_weights.hpp>
#include <denim/exchange/layer_graph.hpp>
#include <denim/exchange/spelled_network.hpp>
#include <denim/format/weights.hpp>
#include <denim/machine/file_error.hpp>
#include <denim/machine/finite.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Gives the numbers of one row of a layer: "weights", "bias", "gamma", ... of the file's layer of this number.
using SpelledNumbers = std::function<std::vector<float>(std::size_t source, const std::string& row)>;

/// Of an ONNX file's layers.
DENIM_ONCE SpelledNumbers numbers_of_graph(const LayerGraph& graph);

/// Writes them under the names that the rows of `network` have, as load reads them. Throws FileError under the name `file` where a row lacks its
/// numbers or one is not finite; nothing is written then.
DENIM_ONCE void write_spelled_weights(const std::string& file, const SpelledNetwork& network, const SpelledNumbers& numbers_of,
                                      const std::filesystem::path& to);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE SpelledNumbers numbers_of_graph(const LayerGraph& graph) {
    return [&graph](std::size_t source, const std::string& row) {
        const std::size_t slot = detail::parse_weight_name(row).slot;
        const auto& weights = graph.layers.at(source).weights;
        if (slot >= weights.size()) throw std::invalid_argument(graph.layers[source].node + " has no " + row);
        return weights[slot].numbers();
    };
}

DENIM_ONCE void write_spelled_weights(const std::string& file, const SpelledNetwork& network, const SpelledNumbers& numbers_of,
                                      const std::filesystem::path& to) {
    std::vector<std::string> names;
    std::vector<std::vector<std::size_t>> shapes;
    std::vector<std::vector<float>> values;
    detail::each_leaf(network.layers, "", [&](const detail::SpelledLayer& layer, const std::string& place) {
        for (const detail::SpelledRow& row : layer.rows) {
            names.push_back(place + '.' + row.name);
            shapes.push_back(row.shape);
            try {
                values.push_back(numbers_of(layer.source.value(), row.name));
            } catch (const std::invalid_argument& error) {
                throw FileError(file, error.what());
            } catch (const std::range_error& error) {
                throw FileError(file, names.back() + ": " + error.what());
            }
            if (const std::size_t expected = std::accumulate(row.shape.begin(), row.shape.end(), std::size_t{1}, std::multiplies{});
                values.back().size() != expected)
                throw FileError(file, detail::sentence(names.back(), ": ", expected, " numbers were expected, the file has ", values.back().size()));
            if (!all_finite(std::span<const float>{values.back()})) throw FileError(file, names.back() + " holds a number that is not finite");
        }
    });
    std::vector<NamedTensor> tensors;
    for (std::size_t n = 0; n < names.size(); ++n) tensors.push_back({names[n], shapes[n], values[n]});
    const WeightsMetadata nothing;  // a default argument that g++ 12 holds for uninitialised here
    write_weights(to, tensors, nothing);
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
