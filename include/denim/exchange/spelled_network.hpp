// SPDX-License-Identifier: MIT
#pragma once

// A network of another framework's file in Denim's words, and its layers with their places.

#include <denim/exchange/spelled_layer.hpp>
#include <denim/machine/file_error.hpp>
#include <denim/tensor/shape.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The picture that it takes, and its layers.
struct SpelledNetwork {
    Shape picture;
    std::vector<detail::SpelledLayer> layers;
    bool without_softmax = false;  ///< the file's own ends in one, which probabilities() takes
};

namespace detail {

/// Calls visit(layer, place) for each layer that is no composition, in the order of a network's entries; "2.0" is the first within the third.
template <class Visit>
void each_leaf(const std::vector<SpelledLayer>& layers, const std::string& before, Visit visit) {
    for (std::size_t n = 0; n < layers.size(); ++n) {
        const std::string place = before + std::to_string(n);
        if (layers[n].children.empty())
            visit(layers[n], place);
        else
            each_leaf(layers[n].children, place + '.', visit);
    }
}

inline std::string input_text(Shape picture) {
    return picture.vector() ? sentence("Input<", picture.channels, '>')
                            : sentence("Image<", picture.height, ", ", picture.width, ", ", picture.channels, '>');
}

inline void require_identifier(const std::string& name) {
    if (!is_identifier(name) || is_keyword(name)) throw std::invalid_argument(in_quotes(name) + " is no name of a type in C++");
}

/// "using NAME = denim::Network<...>;", a line for each layer.
inline std::string spelling_of(const SpelledNetwork& network, const std::string& name) {
    require_identifier(name);
    std::string lines = network.without_softmax ? "// Without the softmax at its end, which probabilities() takes.\n" : "";
    lines += "using " + name + " = denim::Network<denim::" + input_text(network.picture) + ", denim::Sequential<";
    for (const SpelledLayer& layer : network.layers)
        lines += (&layer == network.layers.data() ? "\n    " : ",\n    ") + qualified(text(layer));
    return lines + ">>;\n";
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
