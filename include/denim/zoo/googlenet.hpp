// SPDX-License-Identifier: MIT
#pragma once

// Szegedy et al., "Going deeper with convolutions" (2015), table 1, with BatchNorm and 3 x 3 for 5 x 5, as torchvision has it, and without the two
// classifiers beside the way. For pictures of 224 x 224 x 3; smaller ones fit too.

#include <denim/layer/composition.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/parallel.hpp>
#include <denim/layer/pool.hpp>
#include <denim/zoo/conv_norm.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::zoo {

/// Four ways side by side: 1 x 1; 1 x 1 and 3 x 3; 1 x 1 and 3 x 3 again; a pool and 1 x 1. Channels as in the columns of table 1.
template <std::size_t One, std::size_t ThreeReduced, std::size_t Three, std::size_t FiveReduced, std::size_t Five, std::size_t Pooled>
struct Inception : Sequential<Parallel<ConvNorm<1, One>, Sequential<ConvNorm<1, ThreeReduced>, ConvNorm<3, Three>>,
                                       Sequential<ConvNorm<1, FiveReduced>, ConvNorm<3, Five>>,
                                       Sequential<Pool<Max, 3, Stride<1>, Padding<1>>, ConvNorm<1, Pooled>>>> {};

/// 6,624,904 parameters and 1.50 G multiply-adds for 1,000 classes at 224 x 224. The paper's dropout in front of the last layer is left to the
/// user. Weights: torchvision's googlenet with aux_logits=False.
template <std::size_t Classes = 1000>
using GoogLeNet = Sequential<ConvNorm<7, 64, ReLU, Stride<2>>, Pool<Max, 3, Stride<2>, CeilMode>,                             //
                             ConvNorm<1, 64>, ConvNorm<3, 192>, Pool<Max, 3, Stride<2>, CeilMode>,                            //
                             Inception<64, 96, 128, 16, 32, 32>, Inception<128, 128, 192, 32, 96, 64>,                        //
                             Pool<Max, 3, Stride<2>, CeilMode>,                                                               //
                             Inception<192, 96, 208, 16, 48, 64>, Inception<160, 112, 224, 24, 64, 64>,                       //
                             Inception<128, 128, 256, 24, 64, 64>, Inception<112, 144, 288, 32, 64, 64>,                      //
                             Inception<256, 160, 320, 32, 128, 128>, Pool<Max, 2, Stride<2>, CeilMode>,                       //
                             Inception<256, 160, 320, 32, 128, 128>, Inception<384, 192, 384, 48, 128, 128>,                  //
                             GlobalPool<Average>, Dense<Classes>>;

}  // namespace denim::inline DENIM_TARGET::zoo
