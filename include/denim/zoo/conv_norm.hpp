// SPDX-License-Identifier: MIT
#pragma once

// What nearly every network of the zoo is made of: a convolution without a bias, BatchNorm and an activation.

#include <denim/layer/activation.hpp>
#include <denim/layer/batch_norm.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/depthwise_conv.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace denim::inline DENIM_TARGET::zoo {

/// A convolution of Window x Window with half a window of zeros around, as PyTorch's models have it, BatchNorm, and an activation, none for Linear.
template <std::size_t Window, std::size_t Channels, class Function = ReLU, class... Options>
using ConvNorm =
    std::conditional_t<std::is_same_v<Function, Linear>,  //
                       Sequential<Conv<Window, Channels, Padding<Window / 2>, Linear, NoBias, Options...>, BatchNorm>,
                       Sequential<Conv<Window, Channels, Padding<Window / 2>, Linear, NoBias, Options...>, BatchNorm, Activation<Function>>>;

/// The same for one window a channel.
template <std::size_t Window, class Function = ReLU, class... Options>
using DepthwiseNorm =
    std::conditional_t<std::is_same_v<Function, Linear>,  //
                       Sequential<DepthwiseConv<Window, Padding<Window / 2>, Linear, NoBias, Options...>, BatchNorm>,
                       Sequential<DepthwiseConv<Window, Padding<Window / 2>, Linear, NoBias, Options...>, BatchNorm, Activation<Function>>>;

/// So many per cent of channels as the MobileNets count them: the nearest multiple of 8, at least 8, and never less than nine tenths.
constexpr std::size_t scaled_channels(std::size_t channels, std::size_t percent) {
    const std::size_t exact = channels * percent, nearest = std::max<std::size_t>(8, (exact + 400) / 800 * 8);
    return 1000 * nearest < 9 * exact ? nearest + 8 : nearest;
}

}  // namespace denim::inline DENIM_TARGET::zoo
