// SPDX-License-Identifier: MIT
#pragma once

// The names that torchvision gives to the arrays of a ResNet: order alone does not tell its shortcuts from the layers beside them.

#include <denim/machine/number_text.hpp>
#include <denim/tensor/row.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET::zoo {

/// {{"0.0.0.weights", "conv1.weight"}, ...} for a network of ResNet18, ResNet34 or ResNet50:
/// import_weights(network, file, WeightLayout::pytorch, {.names = zoo::resnet_names(network)}).
template <class Network>
std::map<std::string, std::string> resnet_names(const Network& network) {
    static constexpr auto parts_of = [](std::string_view name) {
        std::vector<std::string> parts;
        for (std::size_t dot = 0; dot != name.npos; name.remove_prefix(dot == name.npos ? 0 : dot + 1)) {
            dot = name.find('.');
            parts.emplace_back(name.substr(0, dot));
        }
        return parts;
    };
    static const std::map<std::string_view, std::string_view> slots{{"weights", "weight"},   {"bias", "bias"},         {"gamma", "weight"},
                                                                    {"beta", "bias"},        {"mean", "running_mean"}, {"variance", "running_var"}};
    // Rows of a stage's first block are "element.0.convolution.layer.slot", of a repeated one "element.number.0.convolution.layer.slot".
    std::size_t inside = 0;  // convolutions of a block, without the shortcut
    for (const Row& row : network.rows())
        if (const auto parts = parts_of(row.name); parts.size() == 6) inside = std::max<std::size_t>(inside, std::stoul(parts[3]) + 1);
    std::map<std::string, std::string> names;
    std::size_t stage = 0, first_repeated = 0;
    std::string element;
    for (const Row& row : network.rows()) {
        const auto parts = parts_of(row.name);
        const std::string slot{slots.at(parts.back())};
        std::string& name = names[row.name];
        if (parts.size() == 2) {
            name = "fc." + slot;
        } else if (parts.size() == 4) {
            name = (parts[2] == "0" ? "conv1." : "bn1.") + slot;
        } else {
            const bool repeated = parts.size() == 6;
            if (parts[0] != element && (!repeated || stage == 0)) {
                ++stage;
                first_repeated = repeated ? 0 : 1;
            }
            element = parts[0];
            const std::size_t convolution = std::stoul(parts[parts.size() - 3]), block = repeated ? first_repeated + std::stoul(parts[1]) : 0;
            const std::string& layer = parts[parts.size() - 2];
            name = denim::detail::sentence("layer", stage, '.', block, '.');
            name += convolution == inside ? "downsample." + layer : (layer == "0" ? "conv" : "bn") + std::to_string(convolution + 1);
            name += '.' + slot;
        }
    }
    return names;
}

}  // namespace denim::inline DENIM_TARGET::zoo
