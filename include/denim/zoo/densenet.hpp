// SPDX-License-Identifier: MIT
#pragma once

// Huang et al., "Densely connected convolutional networks" (2017), table 1. For pictures of 224 x 224 x 3; smaller ones fit too.

#include <denim/layer/activation.hpp>
#include <denim/layer/batch_norm.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/parallel.hpp>
#include <denim/layer/pool.hpp>
#include <denim/layer/repeat.hpp>
#include <denim/zoo/conv_norm.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::zoo {

/// Growth further channels beside those that came in, by way of four times as many (DenseNet-B).
template <std::size_t Growth>
struct DenseLayer : Sequential<Parallel<Sequential<>, Sequential<BatchNorm, Activation<ReLU>, ConvNorm<1, 4 * Growth>,  //
                                                                Conv<3, Growth, Same, Linear, NoBias>>>> {};

/// To Channels, and to half as many rows and columns.
template <std::size_t Channels>
struct DenseTransition : Sequential<BatchNorm, Activation<ReLU>, Conv<1, Channels, Linear, NoBias>, Pool<Average, 2>> {};

/// 7,978,856 parameters and 2.83 G multiply-adds for 1,000 classes at 224 x 224 and a growth of 32. Weights: torchvision's densenet121.
template <std::size_t Classes = 1000, std::size_t Growth = 32>
using DenseNet121 = Sequential<ConvNorm<7, 2 * Growth, ReLU, Stride<2>>, Pool<Max, 3, Stride<2>, Padding<1>>,  //
                               Repeat<6, DenseLayer<Growth>>, DenseTransition<4 * Growth>,                     //
                               Repeat<12, DenseLayer<Growth>>, DenseTransition<8 * Growth>,                    //
                               Repeat<24, DenseLayer<Growth>>, DenseTransition<16 * Growth>,                   //
                               Repeat<16, DenseLayer<Growth>>, BatchNorm, Activation<ReLU>,                    //
                               GlobalPool<Average>, Dense<Classes>>;

}  // namespace denim::inline DENIM_TARGET::zoo
