// SPDX-License-Identifier: MIT
// Layers in every layout (layer_layouts.hpp). A newer layer's own test asks this by check_promises.
#include "layer_layouts.hpp"

using namespace denim;
using testing::layouts::check;

namespace {

constexpr Shape picture{4, 3, 5}, pixel{1, 1, 5}, whole{2, 3, 16};

}  // namespace

TEST_CASE("dense layers") {
    check<Dense<7>, true, picture>("Dense");
    check<Dense<7, GELU, NoBias>, true, pixel>("Dense, GELU");
    check<Dense<1100, Tanh>, true, picture>("wide Dense, Tanh");
    check<Dense<70'000>, true, pixel>("wide Dense", 1);
}

TEST_CASE("layers without parameters") {
    check<Activation<Sigmoid>, true, picture>("Sigmoid");
    check<Activation<Softmax>, true, picture>("Softmax");
    check<Dropout, true, picture>("Dropout");
    check<StochasticDepth<0.5>, true, picture>("StochasticDepth");
    check<Flatten, true, picture>("Flatten");
    check<GlobalPool<Max>, true, picture>("GlobalPool<Max>");
    check<GlobalPool<Average>, true, picture>("GlobalPool<Average>");
    check<MaxPool, true, picture>("MaxPool");
    check<MaxPool, true, whole>("MaxPool of whole vectors");
    check<Pool<Average, 3, Same, Stride<2>>, true, picture>("Pool<Average>");
    check<Pad<1, 0, 2, 1>, true, picture>("Pad");
    check<Pad<1>, true, whole>("Pad of whole vectors");
    check<Crop<1, 0, 2, 1>, true, picture>("Crop");
    check<Crop<0, 1, 1, 0>, true, whole>("Crop of whole vectors");
    check<Slice<1, 3>, true, picture>("Slice");
    check<Slice<3, 13>, true, whole>("Slice of whole vectors");
    check<ChannelRun<1, 2>, true, whole>("ChannelRun");
    check<ShuffleChannels<2>, true, Shape{4, 3, 6}>("ShuffleChannels");
    check<ShuffleChannels<4>, true, whole>("ShuffleChannels of whole vectors");
}

TEST_CASE("normalisations") {
    check<BatchNorm, true, picture>("BatchNorm");
    check<BatchNorm, false, picture>("BatchNorm of a trained network");
    check<BatchNormOf<NoGamma>, true, picture>("BatchNorm without gamma");
    check<BatchNormOf<NoBeta>, false, picture>("BatchNorm of a trained network, without beta");
    check<LayerNorm, true, picture>("LayerNorm");
    check<GroupNorm<5>, true, picture>("GroupNorm");
    check<GroupNorm<4, NoGamma>, true, whole>("GroupNorm of whole vectors");
    check<InstanceNorm, true, picture>("InstanceNorm");
    check<LocalResponseNorm<3>, true, picture>("LocalResponseNorm");
    check<LayerNormOf<NoGamma>, true, picture>("LayerNorm without gamma");
}

TEST_CASE("a number for each channel") {
    check<PReLU, true, picture>("PReLU");
    check<PReLU, true, Shape{2, 3, 35}>("PReLU of whole vectors and more");
    check<Scale, true, picture>("Scale");
    check<Rescale<2, -1>, true, picture>("Rescale");
    check<Normalise<Mean<0.5>, Deviation<0.25>>, true, picture>("Normalise");
}

TEST_CASE("joins") {
    check<Residual<Flatten>::Sum, true, picture, picture>("Sum");
    check<Sum<Flatten, Flatten, Flatten>::Added, true, picture, picture, picture>("Added");
    check<Product<Flatten, Flatten, Flatten>::Multiplied, true, picture, picture, picture>("Multiplied");
    check<Gate<Flatten>::Product, true, picture, picture>("Product");
    check<Gate<Flatten>::Product, true, picture, pixel>("Product with one gate");
    check<Parallel<Flatten, Flatten>::Concatenated, true, picture, Shape{4, 3, 8}>("Concatenated");
}

TEST_CASE("convolutions") {
    check<Conv<2, 6, Linear>, true, picture>("direct");
    check<Conv<3, 6, Same, SiLU>, true, Shape{6, 6, 5}>("transformed, SiLU");
    check<DepthwiseConv<3, Same>, true, picture>("depthwise");
    check<Conv<3, 4, Same, Groups<2>, Dilation<2>>, true, Shape{4, 3, 4}>("grouped and dilated");
}
