// SPDX-License-Identifier: MIT
#pragma once

// A network's graph as a table: what who works on its parameters and settings has to know, without its type.

#include <denim/machine/each_index.hpp>
#include <denim/machine/spelling.hpp>
#include <denim/network/graph.hpp>
#include <denim/network/initialise.hpp>
#include <denim/network/names.hpp>
#include <denim/tensor/row.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// A parameter, the entry of the flat list that it belongs to, and where it begins in the network's array.
struct PlacedParameter {
    Parameter parameter;
    std::size_t entry = 0, offset = 0;
};

/// Views of constants: it holds nothing.
struct GraphTable {
    Shape input, output;
    std::span<const std::size_t> heads;  ///< how many logits each has
    std::span<const Entry> entries;
    std::size_t result = 0;  ///< the value that leaves
    std::span<const RecomputedEntries> recomputed;
    std::span<const PlacedParameter> parameters;
    std::size_t numbers = 0;                         ///< in the network's array
    std::string_view said_of_input, said_of_layers;  ///< what the compiler says of their types, see spelling_in
    std::span<const std::string_view> said_of_entries;
    void (*name)(const std::string& of_all, detail::EntryNames& to) = nullptr;

    [[nodiscard]] detail::EntryNames names() const;
    /// An entry as users write it, "Conv<3, 32>"; a join by its last word, "Sum" of a Residual.
    [[nodiscard]] std::string word(std::size_t entry) const;
};

namespace detail {

template <class Graph>
inline constexpr auto parameters_of = [] {
    std::array<PlacedParameter, Graph::trace.rows> all{};
    std::size_t row = 0;
    each_index<0, Graph::count>([&]<std::size_t Index>() {
        if constexpr (Graph::trace.entries[Index].rows > 0) {
            std::size_t offset = Graph::trace.entries[Index].first_parameter;
            for (const Parameter& parameter : Graph::template At<Index>::parameters(Graph::trace.entries[Index].in)) {
                all[row++] = {parameter, Index, offset};
                offset += parameter.extents.size();
            }
        }
    });
    return all;
}();

template <class Graph>
inline constexpr auto said_of_entries = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return std::array<std::string_view, Graph::count>{said_of<typename Graph::template At<Index>>()...};
}(std::make_index_sequence<Graph::count>{});

}  // namespace detail

template <class Graph>
inline constexpr GraphTable graph_table{.input = Graph::input,
                                        .output = Graph::output,
                                        .heads = Graph::heads,
                                        .entries = Graph::trace.entries,
                                        .result = Graph::trace.result,
                                        .recomputed = Graph::recomputed,
                                        .parameters = detail::parameters_of<Graph>,
                                        .numbers = Graph::trace.parameters,
                                        .said_of_input = detail::said_of<typename Graph::Picture>(),
                                        .said_of_layers = detail::said_of<typename Graph::Layers>(),
                                        .said_of_entries = detail::said_of_entries<Graph>,
                                        .name = &detail::name_entries<typename Graph::Layers>};

/// The rows of a network that has just begun.
DENIM_ONCE std::vector<Row> make_rows(const GraphTable& graph);

/// What optimizers see of the settings.
DENIM_ONCE void update_rows(const GraphTable& graph, std::span<const LayerSettings> settings, std::span<Row> rows);

/// The beginning of a network's parameters.
template <class Stored>
void initialise(const GraphTable& graph, Stored* numbers, Seed seed) {
    for (std::size_t row = 0; row < graph.parameters.size(); ++row)
        initialise(graph.parameters[row].parameter, numbers + graph.parameters[row].offset, seed, row);
}

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE detail::EntryNames GraphTable::names() const {
    detail::EntryNames all;
    name("", all);
    return all;
}

DENIM_ONCE std::string GraphTable::word(std::size_t entry) const {
    std::string text = detail::spelling_in(said_of_entries[entry]);
    if (const std::size_t at = text.rfind("::"); entries[entry].role == Role::join && at != text.npos) text.erase(0, at + 2);
    return text;
}

DENIM_ONCE std::vector<Row> make_rows(const GraphTable& graph) {
    const std::vector<std::string> names = graph.names().entries;
    std::vector<Row> rows;
    for (const auto& [parameter, entry, offset] : graph.parameters)
        rows.push_back({names[entry] + "." + parameter.name, parameter.extents, offset, parameter.moved == Moved::by_gradient, parameter.decays,
                        parameter.moved});
    return rows;
}

DENIM_ONCE void update_rows(const GraphTable& graph, std::span<const LayerSettings> settings, std::span<Row> rows) {
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto& [parameter, entry, offset] = graph.parameters[row];
        rows[row].trained = !settings[entry].frozen && parameter.moved == Moved::by_gradient;
        rows[row].rate_factor = settings[entry].rate_factor;
        rows[row].l2 = parameter.decays && parameter.moved == Moved::by_gradient ? settings[entry].l2 : 0;
    }
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
