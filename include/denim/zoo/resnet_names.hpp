// SPDX-License-Identifier: MIT
#pragma once

// The names that torchvision gives to the arrays of a ResNet: order alone does not tell its shortcuts from the layers beside them.

#include <denim/machine/number_text.hpp>
#include <denim/zoo/torchvision_names.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>

namespace denim::inline DENIM_TARGET::zoo {

/// {{"0.0.0.weights", "conv1.weight"}, ...} for a network of ResNet18, ResNet34 or ResNet50:
/// import_weights(network, file, WeightLayout::pytorch, {.names = zoo::resnet_names(network)}).
template <class Network>
std::map<std::string, std::string> resnet_names(const Network& network) {
    // Rows of a stage's first block are "element.0.convolution.layer.slot", of a repeated one "element.number.0.convolution.layer.slot".
    std::size_t inside = 0;  // convolutions of a block, without the shortcut
    static_cast<void>(detail::torchvision_names(network, [&](const detail::Places& at) {
        if (at.size() == 5) inside = std::max(inside, at[3] + 1);
        return "";
    }));
    std::size_t stage = 0, first_repeated = 0, element = 0;
    return detail::torchvision_names(network, [&](const detail::Places& at) -> std::string {
        const std::size_t layer = at.back();
        if (at.size() == 1) return "fc";
        if (at.size() == 3) return layer == 0 ? "conv1" : "bn1";
        const bool repeated = at.size() == 5;
        if (at[0] != element && (!repeated || stage == 0)) {
            ++stage;
            first_repeated = repeated ? 0 : 1;
        }
        element = at[0];
        const std::size_t convolution = at[at.size() - 2], block = repeated ? first_repeated + at[1] : 0;
        const std::string inner = convolution == inside ? denim::detail::sentence("downsample.", layer)
                                                        : denim::detail::sentence(layer == 0 ? "conv" : "bn", convolution + 1);
        return denim::detail::sentence("layer", stage, '.', block, '.', inner);
    });
}

}  // namespace denim::inline DENIM_TARGET::zoo
