// SPDX-License-Identifier: MIT
#pragma once

// Howard et al., "MobileNets: Efficient convolutional neural networks for mobile vision applications" (2017), table 1, with Keras's ReLU6. For
// pictures of 224 x 224 x 3; smaller ones fit too.

#include <denim/layer/clip_function.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/repeat.hpp>
#include <denim/zoo/conv_norm.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::zoo {

/// A window a channel, then a convolution of 1 x 1 to Channels, each with BatchNorm and ReLU6; figure 3. Zeros as Keras has them where sizes
/// are even.
template <std::size_t Channels, std::size_t Step = 1>
struct SeparableBlock : Sequential<DepthwiseConv<3, Same, Stride<Step>, Linear, NoBias>, BatchNorm, Activation<ReLU6>,  //
                                   Conv<1, Channels, Linear, NoBias>, BatchNorm, Activation<ReLU6>> {};

/// 4,231,976 parameters and 569 M multiply-adds for 1,000 classes at 224 x 224 and the whole width. `Percent` is
/// the paper's width multiplier in hundredths. Weights: Keras's MobileNet, whose last layer is a convolution of 1 x 1.
template <std::size_t Classes = 1000, std::size_t Percent = 100>
using MobileNetV1 = Sequential<Conv<3, 32 * Percent / 100, Same, Stride<2>, Linear, NoBias>, BatchNorm, Activation<ReLU6>,          //
                               SeparableBlock<64 * Percent / 100>,                                                                  //
                               SeparableBlock<128 * Percent / 100, 2>, SeparableBlock<128 * Percent / 100>,                         //
                               SeparableBlock<256 * Percent / 100, 2>, SeparableBlock<256 * Percent / 100>,                         //
                               SeparableBlock<512 * Percent / 100, 2>, Repeat<5, SeparableBlock<512 * Percent / 100>>,              //
                               SeparableBlock<1024 * Percent / 100, 2>, SeparableBlock<1024 * Percent / 100>,                       //
                               GlobalPool<Average>, Conv<1, Classes, Linear>>;

}  // namespace denim::inline DENIM_TARGET::zoo
