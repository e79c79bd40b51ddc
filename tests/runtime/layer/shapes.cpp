// SPDX-License-Identifier: MIT
// What specs say at compile time, worked out by hand: shapes, zeros in front, fans, operations, what is kept for backward, which options
// go together.
#include <denim/layer/activation.hpp>
#include <denim/layer/batch_norm.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/conv_pool.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/depthwise_conv.hpp>
#include <denim/layer/dropout.hpp>
#include <denim/layer/flatten.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/layer_norm.hpp>
#include <denim/layer/pool.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace denim;

namespace {

template <class Type>
struct Windows : Type {  // shows what is protected
    using Type::rows;
};

template <class Spec, Shape In>
using Bound = typename Spec::template Layer<Fast, Layout{Spec::output(In), {}, Fast::channel_stride(Spec::output(In).channels)},
                                            Layout{In, {}, Fast::channel_stride(In.channels)}>;

template <class Spec, Shape In>
struct Kept {
    using type = Bound<Spec, In>;
};

}  // namespace

TEST_CASE("windows: how many there are, and where the first begins") {
    CHECK(Conv<3, 8>::output({7, 9, 4}) == Shape{5, 7, 8});
    CHECK(Conv<3, 8, Same>::output({7, 9, 4}) == Shape{7, 9, 8});
    CHECK(Conv<3, 8, Stride<2>>::output({7, 10, 4}) == Shape{3, 4, 8});
    CHECK(Conv<3, 8, Same, Stride<2>>::output({7, 10, 4}) == Shape{4, 5, 8});
    CHECK(Conv<3, 8, Dilation<2>>::output({7, 9, 4}) == Shape{3, 5, 8});
    CHECK(Pool<Max, 3>::output({9, 11, 2}) == Shape{3, 3, 2});
    CHECK(Pool<Max, 3, Stride<2>>::output({9, 10, 2}) == Shape{4, 4, 2});
    CHECK(Pool<Average, 3, Same>::output({9, 10, 2}) == Shape{3, 4, 2});
    CHECK(Pool<Average, 3, Same, Stride<2>>::output({9, 10, 2}) == Shape{5, 5, 2});
    CHECK(Dense<7>::output({2, 3, 4}) == Shape{1, 1, 7});
    CHECK(GlobalPool<Max>::output({2, 3, 4}) == Shape{1, 1, 4});
    // Same adds zeros on both sides, one more behind where their number is odd.
    CHECK(Windows<Conv<3, 8, Same>>::rows.before(7) == 1);
    CHECK(Windows<Conv<5, 8, Same>>::rows.before(7) == 2);
    CHECK(Windows<Conv<5, 8, Same, Stride<2>>>::rows.before(8) == 1);
    CHECK(Windows<Conv<5, 8, Same, Stride<3>>>::rows.before(8) == 1);
    CHECK(Windows<Conv<3, 8, Same, Dilation<3>>>::rows.before(7) == 3);
    CHECK(Windows<Conv<1, 8, Same, Stride<3>>>::rows.before(7) == 0);
    CHECK(Windows<Conv<1, 8, Same, Stride<3>>>::rows.before(9) == 0);  // the last window ends before the picture does
    CHECK(Windows<Conv<5, 8>>::rows.before(7) == 0);
    CHECK(Pool<Max, 3, Same, Stride<2>>::rows.before(9) == 1);
    CHECK(Pool<Max, 5, Same, Stride<2>>::rows.before(9) == 2);
    CHECK(Pool<Max, 5, Same, Stride<2>>::rows.before(8) == 1);
    CHECK(Pool<Max, 2, Same>::rows.before(8) == 0);
    CHECK(Pool<Max, 1, Same, Stride<3>>::rows.before(9) == 0);
    CHECK(Pool<Max, 5>::rows.before(9) == 0);
    CHECK(Pool<Average, 2, Same>::windows({8, 8, 1}).clipped == false);
    CHECK(Pool<Average, 2, Same>::windows({7, 8, 1}).clipped);
    CHECK(Pool<Average, 2, Same>::windows({8, 7, 1}).clipped);
    CHECK(Pool<Average, 3, Same, Stride<2>>::windows({9, 9, 1}).clipped);
    CHECK(Pool<Average, 3, Stride<2>>::windows({9, 9, 1}).clipped == false);
}

TEST_CASE("zeros around the picture: as many as the windows reach over") {
    CHECK(Conv<3, 8, Same, Algorithm<Direct>>::border<Fast>({9, 9, 16}) == Border{1, 1, 1, 1});
    CHECK(Conv<3, 8, Same, Stride<2>>::border<Fast>({9, 10, 16}) == Border{1, 0, 1, 1});
    CHECK(Conv<5, 8, Same, Stride<3>>::border<Fast>({8, 9, 16}) == Border{1, 1, 2, 1});
    CHECK(Conv<1, 8, Same, Stride<3>>::border<Fast>({9, 9, 16}) == Border{});
    CHECK(Conv<3, 8, Algorithm<Direct>>::border<Fast>({9, 9, 16}) == Border{});
}

