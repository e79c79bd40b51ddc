// SPDX-License-Identifier: MIT
#pragma once

// Sandler et al., "MobileNetV2: Inverted residuals and linear bottlenecks" (2018): wide inside, narrow outside, the activation inside only.
// MNASNet, MobileNetV3 and EfficientNet are made of it, with squeeze and excitation between.

#include <denim/layer/activation.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/gate.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/repeat.hpp>
#include <denim/layer/residual.hpp>
#include <denim/zoo/conv_norm.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::zoo {

/// Squeeze and excitation of Channels by way of Squeezed: Hu et al. (2018). Convolutions of 1 x 1, as the weights of others have them.
template <std::size_t Channels, std::size_t Squeezed, class Inner, class Outer>
using Excite = Gate<GlobalPool<Average>, Conv<1, Squeezed, Inner>, Conv<1, Channels, Outer>>;

namespace detail {

template <class... Inner>
struct Around {
    template <bool Keeps>
    using If = std::conditional_t<Keeps, Residual<Inner...>, Sequential<Inner...>>;
};

// Nothing is widened where that is asked of as many channels as there are.
template <std::size_t In, std::size_t Wide, class Function>
using Widen = std::conditional_t<Wide == In, Sequential<>, ConvNorm<1, Wide, Function>>;

template <std::size_t In, std::size_t Wide, std::size_t Out, std::size_t Window, std::size_t Step, class Function, class Between>
using Inverted = typename Around<Widen<In, Wide, Function>, DepthwiseNorm<Window, Function, Stride<Step>>, Between,
                                 ConvNorm<1, Out, Linear>>::template If<Step == 1 && In == Out>;

}  // namespace detail

/// From In channels by way of Wide to Out, with one window a channel between, and the way around where the shape is kept. `Between` stands
/// behind the windows: an Excite, or nothing.
template <std::size_t In, std::size_t Wide, std::size_t Out, std::size_t Window = 3, std::size_t Step = 1, class Function = ReLU,
          class Between = Sequential<>>
struct InvertedResidual : Sequential<detail::Inverted<In, Wide, Out, Window, Step, Function, Between>> {};

/// Count of them in a row, each Times as wide inside: the first has the stride and changes the channels.
template <std::size_t Count, std::size_t In, std::size_t Out, std::size_t Times, std::size_t Window = 3, std::size_t Step = 1, class Function = ReLU>
using InvertedStage = Sequential<InvertedResidual<In, Times * In, Out, Window, Step, Function>,
                                 Repeat<Count - 1, InvertedResidual<Out, Times * Out, Out, Window, 1, Function>>>;

}  // namespace denim::inline DENIM_TARGET::zoo
