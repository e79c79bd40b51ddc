// SPDX-License-Identifier: MIT
#pragma once

// Szegedy et al., "Going deeper with convolutions" (2015), table 1, with BatchNorm and 3 x 3 for 5 x 5, as torchvision has it, and without the two
// classifiers beside the way. For pictures of 224 x 224 x 3; smaller ones fit too.

#include <denim/layer/composition.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/parallel.hpp>
#include <denim/layer/pool.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/zoo/conv_norm.hpp>
#include <denim/zoo/torchvision_names.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <string>

namespace denim::inline DENIM_TARGET::zoo {

/// Four ways side by side: 1 x 1; 1 x 1 and 3 x 3; 1 x 1 and 3 x 3 again; a pool and 1 x 1. Channels as in the columns of table 1.
template <std::size_t One, std::size_t ThreeReduced, std::size_t Three, std::size_t FiveReduced, std::size_t Five, std::size_t Pooled>
struct Inception : Sequential<Parallel<ConvNorm<1, One>, Sequential<ConvNorm<1, ThreeReduced>, ConvNorm<3, Three>>,
                                       Sequential<ConvNorm<1, FiveReduced>, ConvNorm<3, Five>>,
                                       Sequential<Pool<Max, 3, Stride<1>, Padding<1>>, ConvNorm<1, Pooled>>>> {};

/// 6,624,904 parameters and 1.50 G multiply-adds for 1,000 classes at 224 x 224. The paper's dropout in front of the last layer is left to the
/// user. Weights: torchvision's googlenet with aux_logits=False, with googlenet_names.
template <std::size_t Classes = 1000>
using GoogLeNet = Sequential<ConvNorm<7, 64, ReLU, Stride<2>>, Pool<Max, 3, Stride<2>, CeilMode>,                             //
                             ConvNorm<1, 64>, ConvNorm<3, 192>, Pool<Max, 3, Stride<2>, CeilMode>,                            //
                             Inception<64, 96, 128, 16, 32, 32>, Inception<128, 128, 192, 32, 96, 64>,                        //
                             Pool<Max, 3, Stride<2>, CeilMode>,                                                               //
                             Inception<192, 96, 208, 16, 48, 64>, Inception<160, 112, 224, 24, 64, 64>,                       //
                             Inception<128, 128, 256, 24, 64, 64>, Inception<112, 144, 288, 32, 64, 64>,                      //
                             Inception<256, 160, 320, 32, 128, 128>, Pool<Max, 2, Stride<2>, CeilMode>,                       //
                             Inception<256, 160, 320, 32, 128, 128>, Inception<384, 192, 384, 48, 128, 128>,                  //
                             GlobalPool<Average>, Dense<Classes>>;

/// The names that torchvision gives to the arrays of a GoogLeNet, whose branches order alone does not tell apart:
/// import_weights(network, file, WeightLayout::pytorch, {.names = zoo::googlenet_names(network)}).
template <class Network>
std::map<std::string, std::string> googlenet_names(const Network& network) {
    // Layers outside of the blocks are {element, layer}, in them {element, 0, branch, layer} or {element, 0, branch, number, layer}.
    static constexpr std::array<const char*, 18> elements{"conv1",       "",            "conv2",       "conv3",       "",            "inception3a",
                                                          "inception3b", "",            "inception4a", "inception4b", "inception4c", "inception4d",
                                                          "inception4e", "",            "inception5a", "inception5b", "",            "fc"};
    return detail::torchvision_names(network, [](const detail::Places& at) {
        std::string name = elements.at(at[0]);
        if (at.size() == 1) return name;
        if (at.size() > 2) name += denim::detail::sentence(".branch", at[2] + 1);
        if (at.size() == 5) name += denim::detail::sentence('.', at[3]);
        return name + (at.back() == 0 ? ".conv" : ".bn");
    });
}

}  // namespace denim::inline DENIM_TARGET::zoo
