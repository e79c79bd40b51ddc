// SPDX-License-Identifier: MIT
#pragma once

// The networks of MLPerf Tiny: Banbury et al., "MLPerf Tiny benchmark" (2021), as its Keras programs have them.

#include <denim/layer/activation.hpp>
#include <denim/layer/batch_norm.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/depthwise_conv.hpp>
#include <denim/layer/dropout.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/pool.hpp>
#include <denim/layer/repeat.hpp>
#include <denim/layer/residual.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::zoo {

namespace detail {

template <std::size_t Channels, class... Options>
using TinyConv = Sequential<Conv<3, Channels, Same, Linear, HeNormal, Options...>, BatchNorm>;
template <std::size_t Channels, class... Shortcuts>
using TinyBlock = Residual<TinyConv<Channels, Stride<sizeof...(Shortcuts) + 1>>, Activation<ReLU>, TinyConv<Channels>, Shortcuts...>;

/// A window a channel, then a convolution of 1 x 1, both with biases, BatchNorm and ReLU.
template <std::size_t Channels, std::size_t Step, class... Options>
using TinySeparable = Sequential<DepthwiseConv<3, Same, Stride<Step>, Linear>, BatchNorm, Activation<ReLU>,  //
                                 Conv<1, Channels, Linear, Options...>, BatchNorm, Activation<ReLU>>;
template <std::size_t Channels, std::size_t Step = 1>
using TinyMobile = TinySeparable<Channels, Step, HeNormal>;

}  // namespace detail

/// 78,186 parameters that learn for 10 classes and pictures of 32 x 32 x 3, and 12.5 M multiply-adds. Convolutions have biases.
template <std::size_t Classes = 10>
using ResNet8 = Sequential<detail::TinyConv<16>, Activation<ReLU>,                                                            //
                           detail::TinyBlock<16>, Activation<ReLU>,                                                           //
                           detail::TinyBlock<32, Shortcut<Conv<1, 32, Stride<2>, Linear, HeNormal>>>, Activation<ReLU>,       //
                           detail::TinyBlock<64, Shortcut<Conv<1, 64, Stride<2>, Linear, HeNormal>>>, Activation<ReLU>,       //
                           GlobalPool<Average>, Dense<Classes, HeNormal>>;

/// MobileNetV1 at a quarter of its width for visual wake words, a person or none: 216,322 parameters that learn and 7.5 M multiply-adds for
/// pictures of 96 x 96 x 3. Convolutions have biases, activations are ReLU.
template <std::size_t Classes = 2>
using VisualWakeWords = Sequential<detail::TinyConv<8, Stride<2>>, Activation<ReLU>, detail::TinyMobile<16>,  //
                                   detail::TinyMobile<32, 2>, detail::TinyMobile<32>,                          //
                                   detail::TinyMobile<64, 2>, detail::TinyMobile<64>,                          //
                                   detail::TinyMobile<128, 2>, Repeat<5, detail::TinyMobile<128>>,             //
                                   detail::TinyMobile<256, 2>, detail::TinyMobile<256>,                        //
                                   GlobalPool<Average>, Dense<Classes>>;

/// Zhang et al., "Hello edge: Keyword spotting on microcontrollers" (2017): 23,756 parameters that learn and 2.7 M multiply-adds for the
/// 49 x 10 x 1 coefficients of a second of sound. The mean is of the first 24 of 25 rows, as there.
template <std::size_t Classes = 12>
using DSCNN = Sequential<Conv<Window<10, 4>, 64, Same, Stride<2>, Linear>, BatchNorm, Activation<ReLU>, DropoutOf<0.2>,  //
                         Repeat<4, detail::TinySeparable<64, 1>>, DropoutOf<0.4>,                                        //
                         Pool<Average, Window<24, 5>>, Dense<Classes>>;

}  // namespace denim::inline DENIM_TARGET::zoo
