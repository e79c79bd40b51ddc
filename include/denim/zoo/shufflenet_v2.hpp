// SPDX-License-Identifier: MIT
#pragma once

// Ma et al., "ShuffleNet V2: Practical guidelines for efficient CNN architecture design" (2018), table 5. For pictures of 224 x 224 x 3; smaller
// ones fit too.

#include <denim/layer/composition.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/parallel.hpp>
#include <denim/layer/pool.hpp>
#include <denim/layer/repeat.hpp>
#include <denim/layer/shuffle_channels.hpp>
#include <denim/layer/split_channels.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/zoo/conv_norm.hpp>
#include <denim/zoo/torchvision_names.hpp>

#include <cstddef>
#include <map>
#include <string>

namespace denim::inline DENIM_TARGET::zoo {

/// Half of the channels as they are, half by way of 1 x 1, a window a channel and 1 x 1; figure 3 (c).
template <std::size_t Channels>
struct ShuffleUnit
    : Sequential<SplitChannels<Sequential<>, Sequential<ConvNorm<1, Channels / 2>, DepthwiseNorm<3, Linear>, ConvNorm<1, Channels / 2>>>,
                 ShuffleChannels<2>> {};

/// The first of a stage: half as many rows and columns, all channels in both branches; figure 3 (d).
template <std::size_t Channels>
struct ShuffleDown
    : Sequential<Parallel<Sequential<DepthwiseNorm<3, Linear, Stride<2>>, ConvNorm<1, Channels / 2>>,
                          Sequential<ConvNorm<1, Channels / 2>, DepthwiseNorm<3, Linear, Stride<2>>, ConvNorm<1, Channels / 2>>>,
                 ShuffleChannels<2>> {};

namespace detail {

/// Channels of the first stage.
template <std::size_t Percent>
consteval std::size_t shuffle_channels() {
    static_assert(Percent == 50 || Percent == 100 || Percent == 150 || Percent == 200,
                  "denim: ShuffleNetV2: a width of 50, 100, 150 or 200 per cent was expected.");
    return Percent == 50 ? 48 : Percent == 150 ? 176 : Percent == 200 ? 244 : 116;
}

template <std::size_t Channels, std::size_t Repeats>
using ShuffleStage = Sequential<ShuffleDown<Channels>, Repeat<Repeats, ShuffleUnit<Channels>>>;

}  // namespace detail

/// 2,278,604 parameters and 145 M multiply-adds for 1,000 classes at 224 x 224; with 50 per cent of the width, 1,366,792 and 40 M. Weights:
/// torchvision's shufflenet_v2_x1_0 and its like, with shufflenet_v2_names.
template <std::size_t Classes = 1000, std::size_t Percent = 100>
using ShuffleNetV2 = Sequential<ConvNorm<3, 24, ReLU, Stride<2>>, Pool<Max, 3, Stride<2>, Padding<1>>,  //
                                detail::ShuffleStage<detail::shuffle_channels<Percent>(), 3>,           //
                                detail::ShuffleStage<2 * detail::shuffle_channels<Percent>(), 7>,       //
                                detail::ShuffleStage<4 * detail::shuffle_channels<Percent>(), 3>,       //
                                ConvNorm<1, Percent == 200 ? 2048 : 1024>, GlobalPool<Average>, Dense<Classes>>;

/// The names that torchvision gives to the arrays of a ShuffleNetV2, whose branches order alone does not tell apart:
/// import_weights(network, file, WeightLayout::pytorch, {.names = zoo::shufflenet_v2_names(network)}).
template <class Network>
std::map<std::string, std::string> shufflenet_v2_names(const Network& network) {
    // Layers of the first block of a stage are {element, 0, 0, branch, convolution, layer}, of a repeated one {element, 1, number, 0, 1,
    // convolution, layer}. Between convolutions with an activation and the next there are three places, else two.
    return detail::torchvision_names(network, [](const detail::Places& at) -> std::string {
        using denim::detail::sentence;
        if (at.size() == 1) return "fc";
        if (at.size() == 2) return sentence(at[0] == 0 ? "conv1." : "conv5.", at[1]);
        const bool first = at[1] == 0;
        const std::size_t branch = at[at.size() - 3], convolution = at[at.size() - 2], layer = at.back();
        const std::size_t begin = branch == 0 ? 2 * convolution : convolution == 0 ? 0 : 2 * convolution + 1;
        return sentence("stage", at[0], '.', first ? 0 : at[2] + 1, ".branch", branch + 1, '.', begin + layer);
    });
}

}  // namespace denim::inline DENIM_TARGET::zoo
