// SPDX-License-Identifier: MIT
#pragma once

// He et al., "Deep residual learning for image recognition" (2016): table 1, with the strides of torchvision, whose Bottleneck steps in
// its convolution of 3 x 3. For pictures of 224 x 224 x 3; smaller ones fit too.

#include <denim/layer/activation.hpp>
#include <denim/layer/batch_norm.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/pool.hpp>
#include <denim/layer/repeat.hpp>
#include <denim/layer/residual.hpp>
#include <denim/zoo/conv_norm.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::zoo {

/// (H, W, 3) -> (H / 4, W / 4, Width), rounded up.
template <std::size_t Width>
struct ResNetStem : Sequential<ConvNorm<7, Width, ReLU, Stride<2>>, Pool<Max, 3, Stride<2>, Padding<1>>> {};

/// The other way around, where the shape changes: option B of the paper.
template <std::size_t Channels, std::size_t Step>
using Projection = Shortcut<Conv<1, Channels, Stride<Step>, Linear, NoBias>, BatchNorm>;

/// Two convolutions of 3 x 3 beside the way around them; figure 5, left.
template <std::size_t Channels>
struct BasicBlock : Sequential<Residual<ConvNorm<3, Channels>, ConvNorm<3, Channels, Linear>>, Activation<ReLU>> {};

/// The first of a stage: half as many rows and columns, other channels.
template <std::size_t Channels>
struct BasicDown : Sequential<Residual<ConvNorm<3, Channels, ReLU, Stride<2>>, ConvNorm<3, Channels, Linear>,
                                       Projection<Channels, 2>>,
                              Activation<ReLU>> {};

/// 1 x 1, 3 x 3 of a quarter of the channels, 1 x 1; figure 5, right.
template <std::size_t Channels>
struct Bottleneck
    : Sequential<Residual<ConvNorm<1, Channels / 4>, ConvNorm<3, Channels / 4>, ConvNorm<1, Channels, Linear>>, Activation<ReLU>> {};

/// The first of a stage, with Step for the strides.
template <std::size_t Channels, std::size_t Step = 2>
struct BottleneckDown : Sequential<Residual<ConvNorm<1, Channels / 4>, ConvNorm<3, Channels / 4, ReLU, Stride<Step>>, ConvNorm<1, Channels, Linear>,
                                            Projection<Channels, Step>>,
                                   Activation<ReLU>> {};

/// 11,689,512 parameters and 1.81 G multiply-adds for 1,000 classes at 224 x 224. Weights: torchvision's resnet18.
template <std::size_t Classes = 1000, std::size_t Width = 64>
using ResNet18 = Sequential<ResNetStem<Width>,                                       //
                            Repeat<2, BasicBlock<Width>>,                            //
                            BasicDown<2 * Width>, Repeat<1, BasicBlock<2 * Width>>,  //
                            BasicDown<4 * Width>, Repeat<1, BasicBlock<4 * Width>>,  //
                            BasicDown<8 * Width>, Repeat<1, BasicBlock<8 * Width>>,  //
                            GlobalPool<Average>, Dense<Classes>>;

/// 21,797,672 parameters and 3.66 G multiply-adds. Weights: torchvision's resnet34.
template <std::size_t Classes = 1000, std::size_t Width = 64>
using ResNet34 = Sequential<ResNetStem<Width>,                                       //
                            Repeat<3, BasicBlock<Width>>,                            //
                            BasicDown<2 * Width>, Repeat<3, BasicBlock<2 * Width>>,  //
                            BasicDown<4 * Width>, Repeat<5, BasicBlock<4 * Width>>,  //
                            BasicDown<8 * Width>, Repeat<2, BasicBlock<8 * Width>>,  //
                            GlobalPool<Average>, Dense<Classes>>;

/// 25,557,032 parameters and 4.09 G multiply-adds. Weights: torchvision's resnet50.
template <std::size_t Classes = 1000, std::size_t Width = 64>
using ResNet50 = Sequential<ResNetStem<Width>,                                             //
                            BottleneckDown<4 * Width, 1>, Repeat<2, Bottleneck<4 * Width>>,  //
                            BottleneckDown<8 * Width>, Repeat<3, Bottleneck<8 * Width>>,     //
                            BottleneckDown<16 * Width>, Repeat<5, Bottleneck<16 * Width>>,   //
                            BottleneckDown<32 * Width>, Repeat<2, Bottleneck<32 * Width>>,   //
                            GlobalPool<Average>, Dense<Classes>>;

}  // namespace denim::inline DENIM_TARGET::zoo
