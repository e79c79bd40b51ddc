// SPDX-License-Identifier: MIT
#pragma once

#include <denim/loss/target.hpp>
#include <denim/machine/random.hpp>
#include <denim/network/graph_table.hpp>
#include <denim/tensor/aligned_array.hpp>
#include <denim/tensor/row.hpp>

#include <cstddef>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// All that a network holds, without its type: for who works on many.
template <class Stored>
struct NetworkState {
    const GraphTable* graph;
    AlignedArray<Stored> parameters;
    std::vector<Row> rows;                ///< as the settings were when `update_rows` was called last
    std::vector<LayerSettings> settings;  ///< of each entry of the flat list
    std::vector<Gives> gives;             ///< of each head

    NetworkState(const GraphTable& of, Seed seed);

    /// False when it was moved from.
    [[nodiscard]] bool whole() const { return parameters.size() == graph->numbers && settings.size() == graph->entries.size(); }
    void update_rows() { denim::update_rows(*graph, settings, rows); }
};

template <class Stored>
NetworkState<Stored>::NetworkState(const GraphTable& of, Seed seed)
    : graph(&of), parameters(of.numbers), rows(make_rows(of)), settings(of.entries.size()), gives(of.heads.size()) {
    for (std::size_t n = 0; n < settings.size(); ++n) settings[n].rate = of.entries[n].rate;
    initialise(of, parameters.data(), seed);
}

DENIM_TEMPLATE(struct NetworkState<float>);
DENIM_TEMPLATE(struct NetworkState<double>);

}  // namespace denim::inline DENIM_TARGET
