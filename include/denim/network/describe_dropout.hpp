// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/settings_record.hpp>
#include <denim/network/graph_table.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// "2.rate = 0.5" for each layer of a network that has a rate. The other settings of layers stand in the rows.
DENIM_ONCE void describe_dropout(const GraphTable& graph, std::span<const LayerSettings> settings, SettingsRecord& to);

}  // namespace denim::inline DENIM_TARGET::detail

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::detail {

DENIM_ONCE void describe_dropout(const GraphTable& graph, std::span<const LayerSettings> settings, SettingsRecord& to) {
    const std::vector<std::string> names = graph.names().entries;
    for (std::size_t n = 0; n < names.size(); ++n)
        if (graph.entries[n].has_rate) to(names[n] + ".rate", settings[n].rate);
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
