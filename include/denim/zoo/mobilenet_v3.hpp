// SPDX-License-Identifier: MIT
#pragma once

// Howard et al., "Searching for MobileNetV3" (2019), tables 1 and 2. For pictures of 224 x 224 x 3; smaller ones fit too.

#include <denim/layer/activation.hpp>
#include <denim/layer/clip_function.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/zoo/inverted_residual.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::zoo {

namespace detail {

template <std::size_t Wide>
using MobileExcite = Excite<Wide, scaled_channels(Wide, 25), ReLU, HardSigmoid>;

// A row of the tables: windows, In, Wide, Out, stride; with squeeze and excitation or without.
template <std::size_t Window, std::size_t In, std::size_t Wide, std::size_t Out, class Function, std::size_t Step = 1>
using Plain = InvertedResidual<In, Wide, Out, Window, Step, Function>;
template <std::size_t Window, std::size_t In, std::size_t Wide, std::size_t Out, class Function, std::size_t Step = 1>
using Excited = InvertedResidual<In, Wide, Out, Window, Step, Function, MobileExcite<Wide>>;

}  // namespace detail

/// 2,542,856 parameters and 57 M multiply-adds for 1,000 classes at 224 x 224. Weights: torchvision's mobilenet_v3_small.
template <std::size_t Classes = 1000>
using MobileNetV3Small = Sequential<ConvNorm<3, 16, HardSwish, Stride<2>>,            //
                                    detail::Excited<3, 16, 16, 16, ReLU, 2>,          //
                                    detail::Plain<3, 16, 72, 24, ReLU, 2>,            //
                                    detail::Plain<3, 24, 88, 24, ReLU>,               //
                                    detail::Excited<5, 24, 96, 40, HardSwish, 2>,     //
                                    detail::Excited<5, 40, 240, 40, HardSwish>,       //
                                    detail::Excited<5, 40, 240, 40, HardSwish>,       //
                                    detail::Excited<5, 40, 120, 48, HardSwish>,       //
                                    detail::Excited<5, 48, 144, 48, HardSwish>,       //
                                    detail::Excited<5, 48, 288, 96, HardSwish, 2>,    //
                                    detail::Excited<5, 96, 576, 96, HardSwish>,       //
                                    detail::Excited<5, 96, 576, 96, HardSwish>,       //
                                    ConvNorm<1, 576, HardSwish>, GlobalPool<Average>, Dense<1024, HardSwish>, Dense<Classes>>;

/// 5,483,032 parameters and 217 M multiply-adds for 1,000 classes at 224 x 224. Weights: torchvision's mobilenet_v3_large.
template <std::size_t Classes = 1000>
using MobileNetV3Large = Sequential<ConvNorm<3, 16, HardSwish, Stride<2>>,             //
                                    detail::Plain<3, 16, 16, 16, ReLU>,                //
                                    detail::Plain<3, 16, 64, 24, ReLU, 2>,             //
                                    detail::Plain<3, 24, 72, 24, ReLU>,                //
                                    detail::Excited<5, 24, 72, 40, ReLU, 2>,           //
                                    detail::Excited<5, 40, 120, 40, ReLU>,             //
                                    detail::Excited<5, 40, 120, 40, ReLU>,             //
                                    detail::Plain<3, 40, 240, 80, HardSwish, 2>,       //
                                    detail::Plain<3, 80, 200, 80, HardSwish>,          //
                                    detail::Plain<3, 80, 184, 80, HardSwish>,          //
                                    detail::Plain<3, 80, 184, 80, HardSwish>,          //
                                    detail::Excited<3, 80, 480, 112, HardSwish>,       //
                                    detail::Excited<3, 112, 672, 112, HardSwish>,      //
                                    detail::Excited<5, 112, 672, 160, HardSwish, 2>,   //
                                    detail::Excited<5, 160, 960, 160, HardSwish>,      //
                                    detail::Excited<5, 160, 960, 160, HardSwish>,      //
                                    ConvNorm<1, 960, HardSwish>, GlobalPool<Average>, Dense<1280, HardSwish>, Dense<Classes>>;

}  // namespace denim::inline DENIM_TARGET::zoo
