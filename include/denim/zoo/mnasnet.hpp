// SPDX-License-Identifier: MIT
#pragma once

// Tan et al., "MnasNet: Platform-aware neural architecture search for mobile" (2019), figure 7 without squeeze and excitation, MNASNet-B1 as
// torchvision has it. For pictures of 224 x 224 x 3; smaller ones fit too.

#include <denim/layer/composition.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/zoo/inverted_residual.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::zoo {

/// 4,383,312 parameters and 314 M multiply-adds for 1,000 classes at 224 x 224. The paper's dropout in front of the last layer is left to the
/// user. Weights: torchvision's mnasnet1_0.
template <std::size_t Classes = 1000>
using MNASNet = Sequential<ConvNorm<3, 32, ReLU, Stride<2>>, DepthwiseNorm<3>, ConvNorm<1, 16, Linear>,  //
                           InvertedStage<3, 16, 24, 3, 3, 2>,                                            //
                           InvertedStage<3, 24, 40, 3, 5, 2>,                                            //
                           InvertedStage<3, 40, 80, 6, 5, 2>,                                            //
                           InvertedStage<2, 80, 96, 6, 3, 1>,                                            //
                           InvertedStage<4, 96, 192, 6, 5, 2>,                                           //
                           InvertedStage<1, 192, 320, 6, 3, 1>,                                          //
                           ConvNorm<1, 1280>, GlobalPool<Average>, Dense<Classes>>;

}  // namespace denim::inline DENIM_TARGET::zoo
