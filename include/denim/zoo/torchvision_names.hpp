// SPDX-License-Identifier: MIT
#pragma once

// What torchvision calls the arrays of a network, from where they stand in ours.

#include <denim/tensor/row.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET::zoo::detail {

/// The places of a row's layer, {2, 0, 1} of "2.0.1.weights", from the outside to the inside.
using Places = std::vector<std::size_t>;

/// {{"2.0.1.weights", "NAME.weight"}, ...} for all rows, where `name(places)` is what torchvision calls the layer.
template <class Network, class Name>
std::map<std::string, std::string> torchvision_names(const Network& network, Name name) {
    static const std::map<std::string_view, std::string_view> slots{{"weights", "weight"}, {"bias", "bias"},         {"gamma", "weight"},
                                                                    {"beta", "bias"},      {"mean", "running_mean"}, {"variance", "running_var"}};
    std::map<std::string, std::string> names;
    for (const Row& row : network.rows()) {
        Places places;
        std::size_t begin = 0;
        for (std::size_t dot = 0; (dot = row.name.find('.', begin)) != row.name.npos; begin = dot + 1)
            places.push_back(std::stoul(row.name.substr(begin, dot - begin)));
        names[row.name] = name(places) + '.' + std::string{slots.at(std::string_view{row.name}.substr(begin))};
    }
    return names;
}

}  // namespace denim::inline DENIM_TARGET::zoo::detail
