// SPDX-License-Identifier: MIT
#pragma once

// A layer as users write it, while a file of another framework is spelled.

#include <denim/layer/spelling_table.hpp>
#include <denim/machine/file_error.hpp>
#include <denim/tensor/shape.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// "Conv<3, 32, Same>" in its parts.
struct SpelledLayer {
    enum class Takes { nothing, of_conv, of_dense };  ///< an activation as an option, and whose default it has

    std::size_t number;  ///< alike in two chains for one and the same layer
    std::string word;
    std::vector<std::string> parts;
    Takes takes;
};

inline std::string text(const SpelledLayer& layer) {
    if (layer.parts.empty()) return layer.word;
    std::string list;
    for (const std::string& part : layer.parts) list += (list.empty() ? "" : ", ") + part;
    return layer.word + '<' + list + (layer.takes == SpelledLayer::Takes::of_conv ? ", Linear>" : ">");
}

/// The layers from `first` on, with commas.
inline std::string listed(const std::vector<SpelledLayer>& layers, std::size_t first) {
    std::string list;
    for (std::size_t n = first; n < layers.size(); ++n) list += (list.empty() ? "" : ", ") + text(layers[n]);
    return list;
}

/// "3" for an axis each alike, else "1, 7".
inline std::string numbers_text(std::array<std::size_t, 2> numbers) {
    return numbers[0] == numbers[1] ? std::to_string(numbers[0]) : sentence(numbers[0], ", ", numbers[1]);
}

/// "1" for as many pixels all around, else those at the top, left, bottom and right.
inline std::string edges_text(const std::array<std::size_t, 4>& edges) {
    if (std::ranges::count(edges, edges[0]) == 4) return std::to_string(edges[0]);
    return sentence(edges[0], ", ", edges[1], ", ", edges[2], ", ", edges[3]);
}

/// A picture with so many more pixels at its top, left, bottom and right, or without them.
inline Shape padded(Shape in, const std::array<std::size_t, 4>& edges) {
    return {edges[0] + in.height + edges[2], edges[1] + in.width + edges[3], in.channels};
}
inline Shape cropped(Shape in, const std::array<std::size_t, 4>& edges) {
    if (in.height <= edges[0] + edges[2] || in.width <= edges[1] + edges[3]) throw std::invalid_argument("nothing is left of the picture");
    return {in.height - edges[0] - edges[2], in.width - edges[1] - edges[3], in.channels};
}

/// Every word of ours with its namespace in front.
inline std::string qualified(const std::string& text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool begins = text[at] >= 'A' && text[at] <= 'Z' && (at == 0 || text[at - 1] == ' ' || text[at - 1] == '<');
        result += begins ? std::string{"denim::"} + text[at] : std::string{text[at]};
    }
    return result;
}

/// Our word for a layer that the table of spellings has under the name of Keras's class; nothing if it has none.
inline std::optional<std::string> word_of_class(std::string_view keras) {
    for (const SpellingRow& row : spelling_table)
        if (is_layer(row) && row.keras == keras) return std::string{row.word};
    return std::nullopt;
}

/// Our word for an activation under Keras's name, numbers behind it: "leaky_relu of 0.3".
inline std::string activation_word(std::string_view name) {
    if (const auto word = respelled(name, &SpellingRow::keras, &SpellingRow::word); word && !word_of_class(name)) return *word;
    throw std::invalid_argument("the activation " + in_quotes(name) + " has no spelling");
}

/// What C++ takes as the name of a type, but for its keywords.
inline bool is_identifier(std::string_view name) {
    const auto fits = [](char letter) {
        return letter == '_' || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
    };
    return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, fits);
}

}  // namespace denim::inline DENIM_TARGET::detail
