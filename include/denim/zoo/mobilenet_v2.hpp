// SPDX-License-Identifier: MIT
#pragma once

// Sandler et al., "MobileNetV2: Inverted residuals and linear bottlenecks" (2018), table 2. For pictures of 224 x 224 x 3; smaller ones
// fit too. The paper's dropout in front of the last layer is left to the user.

#include <denim/layer/clip_function.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/zoo/inverted_residual.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET::zoo {

namespace detail {

template <std::size_t Count, std::size_t In, std::size_t Out, std::size_t Times, std::size_t Step, std::size_t Percent>
using MobileStage = InvertedStage<Count, scaled_channels(In, Percent), scaled_channels(Out, Percent), Times, 3, Step, ReLU6>;

}  // namespace detail

/// 3,504,872 parameters and 301 M multiply-adds for 1,000 classes at 224 x 224 and the whole width. `Percent` is the paper's width
/// multiplier in hundredths. Weights: torchvision's mobilenet_v2.
template <std::size_t Classes = 1000, std::size_t Percent = 100>
using MobileNetV2 = Sequential<ConvNorm<3, scaled_channels(32, Percent), ReLU6, Stride<2>>,  //
                               detail::MobileStage<1, 32, 16, 1, 1, Percent>,                //
                               detail::MobileStage<2, 16, 24, 6, 2, Percent>,                //
                               detail::MobileStage<3, 24, 32, 6, 2, Percent>,                //
                               detail::MobileStage<4, 32, 64, 6, 2, Percent>,                //
                               detail::MobileStage<3, 64, 96, 6, 1, Percent>,                //
                               detail::MobileStage<3, 96, 160, 6, 2, Percent>,               //
                               detail::MobileStage<1, 160, 320, 6, 1, Percent>,              //
                               ConvNorm<1, std::max<std::size_t>(1280, scaled_channels(1280, Percent)), ReLU6>, GlobalPool<Average>, Dense<Classes>>;

}  // namespace denim::inline DENIM_TARGET::zoo
