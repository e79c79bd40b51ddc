// SPDX-License-Identifier: MIT
// What is not a number, and what is nearly none, through the layers (not_finite.hpp). A newer layer's own test asks this by check_promises.
#include "not_finite.hpp"

#include <messages.hpp>

#include <numeric>

using namespace denim;
using namespace testing::not_finite;

TEST_CASE("convolutions and what is fused with them") {
    check_layer<Conv<3, 5>>("transformed, ReLU");
    check_layer<Sequential<Conv<3, 5>, MaxPool>>("transformed, ReLU and pool");
    check_layer<Conv<3, 5, Linear>>("transformed");
    check_layer<Conv<3, 5, Stride<2>>>("direct, ReLU");
    check_layer<Sequential<Conv<3, 5, Algorithm<Direct>>, MaxPool>>("direct, ReLU and pool");
    check_layer<Conv<3, 4, Dilation<2>>>("dilated");
    check_layer<Conv<Window<1, 5>, 4, Stride<2, 1>>>("direct, not square");
    check_layer<Conv<Window<3, 2>, 4, Dilation<1, 2>>>("dilated by axis");
    check_layer<DepthwiseConv<3>>("depthwise, ReLU");
    check_layer<DepthwiseConv<3, Linear>>("depthwise");
    check_layer<DepthwiseConv<Window<3, 1>, Stride<1, 2>>>("depthwise, not square");
}

TEST_CASE("a wide convolution, whose gradient goes through the winners") {
    check_layer<Sequential<Conv<5, 8, Same>, MaxPool>>("few channels");
    check_layer<Sequential<Conv<1, 16>, Conv<5, 16, Same>, MaxPool>>("many channels");
}

TEST_CASE("pools") {
    check_layer<MaxPool>("largest");
    check_layer<Pool<Max, 3, Stride<2>, Same>>("largest, over the edge");
    check_layer<Pool<Average, 2>>("mean");
    check_layer<Pool<Max, Window<2, 1>>>("largest, not square");
    check_layer<GlobalPool<Max>>("largest of all");
    check_layer<GlobalPool<Average>>("mean of all");
}

TEST_CASE("activations") {
    check_layer<Activation<ReLU>>("ReLU");
    check_layer<Activation<LeakyReLU>>("LeakyReLU");
    check_layer<Activation<ELU>>("ELU");
    check_layer<Activation<GELU>>("GELU");
    check_layer<Activation<SiLU>>("SiLU");
    check_layer<Activation<HardSwish>>("HardSwish");
    check_layer<Activation<Sigmoid>>("Sigmoid");
    check_layer<Activation<Tanh>>("Tanh");
    check_layer<Activation<Softmax>>("Softmax");
    check_layer<Activation<LeakyReLUOf<0.01>>>("LeakyReLUOf");
    check_layer<Activation<ELUOf<0.5>>>("ELUOf");
    check_layer<Activation<Clip<-0.5, 2>>>("Clip");
    check_layer<Activation<HardSigmoid>>("HardSigmoid");
    check_layer<Activation<Softplus>>("Softplus");
    check_layer<Activation<Mish>>("Mish");
}

TEST_CASE("dense layers, normalisation and compositions") {
    check_layer<Dense<6, ReLU>>("dense, ReLU");
    check_layer<BatchNorm>("BatchNorm");
    check_layer<LayerNorm>("LayerNorm");
    check_layer<GroupNorm<2>>("GroupNorm");
    check_layer<InstanceNorm>("InstanceNorm");
    check_layer<LocalResponseNorm<3>>("LocalResponseNorm");
    check_layer<PReLUOf<0.25>>("PReLU");
    check_layer<Scale>("Scale");
    check_layer<Rescale<2, -1>>("Rescale");
    check_layer<Normalise<Mean<0.5>, Deviation<0.25>>>("Normalise");
    check_layer<SeparableConv<3, 4, Same>>("SeparableConv");
    check_layer<Residual<Conv<3, 4, Same>>>("residual");
    check_layer<Residual<Conv<3, 4, Same>, Shortcut<Conv<1, 4, Linear>>>>("residual with a shortcut");
    check_layer<Sum<Conv<3, 4, Same>, Sequential<>>>("sum");
    check_layer<Product<Conv<3, 4, Same, Linear>, Sequential<>>>("product");
    check_layer<Parallel<Conv<1, 2>, Conv<3, 2, Same>>>("parallel");
    check_layer<SqueezeExcite<4, 2>>("gate");
    check_layer<Pad<1>>("Pad");
    check_layer<ShuffleChannels<2>>("ShuffleChannels");
    check_layer<SplitChannels<Conv<3, 2, Same>, Sequential<>>>("split");
}

