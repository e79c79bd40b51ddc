// SPDX-License-Identifier: MIT
#pragma once

// Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters" (2016), in version 1.1 of its authors. For pictures of
// 224 x 224 x 3; smaller ones fit too.

#include <denim/layer/composition.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/parallel.hpp>
#include <denim/layer/pool.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::zoo {

/// Squeezed channels by 1 x 1, then Expanded by 1 x 1 beside as many by 3 x 3; figure 1.
template <std::size_t Squeezed, std::size_t Expanded>
struct Fire : Sequential<Conv<1, Squeezed>, Parallel<Conv<1, Expanded>, Conv<3, Expanded, Same>>> {};

/// 1,235,496 parameters and 349 M multiply-adds for 1,000 classes at 224 x 224. The paper's dropout in front of the last convolution is left to the
/// user. Weights: torchvision's squeezenet1_1.
template <std::size_t Classes = 1000>
using SqueezeNet = Sequential<Conv<3, 64, Stride<2>>, Pool<Max, 3, Stride<2>, CeilMode>,                  //
                              Fire<16, 64>, Fire<16, 64>, Pool<Max, 3, Stride<2>, CeilMode>,              //
                              Fire<32, 128>, Fire<32, 128>, Pool<Max, 3, Stride<2>, CeilMode>,            //
                              Fire<48, 192>, Fire<48, 192>, Fire<64, 256>, Fire<64, 256>,                 //
                              Conv<1, Classes>, GlobalPool<Average>>;

}  // namespace denim::inline DENIM_TARGET::zoo
