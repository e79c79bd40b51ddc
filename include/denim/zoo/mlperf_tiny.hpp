// SPDX-License-Identifier: MIT
#pragma once

// The networks of MLPerf Tiny: Banbury et al., "MLPerf Tiny benchmark" (2021), as its Keras programs have them.

#include <denim/layer/activation.hpp>
#include <denim/layer/batch_norm.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/residual.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::zoo {

namespace detail {

template <std::size_t Channels, class... Options>
using TinyConv = Sequential<Conv<3, Channels, Same, Linear, HeNormal, Options...>, BatchNorm>;
template <std::size_t Channels, class... Shortcuts>
using TinyBlock = Residual<TinyConv<Channels, Stride<sizeof...(Shortcuts) + 1>>, Activation<ReLU>, TinyConv<Channels>, Shortcuts...>;

}  // namespace detail

/// 78,186 parameters that learn for 10 classes and pictures of 32 x 32 x 3, and 12.5 M multiply-adds. Convolutions have biases.
template <std::size_t Classes = 10>
using ResNet8 = Sequential<detail::TinyConv<16>, Activation<ReLU>,                                                            //
                           detail::TinyBlock<16>, Activation<ReLU>,                                                           //
                           detail::TinyBlock<32, Shortcut<Conv<1, 32, Stride<2>, Linear, HeNormal>>>, Activation<ReLU>,       //
                           detail::TinyBlock<64, Shortcut<Conv<1, 64, Stride<2>, Linear, HeNormal>>>, Activation<ReLU>,       //
                           GlobalPool<Average>, Dense<Classes, HeNormal>>;

}  // namespace denim::inline DENIM_TARGET::zoo
