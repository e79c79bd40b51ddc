// SPDX-License-Identifier: MIT
#pragma once

// Tan and Le, "EfficientNet: Rethinking model scaling for convolutional neural networks" (2019), table 1. For pictures
// of 224 x 224 x 3; smaller ones fit too. The paper's dropout and stochastic depth are left to the user.

#include <denim/layer/activation.hpp>
#include <denim/layer/clip_function.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/repeat.hpp>
#include <denim/zoo/inverted_residual.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::zoo {

namespace detail {

template <std::size_t In, std::size_t Times, std::size_t Out, std::size_t Window, std::size_t Step>
using EfficientBlock = InvertedResidual<In, Times * In, Out, Window, Step, SiLU, Excite<Times * In, In / 4, SiLU, Sigmoid>>;
template <std::size_t Count, std::size_t In, std::size_t Out, std::size_t Times, std::size_t Window, std::size_t Step>
using EfficientStage = Sequential<EfficientBlock<In, Times, Out, Window, Step>, Repeat<Count - 1, EfficientBlock<Out, Times, Out, Window, 1>>>;

}  // namespace detail

/// 5,288,548 parameters and 386 M multiply-adds for 1,000 classes at 224 x 224. Weights: torchvision's efficientnet_b0.
template <std::size_t Classes = 1000>
using EfficientNetB0 = Sequential<ConvNorm<3, 32, SiLU, Stride<2>>,                //
                                  detail::EfficientStage<1, 32, 16, 1, 3, 1>,      //
                                  detail::EfficientStage<2, 16, 24, 6, 3, 2>,      //
                                  detail::EfficientStage<2, 24, 40, 6, 5, 2>,      //
                                  detail::EfficientStage<3, 40, 80, 6, 3, 2>,      //
                                  detail::EfficientStage<3, 80, 112, 6, 5, 1>,     //
                                  detail::EfficientStage<4, 112, 192, 6, 5, 2>,    //
                                  detail::EfficientStage<1, 192, 320, 6, 3, 1>,    //
                                  ConvNorm<1, 1280, SiLU>, GlobalPool<Average>, Dense<Classes>>;

/// The same with ReLU6 and without squeeze and excitation, for processors without fast exponentials: 4,652,008 parameters and 385 M
/// multiply-adds.
template <std::size_t Classes = 1000>
using EfficientNetLite0 = Sequential<ConvNorm<3, 32, ReLU6, Stride<2>>,                  //
                                     InvertedStage<1, 32, 16, 1, 3, 1, ReLU6>,           //
                                     InvertedStage<2, 16, 24, 6, 3, 2, ReLU6>,           //
                                     InvertedStage<2, 24, 40, 6, 5, 2, ReLU6>,           //
                                     InvertedStage<3, 40, 80, 6, 3, 2, ReLU6>,           //
                                     InvertedStage<3, 80, 112, 6, 5, 1, ReLU6>,          //
                                     InvertedStage<4, 112, 192, 6, 5, 2, ReLU6>,         //
                                     InvertedStage<1, 192, 320, 6, 3, 1, ReLU6>,         //
                                     ConvNorm<1, 1280, ReLU6>, GlobalPool<Average>, Dense<Classes>>;

}  // namespace denim::inline DENIM_TARGET::zoo