TEST_CASE("a window may be as large as the picture, and no larger") {
    CHECK(Conv<5, 1>::accepts({5, 5, 1}));
    CHECK(!Conv<5, 1>::accepts({4, 5, 1}));
    CHECK(!Conv<5, 1>::accepts({5, 4, 1}));
    CHECK(Conv<5, 1, Same>::accepts({1, 1, 1}));
    CHECK(Conv<3, 1, Dilation<2>>::accepts({5, 5, 1}));
    CHECK(!Conv<3, 1, Dilation<2>>::accepts({4, 5, 1}));
    CHECK(Pool<Max, 3>::accepts({3, 3, 1}));
    CHECK(!Pool<Max, 3>::accepts({2, 3, 1}));
    CHECK(!Pool<Max, 3>::accepts({3, 2, 1}));
    CHECK(Pool<Max, 3, Same>::accepts({1, 2, 1}));
    CHECK(Conv<1, 4, Groups<2>>::accepts({3, 3, 6}));
    CHECK(!Conv<1, 4, Groups<2>>::accepts({3, 3, 5}));
}

TEST_CASE("parameters: extents, fans, and which of them decay") {
    const auto conv = Conv<3, 8>::parameters({9, 9, 6}), grouped = Conv<3, 8, Groups<2>>::parameters({9, 9, 6});
    CHECK(conv[0].extents == Extents{3, 3, 6, 8});
    CHECK(conv[0].fan_in == 54);
    CHECK(conv[0].fan_out == 72);
    CHECK(grouped[0].extents == Extents{3, 3, 3, 8});
    CHECK(grouped[0].fan_in == 27);
    const auto dense = Dense<5>::parameters({2, 3, 4});
    CHECK(dense[0].extents == Extents{24, 5});
    CHECK(dense[0].fan_in == 24);
    CHECK(dense[0].fan_out == 5);
    CHECK(conv[0].decays);
    CHECK(dense[0].decays);
    CHECK(!conv[1].decays);
    CHECK(!dense[1].decays);
    for (const Parameter& parameter : BatchNorm::parameters({2, 3, 4})) CHECK(!parameter.decays);
    for (const Parameter& parameter : LayerNorm::parameters({2, 3, 4})) CHECK(!parameter.decays);
    CHECK(Conv<3, 8, NoBias>::parameters({9, 9, 6}).size() == 1);
}

TEST_CASE("operations are multiplications and additions of a picture") {
    CHECK(Bound<Dense<3>, Shape{2, 5, 2}>::operations == 2 * 20 * 3);
    CHECK(Bound<Dense<64>, Shape{64, 64, 1}>::operations == 2 * 4096 * 64);
    CHECK(Dense<3>::Layer<Plain<double>, Layout{{1, 1, 3}}, Layout{{2, 5, 2}}>::operations == 2 * 20 * 3);
    CHECK(Bound<Dense<3, Tanh>, Shape{2, 5, 2}>::operations == 2 * 20 * 3 + 3);
    CHECK(Bound<Conv<3, 8, Linear>, Shape{7, 9, 4}>::operations == 2 * 5 * 7 * 8 * 9 * 4);
    CHECK(Bound<Conv<3, 8, Linear, Groups<2>>, Shape{7, 9, 4}>::operations == 2 * 5 * 7 * 8 * 9 * 2);
    CHECK(Bound<BatchNorm, Shape{2, 5, 3}>::operations == 4 * 30);
    CHECK(BatchNorm::InferenceLayer<Fast, Layout{{2, 5, 3}, {}, 16}, Layout{{2, 5, 3}, {}, 16}>::operations == 2 * 30);
    CHECK(Bound<LayerNorm, Shape{2, 5, 3}>::operations == 8 * 30);
    CHECK(Bound<GlobalPool<Average>, Shape{2, 5, 3}>::operations == 30);
    CHECK(Bound<Pool<Max, 2>, Shape{6, 4, 3}>::operations == 3 * 2 * 3);
}

TEST_CASE("of a layer's input and output, training keeps what backward reads again") {
    constexpr Shape in{8, 8, 16};
    const auto keeps = [](auto layer) {
        using Layer = typename decltype(layer)::type;
        return std::string{Layer::backward_reads_input ? "input " : ""} + (Layer::backward_reads_output ? "output" : "");
    };
    CHECK(keeps(Kept<Conv<3, 16, Linear>, in>{}) == "input ");
    CHECK(keeps(Kept<Conv<3, 16>, in>{}) == "input output");
    CHECK(keeps(Kept<Dense<3>, in>{}) == "input ");
    CHECK(keeps(Kept<Dense<65>, in>{}) == "input ");
    CHECK(keeps(Kept<Dense<3, Tanh>, in>{}) == "input output");
    CHECK(keeps(Kept<BatchNorm, in>{}) == "input ");
    CHECK(keeps(Kept<LayerNorm, in>{}) == "input ");
    CHECK(keeps(Kept<Activation<ReLU>, in>{}) == "output");
    CHECK(keeps(Kept<Activation<GELU>, in>{}) == "input output");
    CHECK(keeps(Kept<MaxPool, in>{}).empty());
    CHECK(keeps(Kept<Pool<Average, 2>, in>{}).empty());
    CHECK(keeps(Kept<GlobalPool<Max>, in>{}).empty());
    CHECK(keeps(Kept<GlobalPool<Average>, in>{}).empty());
    CHECK(keeps(Kept<Flatten, in>{}).empty());
    CHECK(keeps(Kept<Dropout, in>{}).empty());
}

