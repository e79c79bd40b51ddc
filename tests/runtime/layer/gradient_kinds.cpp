// SPDX-License-Identifier: MIT
// Every kind of gradient that a layer is asked for (gradient_kinds.hpp). A newer layer's own test asks this by check_promises.
#include "gradient_kinds.hpp"

using namespace denim;
using testing::gradient_kinds::check;

TEST_CASE("windows") {
    using Picture = Image<9, 8, 5>;
    check<Picture, Conv<3, 6>>();
    check<Picture, Conv<3, 6, Linear, Stride<2>>>();
    check<Picture, Conv<1, 7, Linear>>();
    check<Picture, DepthwiseConv<3>>();
    check<Picture, MaxPool>();
    check<Picture, Pool<Max, 3, Stride<2>>>();
    check<Picture, Pool<Average, 3, Same, Stride<1>>>();
    check<Picture, GlobalPool<Max>>();
    check<Picture, GlobalPool<Average>>();
}

TEST_CASE("the others") {
    using Picture = Image<5, 4, 3>;
    check<Picture, Dense<7>>();
    check<Picture, Dense<7, ReLU>>();
    check<Picture, BatchNorm>();
    check<Picture, LayerNorm>();
    check<Picture, GroupNorm<1>>();
    check<Picture, InstanceNorm>();
    check<Picture, LocalResponseNorm<3>>();
    check<Picture, Dropout>();
    check<Picture, StochasticDepth<0.5>>();
    check<Picture, PReLUOf<0.25>>();
    check<Picture, Scale>();
    check<Picture, Rescale<2, -1>>();
    check<Picture, Normalise<Mean<0.5>, Deviation<0.25>>>();
    check<Picture, Activation<GELU>>();
    check<Picture, Flatten>();
    check<Picture, Pad<1>>();
    check<Picture, Crop<1>>();
    check<Picture, Slice<1, 2>>();
    check<Picture, ShuffleChannels<3>>();
}
