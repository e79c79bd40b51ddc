// SPDX-License-Identifier: MIT
#pragma once

// A layer as users write it, while a file of another framework is spelled.

#include <denim/layer/spelling_table.hpp>
#include <denim/machine/file_error.hpp>
#include <denim/machine/number_text.hpp>
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

/// One parameter of a layer: what its row is called behind the layer's place, and its shape.
struct SpelledRow {
    std::string name;
    std::vector<std::size_t> shape;
};

/// "Conv<3, 32, Same>" in its parts; of a composition the layers within stand behind them.
struct SpelledLayer {
    enum class Takes { nothing, of_conv, of_dense };  ///< an activation as an option, and whose default it has

    std::size_t number;  ///< alike in two chains for one and the same layer
    std::string word;
    std::vector<std::string> parts = {};
    Takes takes = Takes::nothing;
    std::vector<SpelledLayer> children = {};
    std::vector<SpelledRow> rows = {};
    std::optional<std::size_t> source = {};  ///< of a layer with rows: which of the file's layers it is
    std::string alias = {};                  ///< what stands for all of it
};

inline std::string text(const SpelledLayer& layer) {
    if (!layer.alias.empty()) return layer.alias;
    std::string list;
    const auto add = [&](const std::string& part) { list += (list.empty() ? "" : ", ") + part; };
    for (const std::string& part : layer.parts) add(part);
    for (const SpelledLayer& child : layer.children)
        if (layer.word != "Repeat" || &child == layer.children.data()) add(text(child));
    if (list.empty() && layer.word != "Sequential") return layer.word;
    return layer.word + '<' + list + (layer.takes == SpelledLayer::Takes::of_conv ? ", Linear>" : ">");
}

/// The layers from `first` on as one: itself if there is one, else a Sequential.
inline SpelledLayer as_one(const std::vector<SpelledLayer>& layers, std::size_t first) {
    if (layers.size() == first + 1) return layers.back();
    SpelledLayer line{0, "Sequential"};
    line.children.assign(layers.begin() + static_cast<std::ptrdiff_t>(first), layers.end());
    return line;
}

/// So many layers from `first` on, with commas.
inline std::string listed(const std::vector<SpelledLayer>& layers, std::size_t first, std::size_t count) {
    std::string list;
    for (std::size_t n = first; n < first + count; ++n) list += (n == first ? "" : ", ") + text(layers[n]);
    return list;
}

/// "Epsilon<1e-05>" and "Epsilon<0.00001>" alike.
inline std::string with_plain_numbers(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = text.find_first_of("<>, ", at);
        if (end == at) end = at + 1;
        const std::string word{text.substr(at, end - at)};
        result += word[0] >= '0' && word[0] <= '9' ? shortest_text(number_in(word)) : word;
        at = std::min(end, text.size());
    }
    return result;
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

/// The parameter of a layer of the table that has one: "slope" of PReLU; none of others.
inline std::vector<std::string> parameter_of_word(std::string_view word) {
    for (const SpellingRow& row : spelling_table)
        if (row.word == word && learns(row)) {
            const std::string_view before = row.onnx.substr(0, row.onnx.find("..."));
            return {std::string{before.substr(before.rfind(' ') + 1)}};
        }
    return {};
}

/// Our word for an activation under Keras's name, numbers behind it: "leaky_relu of 0.3".
inline std::string activation_word(std::string_view name) {
    if (const auto word = respelled(name, &SpellingRow::keras, &SpellingRow::word); word && !word_of_class(name)) return *word;
    throw std::invalid_argument("the activation " + in_quotes(name) + " has no spelling");
}

/// A word of C++ itself.
inline bool is_keyword(std::string_view name) {
    static constexpr std::string_view words[] = {
        "alignas",   "alignof",   "and",       "and_eq",       "asm",          "auto",       "bitand",        "bitor",     "bool",        "break",
        "case",      "catch",     "char",      "char16_t",     "char32_t",     "char8_t",    "class",         "co_await",  "co_return",   "co_yield",
        "compl",     "concept",   "const",     "const_cast",   "consteval",    "constexpr",  "constinit",     "continue",  "decltype",    "default",
        "delete",    "do",        "double",    "dynamic_cast", "else",         "enum",       "explicit",      "export",    "extern",      "false",
        "float",     "for",       "friend",    "goto",         "if",           "inline",     "int",           "long",      "mutable",     "namespace",
        "new",       "noexcept",  "not",       "not_eq",       "nullptr",      "operator",   "or",            "or_eq",     "private",     "protected",
        "public",    "register",  "requires",  "return",       "short",        "signed",     "sizeof",        "static",    "static_cast", "struct",
        "switch",    "template",  "this",      "thread_local", "throw",        "true",       "try",           "typedef",   "typeid",      "typename",
        "union",     "unsigned",  "using",     "virtual",      "void",         "volatile",   "wchar_t",       "while",     "xor",         "xor_eq",
        "static_assert", "reinterpret_cast"};
    return std::ranges::find(words, name) != std::end(words);
}

/// What C++ takes as the name of a type, but for its keywords.
inline bool is_identifier(std::string_view name) {
    const auto fits = [](char letter) {
        return letter == '_' || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
    };
    return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, fits);
}

}  // namespace denim::inline DENIM_TARGET::detail