TEST_CASE("a Predictor keeps no rows of parameters whose numbers it has prepared") {
    constexpr Shape in{8, 8, 16};
    CHECK(!Bound<Dense<3>, in>::forward_reads_parameters);
    CHECK(Bound<Dense<65>, in>::forward_reads_parameters);
    CHECK(!Conv<3, 16>::InferenceLayer<Fast, Layout{{6, 6, 16}}, Layout{in}>::forward_reads_parameters);
    CHECK(!BatchNorm::InferenceLayer<Fast, Layout{in}, Layout{in}>::forward_reads_parameters);
    CHECK(Bound<LayerNorm, in>::forward_reads_parameters);
}

TEST_CASE("a trained convolution prepares what forward reads alone") {
    using Spec = Conv<3, 16, Same, Algorithm<Transformed>>;
    constexpr Layout picture{{16, 16, 16}, Spec::border<Fast>({16, 16, 16}), 16}, out{{16, 16, 16}, {}, 16};
    CHECK(Spec::InferenceLayer<Fast, out, picture>::prepare_parts == 16);  // a part for each channel
    CHECK(Spec::Layer<Fast, out, picture>::prepare_parts == 16 + 16);      // and one for each filter on the way back
    CHECK(Spec::InferenceLayer<Fast, out, picture>::prepared_size < Spec::Layer<Fast, out, picture>::prepared_size);
}

TEST_CASE("a trained BatchNorm reads a factor and an offset for each channel, which are prepared") {
    CHECK(BatchNorm::InferenceLayer<Fast, Layout{{2, 5, 3}, {}, 16}, Layout{{2, 5, 3}, {}, 16}>::prepared_size == 2 * 3);
    CHECK(BatchNorm::InferenceLayer<Fast, Layout{{2, 5, 40}, {}, 48}, Layout{{2, 5, 40}, {}, 48}>::prepared_size == 2 * 40);
}

TEST_CASE("a layer with an activation of its own computes a picture at once") {
    CHECK(Bound<Conv<3, 16, Tanh>, Shape{32, 32, 16}>::bands == 1);
    CHECK(Bound<Dense<3, Tanh>, Shape{8, 8, 16}>::bands == 1);
}

TEST_CASE("a pool of 2 x 2 is computed with the convolution before it, except where each filter is a group") {
    const auto together = [](auto convolution) { return Fused<Fast, Mode::training, decltype(convolution), MaxPool>::exists; };
    CHECK(together(Conv<3, 8>{}));
    CHECK(together(Conv<3, 1>{}));
    CHECK(together(Conv<3, 8, Groups<4>>{}));
    CHECK(!together(Conv<3, 8, Groups<8>>{}));
    CHECK(!together(Conv<3, 2, Groups<2>>{}));
    CHECK(!together(Conv<3, 8, Tanh>{}));
    CHECK(!together(Conv<3, 8, Dilation<2>>{}));
}

TEST_CASE("a dense layer of up to 65,536 weights works on samples") {
    CHECK(std::string_view{Bound<Dense<16>, Shape{64, 64, 1}>::algorithm} == "dot products");
    CHECK(std::string_view{Bound<Dense<17>, Shape{64, 64, 1}>::algorithm} == "matrix product");
}

TEST_CASE("options: of each kind one, in any order") {
    using detail::one_of_a_kind, detail::chosen_kernel;
    CHECK(one_of_a_kind<Same, Stride<1>, Dilation<1>, Groups<1>, NoBias, Algorithm<Direct>, HeNormal, ReLU>());
    CHECK(!one_of_a_kind<Same, Valid>());
    CHECK(!one_of_a_kind<Stride<1>, Stride<1>>());
    CHECK(!one_of_a_kind<Dilation<1>, Dilation<2>>());
    CHECK(!one_of_a_kind<Groups<1>, Groups<2>>());
    CHECK(!one_of_a_kind<NoBias, NoBias>());
    CHECK(!one_of_a_kind<Algorithm<Direct>, Algorithm<Transformed>>());
    CHECK(!one_of_a_kind<HeNormal, GlorotUniform>());
    CHECK(!one_of_a_kind<ReLU, Tanh>());
    CHECK(chosen_kernel<>() == kernel::Choice::fastest);
    CHECK(chosen_kernel<Same, Algorithm<Direct>>() == kernel::Choice::direct);
    CHECK(chosen_kernel<Algorithm<Direct>, Same>() == kernel::Choice::direct);
    CHECK(chosen_kernel<Same, Algorithm<Transformed>, NoBias>() == kernel::Choice::transformed);
    CHECK(Conv<3, 1>::stride == 1);
    CHECK(Conv<3, 1, Stride<2>>::stride == 2);
    CHECK(Pool<Max, 3>::stride == 3);
}
