// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/settings_record.hpp>
#include <denim/network/names.hpp>
#include <denim/network/network.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// "2.rate = 0.5" for each layer of a network that has a rate. The other settings of layers stand in the rows.
template <class Network>
void describe_dropout(const Network& network, SettingsRecord& to) {
    const std::vector<std::string> names = entry_names<typename Network::Layers>();
    for (std::size_t n = 0; n < names.size(); ++n)
        if (Network::Graph::trace.entries[n].has_rate) to(names[n] + ".rate", network.all_settings()[n].rate);
}

}  // namespace denim::inline DENIM_TARGET::detail
