// SPDX-License-Identifier: MIT
// NaNs, infinities, and numbers near the ends of the range, through every layer: forward, backward, and a step of training.
#include <denim/denim.hpp>

#include <doctest/doctest.h>
#include <messages.hpp>
#include <sides.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <vector>

using namespace denim;
using testing::Side;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

/// A network whose layer under test stands between a first convolution, where bad numbers come from, and the logits.
template <class Layer, class Numbers = Fast>
using Around = Network<Image<9, 8, 3>, Sequential<Conv<1, 4, Linear>, Layer, Dense<3>>, Numbers>;

/// A finite loss whose gradient is NaN.
struct NaNGradient {
    static constexpr Wants wants = Wants::label;
    template <class Scalar>
    double sample(const Scalar*, std::size_t outputs, const Target&, Scalar* gradient, double) const {
        std::fill_n(gradient, outputs, not_a_number<Scalar>());
        return 1;
    }
};

struct Data {
    Array<float, 4> images{std::array<std::size_t, 4>{3, 9, 8, 3}};
    Array<std::int32_t, 1> labels{std::array<std::size_t, 1>{3}, 1};
    std::vector<std::uint32_t> order{0, 1, 2};

    explicit Data(float size = 1) {
        Random random{Seed{8}};
        for (float& number : images) number = size * static_cast<float>(random.uniform(0.1, 1));
    }
};

template <class Net>
std::vector<typename Net::Scalar> logits(const Net& network, const Data& data = Data{}) {
    const auto all = network.predict(data.images);
    return {all.begin(), all.end()};
}
template <class Numbers>
std::size_t nans(const Numbers& numbers) {
    return static_cast<std::size_t>(std::count_if(numbers.begin(), numbers.end(), [](auto number) { return is_nan(number); }));
}
template <class Numbers>
bool finite(const Numbers& numbers) {
    return std::all_of(numbers.begin(), numbers.end(), [](auto number) { return is_finite(number); });
}

/// A network without its type, beside its plain twin.
struct Pair {
    Side<float> good;
    Side<double> twin;
    NetworkState<float>& state;  // of the network that `learner` teaches
    Learner& learner;
    Learner& poisoned;  // by NaNGradient

    void reset() const { state.parameters = AlignedArray<float>(good.parameters); }
};

template <class Scalar>
std::vector<Scalar> logits(const Side<Scalar>& side, const Data& data) {
    return side.predict(Pictures::of(data.images, side.graph.input));
}

/// Gradients of NaNGradient's step.
template <class Scalar>
std::vector<Scalar> poisoned_gradients(const Side<Scalar>& side, const Data& data) {
    testing::SideTrainer<Scalar, NaNGradient> trainer{side, 3};
    const std::vector<std::int32_t> labels(3, 1);
    trainer.step(side.parameters, {Pictures::of(data.images, side.graph.input), labels, data.order, Seed{3}, 2});
    return {trainer.gradients().begin(), trainer.gradients().end()};
}

void check_pair(const Pair& pair, const Data& data, const Samples& samples) {
    const Side<float>& good = pair.good;
    REQUIRE(finite(logits(good, data)));

    // A NaN in any row reaches a logit, from the first convolution every one.
    for (const Row& row : good.rows) {
        CAPTURE(row.name);
        Side<float> bad = good;
        bad.parameters[row.offset + row.size() / 2] = not_a_number<float>();
        const std::size_t count = nans(logits(bad, data));
        CHECK(count > 0);
        if (row.offset == 0) CHECK(count == 9);

        // A step says so, of the loss or of running statistics that a layer moves, and changes nothing.
        pair.reset();
        pair.state.parameters.data()[row.offset + row.size() / 2] = not_a_number<float>();
        CHECK_THROWS_AS(detail::teach(pair.learner, samples, nullptr, {.batch = 3, .optimizer = Sgd{.rate = 0.1f}}), NotFinite);
        CHECK(std::memcmp(bad.parameters.data(), pair.state.parameters.data(), bad.parameters.size() * sizeof(float)) == 0);
    }

    // An infinite channel gives what the definition gives: numbers, or none.
    for (const float wrong : {infinity, -infinity}) {
        Side<float> bad = good;
        Side<double> twin = pair.twin;
        bad.parameters[bad.rows[1].offset + 1] = wrong;
        std::ranges::copy(bad.parameters, twin.parameters.begin());
        const std::vector<float> got = logits(bad, data);
        const std::vector<double> right = logits(twin, data);
        for (std::size_t n = 0; n < got.size(); ++n) {
            CAPTURE(right[n]);
            const double number = static_cast<double>(got[n]);
            CHECK((is_finite(number) ? is_finite(right[n]) && std::abs(number - right[n]) < 1e-3 * (1 + std::abs(right[n])) : !is_finite(right[n])));
        }
    }

    // A NaN gradient reaches every gradient that it reaches by definition; fit names the row and changes nothing.
    Side<double> twin = pair.twin;
    std::ranges::copy(good.parameters, twin.parameters.begin());
    const std::vector<float> got = poisoned_gradients(good, data);
    const std::vector<double> right = poisoned_gradients(twin, data);
    CHECK(nans(right) > 0);
    for (std::size_t n = 0; n < got.size(); ++n)
        if (is_nan(right[n]) && !is_nan(got[n])) FAIL("gradient " << n << " is " << got[n]);
    pair.reset();
    CHECK_THROWS_AS(detail::teach(pair.poisoned, samples, nullptr, {.batch = 3, .loss = NaNGradient{}}), GradientNotFinite);
    CHECK(std::ranges::equal(pair.state.parameters.span(), good.parameters));

    // The smallest numbers are numbers.
    const Data small{1e-40f};
    const std::vector<float> quick = logits(good, small);
    const std::vector<double> exact = logits(twin, small);
    for (std::size_t n = 0; n < quick.size(); ++n) CHECK(std::abs(static_cast<double>(quick[n]) - exact[n]) < 1e-4 * (1 + std::abs(exact[n])));
}

template <class Layer>
void check_layer(const char* name) {
    CAPTURE(name);
    Around<Layer> network{Seed{3}};
    NetworkLearner learner{network, 3, {SoftmaxCrossEntropy{}}}, poisoned{network, 3, {NaNGradient{}}};
    const Data data;
    check_pair({testing::side_of<true>(network), testing::side_of<true>(Around<Layer, Plain<double>>{}), network.state(), learner, poisoned}, data,
               Samples::of(LabelledPair{data.images, data.labels}, learner.input(), learner.heads(), "training"));
}

}  // namespace

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
