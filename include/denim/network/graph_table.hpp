// SPDX-License-Identifier: MIT
#pragma once

// A network's graph as a table: what who works on its parameters and settings has to know, without its type.

#include <denim/machine/each_index.hpp>
#include <denim/network/graph.hpp>
#include <denim/network/initialise.hpp>
#include <denim/network/names.hpp>
#include <denim/tensor/row.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// A parameter, the entry of the flat list that it belongs to, and where it begins in the network's array.
struct PlacedParameter {
    Parameter parameter;
    std::size_t entry = 0, offset = 0;
};

/// Views of constants: it holds nothing.
struct GraphTable {
    Shape input;
    std::span<const std::size_t> heads;  ///< how many logits each has
    std::span<const Entry> entries;
    std::span<const PlacedParameter> parameters;
    std::size_t numbers = 0;                       ///< in the network's array
    std::vector<std::string> (*names)() = nullptr;  ///< of the entries: "2.0"
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

}  // namespace detail

template <class Graph>
inline constexpr GraphTable graph_table{Graph::input,
                                        Graph::heads,
                                        Graph::trace.entries,
                                        detail::parameters_of<Graph>,
                                        Graph::trace.parameters,
                                        &detail::entry_names<typename Graph::Layers>};

/// The rows of a network that has just begun.
inline std::vector<Row> make_rows(const GraphTable& graph) {
    const std::vector<std::string> names = graph.names();
    std::vector<Row> rows;
    for (const auto& [parameter, entry, offset] : graph.parameters)
        rows.push_back({names[entry] + "." + parameter.name, parameter.extents, offset, parameter.moved == Moved::by_gradient, parameter.decays,
                        parameter.moved});
    return rows;
}

/// What optimizers see of the settings.
inline void update_rows(const GraphTable& graph, std::span<const LayerSettings> settings, std::span<Row> rows) {
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto& [parameter, entry, offset] = graph.parameters[row];
        rows[row].trained = !settings[entry].frozen && parameter.moved == Moved::by_gradient;
        rows[row].l2 = parameter.decays && parameter.moved == Moved::by_gradient ? settings[entry].l2 : 0;
    }
}

/// The beginning of a network's parameters.
template <class Scalar>
void initialise(const GraphTable& graph, Scalar* numbers, Seed seed) {
    for (std::size_t row = 0; row < graph.parameters.size(); ++row)
        initialise(graph.parameters[row].parameter, numbers + graph.parameters[row].offset, seed, row);
}

}  // namespace denim::inline DENIM_TARGET
