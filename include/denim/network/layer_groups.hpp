// SPDX-License-Identifier: MIT
#pragma once

// Layers by name, as summary and files have them: which stay as they are, and which learn at a rate of their own.

#include <denim/machine/accepted.hpp>
#include <denim/network/network.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace denim {

/// Layers that learn alike. A name is that of a layer, "7", or of one inside a composition, "7.2"; it stands for all layers within.
struct LayerGroup {
    std::vector<std::string> layers;
    float rate_factor = 1;  ///< their part of the learning rate, at least 0
    bool frozen = false;    ///< they stay as they are; BatchNorm goes by its running statistics
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Calls change(settings) for each layer with parameters of a name. Throws std::invalid_argument if there is none.
template <class Change>
void change_layers(const GraphTable& graph, std::span<LayerSettings> settings, std::string_view name, Change change) {
    const std::vector<std::string> names = graph.names().entries;
    const auto within = [&](std::string_view own) {
        return own == name || (own.size() > name.size() && own.starts_with(name) && own[name.size()] == '.');
    };
    bool found = false, with_parameters = false;
    for (std::size_t entry = 0; entry < names.size(); ++entry) {
        if (!within(names[entry])) continue;
        found = true;
        if (graph.entries[entry].rows == 0) continue;
        with_parameters = true;
        change(settings[entry]);
    }
    if (with_parameters) return;
    const std::string asked = "denim: layers: '" + std::string{name} + "' ";
    if (found) throw std::invalid_argument(asked + "has no parameters that could learn or stay as they are");
    const std::string& last = names.back();
    throw std::invalid_argument(asked + "names no layer; names from '0' to '" + last.substr(0, last.find('.')) +
                                "' were expected, or of layers inside, as summary() lists them");
}

}  // namespace detail

/// Lets groups of layers learn as each says; layers in no group stay as they are set. A later group overrides one before. Throws
/// std::invalid_argument for a name that the network does not have or a factor that is not accepted, and then nothing has changed.
///
///     set_layer_groups(network, {{.layers = {"0", "1"}, .frozen = true}, {.layers = {"2"}, .rate_factor = 0.1f}});
template <class Network>
void set_layer_groups(Network& network, std::span<const LayerGroup> groups) {
    const auto all = network.all_settings();
    std::vector<LayerSettings> changed(all.begin(), all.end());
    for (const LayerGroup& group : groups) {
        check_setting("layers", "rate_factor", group.rate_factor, accepted_rate_factor);
        for (const std::string& name : group.layers)
            detail::change_layers(graph_table<typename Network::Graph>, changed, name, [&](LayerSettings& layer) {
                layer.rate_factor = group.rate_factor;
                layer.frozen = group.frozen;
            });
    }
    network.edit_settings([&](std::span<LayerSettings> to) { std::ranges::copy(changed, to.begin()); });
}
template <class Network>
void set_layer_groups(Network& network, std::initializer_list<LayerGroup> groups) {
    set_layer_groups(network, std::span{groups.begin(), groups.size()});
}

/// Keeps the layers of these names as they are while others learn, or, with `frozen` false, lets them learn again; their rates stay.
/// Throws std::invalid_argument for a name that the network does not have, and then nothing has changed.
template <class Network>
void freeze_layers(Network& network, const std::vector<std::string>& names, bool frozen = true) {
    const auto all = network.all_settings();
    std::vector<LayerSettings> changed(all.begin(), all.end());
    for (const std::string& name : names)
        detail::change_layers(graph_table<typename Network::Graph>, changed, name, [&](LayerSettings& layer) { layer.frozen = frozen; });
    network.edit_settings([&](std::span<LayerSettings> to) { std::ranges::copy(changed, to.begin()); });
}

}  // namespace denim::inline DENIM_TARGET
