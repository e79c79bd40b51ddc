// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/spelling.hpp>
#include <denim/network/graph_table.hpp>

#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>

namespace denim::inline DENIM_TARGET::detail {

/// Spelled layers with what each Recompute is named as: "Recompute<A, B>" becomes "Sequential<A, B>", and "Recompute<A>" becomes "A". How
/// a network is trained is no part of what its weights are.
DENIM_ONCE std::string without_recompute(std::string text);

/// "Image<120, 90, 3>, Sequential<Conv<5, 64>, MaxPool, ...>", alike on every compiler, with Recompute the same as without; behind it blocks
/// with names of their own, and what they stand for: "; Basic<64>: Sequential<...>".
DENIM_ONCE std::string architecture_of(const GraphTable& graph);
template <class Network>
std::string architecture_of() {
    return architecture_of(graph_table<typename Network::Graph>);
}

}  // namespace denim::inline DENIM_TARGET::detail

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::detail {

DENIM_ONCE std::string without_recompute(std::string text) {
    constexpr std::string_view word = "Recompute<";
    for (std::size_t at = text.size(); (at = text.rfind(word, at)) != text.npos;) {  // inner ones first
        if (at == 0 || (text[at - 1] != '_' && text[at - 1] != ':' && !std::isalnum(static_cast<unsigned char>(text[at - 1])))) {
            std::size_t end = at + word.size(), depth = 0;
            bool several = false;
            for (; end < text.size() && (text[end] != '>' || depth > 0); ++end) {
                several = several || (text[end] == ',' && depth == 0);
                if (text[end] == '<') ++depth;
                if (text[end] == '>') --depth;
            }
            if (several) {
                text.replace(at, word.size(), "Sequential<");
            } else {
                text.erase(end, 1);
                text.erase(at, word.size());
            }
        }
        if (at-- == 0) break;
    }
    return text;
}

DENIM_ONCE std::string architecture_of(const GraphTable& graph) {
    std::string text = spelling_in(graph.said_of_input) + ", " + spelling_in(graph.said_of_layers);
    const EntryNames names = graph.names();
    for (std::size_t block = 0; block < names.blocks.size(); ++block)  // each once, as what it stands for
        if (const std::string line = "; " + names.blocks[block] + ": " + names.block_layers[block]; text.find(line) == std::string::npos) text += line;
    return without_recompute(text);
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