TEST_CASE("normalisation of numbers whose squares leave the range is no answer, that of constant channels the shift") {
    const auto with = [](float factor, float shift, auto network) {
        network.edit_parameters([&](std::span<float> numbers) {
            for (std::size_t n = 0; n < network.rows()[0].size(); ++n) numbers[n] *= factor;
            for (std::size_t n = 0; n < network.rows()[1].size(); ++n) numbers[network.rows()[1].offset + n] = shift;
        });
        return network;
    };
    const Data data;
    CHECK(nans(logits(with(1e25f, 0, Around<LayerNorm>{Seed{3}}))) == 9);
    for (const float large : {1e18f, 1.0f, 1e-30f}) {
        CHECK(finite(logits(with(large, 0, Around<LayerNorm>{Seed{3}}))));
        auto network = with(large, 0, Around<BatchNorm>{Seed{3}});
        CHECK_NOTHROW(fit(network, data.images, data.labels, {.batch = 3, .optimizer = Sgd{.rate = 1e-3f}}));
    }
    auto network = with(1e25f, 0, Around<BatchNorm>{Seed{3}});
    CHECK_THROWS_AS(fit(network, data.images, data.labels, {.batch = 3}), NotFinite);
    auto constant = with(0, 7, Around<BatchNorm>{Seed{3}});
    const History history = fit(constant, data.images, data.labels, {.epochs = 3, .batch = 3, .optimizer = Sgd{.rate = 1e-3f}});
    CHECK(history.epochs.back().train.loss <= history.epochs.front().train.loss);
    CHECK(finite(constant.parameters()));
    CHECK(finite(logits(constant)));
    CHECK(finite(logits(with(0, 7, Around<LayerNorm>{Seed{3}}))));
}

TEST_CASE("finite pictures whose transforms leave the range get no invented answer, and sums their own") {
    using Net = Network<Image<8, 8, 1>, Sequential<Conv<3, 8>, MaxPool, Dense<3>>>;
    const Net network{Seed{1}};
    Network<Image<8, 8, 1>, Net::Layers, Plain<double>> twin{Seed{1}};
    const Network<Image<8, 8, 1>, Net::Layers, Direct> direct = [&] {
        Network<Image<8, 8, 1>, Net::Layers, Direct> result{Seed{1}};
        result.edit_parameters([&](auto numbers) { std::copy(network.parameters().begin(), network.parameters().end(), numbers.begin()); });
        return result;
    }();
    twin.edit_parameters([&](auto numbers) { std::copy(network.parameters().begin(), network.parameters().end(), numbers.begin()); });
    for (const float size : {1e20f, 3e37f, 3e38f}) {
        const Array<float, 4> pictures = size * xt::ones<float>({1, 8, 8, 1});
        const auto got = network.predict(pictures);
        const auto sums = direct.predict(pictures);
        const auto right = twin.predict(pictures);
        for (std::size_t k = 0; k < 3; ++k) {
            CHECK((!is_finite(got(0, k)) || std::abs(got(0, k) - right(0, k)) < 1e-3 * std::abs(right(0, k))));
            CHECK((!is_finite(sums(0, k)) || std::abs(sums(0, k) - right(0, k)) < 1e-3 * std::abs(right(0, k))));
            if (size < 1e38f) CHECK(is_finite(sums(0, k)));
        }
    }
}

TEST_CASE("a class is given where the logits are numbers") {
    Around<MaxPool> network{Seed{3}};
    const Data data;
    CHECK(network.classes(data.images).shape(0) == 3);
    network.edit_parameters([](std::span<float> numbers) { numbers[0] = not_a_number<float>(); });
    CHECK(message_of([&] { (void)network.classes(data.images); }).find("classes: a logit of picture 0 is not a number") != std::string::npos);
    const auto probabilities = network.probabilities(data.images);
    CHECK(nans(probabilities) == 9);
    const Evaluation result = evaluate(network, data.images, data.labels);
    CHECK(is_nan(result.loss));
    CHECK(result.correct == 0);
    CHECK(result.accuracy == 0);
    CHECK(std::accumulate(result.confusion.begin(), result.confusion.end(), std::size_t{0}) == 0);
}
