// SPDX-License-Identifier: MIT
#pragma once

// Radosavovic et al., "Designing network design spaces" (2020), table 8. For pictures of 224 x 224 x 3; smaller ones fit too.

#include <denim/layer/activation.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/repeat.hpp>
#include <denim/layer/residual.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/zoo/conv_norm.hpp>
#include <denim/zoo/inverted_residual.hpp>
#include <denim/zoo/torchvision_names.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <string>

namespace denim::inline DENIM_TARGET::zoo {

/// The block Y: 1 x 1, 3 x 3 in groups of GroupWidth channels, squeeze and excitation to a quarter of what came in, 1 x 1.
template <std::size_t Channels, std::size_t GroupWidth>
struct RegNetBlock : Sequential<Residual<ConvNorm<1, Channels>, ConvNorm<3, Channels, ReLU, Groups<Channels / GroupWidth>>,
                                         Excite<Channels, Channels / 4, ReLU, Sigmoid>, ConvNorm<1, Channels, Linear>>,
                                Activation<ReLU>> {};
/// The first of a stage: from In channels, half as many rows and columns.
template <std::size_t In, std::size_t Channels, std::size_t GroupWidth>
struct RegNetDown : Sequential<Residual<ConvNorm<1, Channels>, ConvNorm<3, Channels, ReLU, Groups<Channels / GroupWidth>, Stride<2>>,
                                        Excite<Channels, In / 4, ReLU, Sigmoid>, ConvNorm<1, Channels, Linear>,
                                        Shortcut<Conv<1, Channels, Stride<2>, Linear, NoBias>, BatchNorm>>,
                               Activation<ReLU>> {};

/// 4,344,144 parameters and 402 M multiply-adds for 1,000 classes at 224 x 224. Weights: torchvision's regnet_y_400mf, with regnet_names.
template <std::size_t Classes = 1000>
using RegNetY400MF = Sequential<ConvNorm<3, 32, ReLU, Stride<2>>,                            //
                                RegNetDown<32, 48, 8>,                                       //
                                RegNetDown<48, 104, 8>, Repeat<2, RegNetBlock<104, 8>>,      //
                                RegNetDown<104, 208, 8>, Repeat<5, RegNetBlock<208, 8>>,     //
                                RegNetDown<208, 440, 8>, Repeat<5, RegNetBlock<440, 8>>,     //
                                GlobalPool<Average>, Dense<Classes>>;

/// The names that torchvision gives to the arrays of a RegNet, whose shortcuts stand in front of the layers beside them there:
/// import_weights(network, file, WeightLayout::pytorch, {.names = zoo::regnet_names(network)}).
template <class Network>
std::map<std::string, std::string> regnet_names(const Network& network) {
    // Layers of the first block of a stage are {element, 0, part, layer}, of a repeated one {element, number, 0, part, layer}.
    static constexpr std::array parts{"f.a.", "f.b.", "f.se.fc", "f.c.", "proj."};
    std::size_t stage = 0, element = 0;
    return detail::torchvision_names(network, [&](const detail::Places& at) -> std::string {
        using denim::detail::sentence;
        if (at.size() == 1) return "fc";
        if (at.size() == 2) return sentence("stem.", at[1]);
        const bool repeated = at.size() == 5;
        if (at[0] != element && !repeated) ++stage;
        element = at[0];
        return sentence("trunk_output.block", stage, ".block", stage, '-', repeated ? at[1] + 1 : 0, '.', parts.at(at[at.size() - 2]), at.back());
    });
}

}  // namespace denim::inline DENIM_TARGET::zoo
