// SPDX-License-Identifier: MIT
// Each layer against what Keras or PyTorch gives: values and gradients, in double precision by the plain twins and in fp32 by the fast kernels.
#include "kept_threads.hpp"
#include "sides.hpp"

#include <denim/denim.hpp>
#include <denim/format.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

using namespace denim;

namespace {

// What flows past the two test layers, sample by sample; one thread runs them.
std::vector<double> outputs, input_gradients;
const std::vector<double>* output_gradients = nullptr;

/// Passes its input on, and keeps the gradient that comes back.
struct Tap : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : LayerDefaults<Arithmetic> {
        static void forward(const Forward<Arithmetic>& at) {
            for (std::size_t y = 0; y < In.shape.height; ++y)
                for (std::size_t x = 0; x < In.shape.width; ++x)
                    std::copy_n(at.input() + In.offset(y, x), In.shape.channels, at.output + Out.offset(y, x));
        }
        template <Gradient>
        static void backward(const Backward<Arithmetic>& at) {
            for (std::size_t y = 0; y < Out.shape.height; ++y)
                for (std::size_t x = 0; x < Out.shape.width; ++x)
                    for (std::size_t c = 0; c < Out.shape.channels; ++c)
                        input_gradients.push_back(static_cast<double>(at.output_gradient[Out.offset(y, x) + c]));
        }
    };
};

/// Flattens a picture into one row of numbers.
struct Flat : SpecDefaults {
    static constexpr Shape output(Shape in) { return {1, 1, in.size()}; }

    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : LayerDefaults<Arithmetic> {
        template <class Each>
        static void each_number(Each each) {
            for (std::size_t y = 0, flat = 0; y < In.shape.height; ++y)
                for (std::size_t x = 0; x < In.shape.width; ++x)
                    for (std::size_t c = 0; c < In.shape.channels; ++c) each(flat++, In.offset(y, x) + c);
        }
        static void forward(const Forward<Arithmetic>& at) {
            each_number([&](std::size_t flat, std::size_t place) { at.output[flat] = at.input()[place]; });
        }
        template <Gradient To>
        static void backward(const Backward<Arithmetic>& at) {
            each_number([&](std::size_t flat, std::size_t place) { at.input_gradient()[place] = at.output_gradient[flat]; });
        }
    };
};

/// Takes the golden gradient of sample number `label` instead of a loss.
struct GivenGradient {
    template <class Stored>
    static double sample(const Stored* numbers, std::size_t count, const Target& target, Stored* gradient, double) {
        outputs.insert(outputs.end(), numbers, numbers + count);
        for (std::size_t n = 0; n < count; ++n) gradient[n] = static_cast<Stored>((*output_gradients)[static_cast<std::size_t>(target.label) * count + n]);
        return 0;
    }
};

std::vector<double> read(const std::string& file, const std::string& name) {
    return Npz{std::filesystem::path{"golden"} / file}.read(name).as<double>();
}

double largest(const std::vector<double>& numbers) {
    double most = 0;
    for (const double number : numbers) most = std::max(most, std::abs(number));
    return most;
}

template <class Numbers>
void check_close(const std::string& what, const Numbers& got, const std::vector<double>& expected, double tolerance) {
    REQUIRE(got.size() == expected.size());
    const double allowed = tolerance * (largest(expected) + 1e-3);
    double worst = 0;
    for (std::size_t n = 0; n < expected.size(); ++n) worst = std::max(worst, std::abs(static_cast<double>(got[n]) - expected[n]));
    INFO(what << ": largest difference " << worst << ", allowed " << allowed);
    CHECK(worst <= allowed);
}

template <class Stored>
void compare(testing::Side<Stored> side, const std::string& file, const std::string& name, const std::vector<std::string>& parameters,
             double tolerance, Seed seed) {
    const testing::KeptThreads kept_threads;
    const auto golden = [&](const std::string& what) { return read(file, name + "." + what); };
    auto to = side.parameters.begin();
    for (const std::string& parameter : parameters)
        for (const double number : golden(parameter)) *to++ = static_cast<Stored>(number);
    const std::vector<double> given = golden("output_gradient"), input = golden("input");
    const std::vector<float> numbers(input.begin(), input.end());
    const std::size_t count = input.size() / side.graph.input.size();
    const Pictures pictures{side.graph.input, count, nullptr, numbers.data()};
    std::vector<std::int32_t> labels(count);
    std::vector<std::uint32_t> order(count);
    std::iota(labels.begin(), labels.end(), 0);
    std::iota(order.begin(), order.end(), 0u);

    outputs.clear();
    input_gradients.clear();
    output_gradients = &given;
    set_threads(1);
    testing::SideTrainer trainer{side, count, GivenGradient{}};
    trainer.step(side.parameters, {pictures, labels, order, seed});
    check_close("output", outputs, golden("output"), tolerance);
    check_close("input gradient", input_gradients, golden("input_gradient"), tolerance);
    const auto gradients = trainer.gradients();
    std::size_t row = 0;
    for (const std::string& parameter : parameters) {
        const Row& at = side.rows[row++];
        const bool moved = at.moved == Moved::by_layer;
        check_close(parameter, gradients.subspan(at.offset, at.size()), golden(parameter + (moved ? "_after" : "_gradient")), tolerance);
    }
    if (side.answers) check_close("inference", side.predict(pictures), golden("inference_output"), tolerance);
}

template <class Input, class Spec>
void compare(const std::string& file, const std::string& name, const std::vector<std::string>& parameters, Seed seed = {}) {
    using Body = Sequential<Tap, Spec, Flat>;
    INFO(file << ' ' << name);
    const auto compare_side = [&](const auto& network, double tolerance) {
        constexpr bool answers = denim::detail::is_batch_norm<Spec> || requires { requires Spec::training_only; };  // otherwise than in training
        compare(testing::side_of<answers>(network), file, name, parameters, tolerance, seed);
    };
    compare_side(Network<Input, Body, Plain<double>>{}, 1e-6);  // pictures are floats: exact in the golden files too
    compare_side(Network<Input, Body>{}, 1e-5);
}

const std::vector<std::string> weights_and_bias{"weights", "bias"};

}  // namespace

TEST_CASE("Conv") {
    const std::string file = "convolution.npz";
    compare<Image<9, 7, 3>, Conv<3, 5>>(file, "valid", weights_and_bias);
    compare<Image<11, 8, 2>, Conv<5, 7, Linear>>(file, "valid_linear", weights_and_bias);
    compare<Image<13, 12, 3>, Conv<7, 8>>(file, "seven", weights_and_bias);
    compare<Image<7, 9, 4>, Conv<3, 6, Same>>(file, "same", weights_and_bias);
    compare<Image<6, 5, 1>, Conv<4, 3, Same, Linear>>(file, "same_even", weights_and_bias);
    compare<Image<6, 5, 19>, Conv<3, 17, Same>>(file, "same_wide", weights_and_bias);
    compare<Image<8, 7, 3>, Conv<3, 5, Same, Stride<2>>>(file, "same_stride", weights_and_bias);
    compare<Image<10, 9, 3>, Conv<5, 4, Stride<2>, Linear, Same>>(file, "same_stride_5", weights_and_bias);
    compare<Image<11, 10, 2>, Conv<3, 4, Stride<3>>>(file, "stride", weights_and_bias);
    compare<Image<5, 4, 6>, Conv<1, 9>>(file, "point", weights_and_bias);
    compare<Image<6, 6, 1>, Conv<3, 4, NoBias>>(file, "no_bias", {"weights"});
    compare<Image<3, 3, 1>, Conv<3, 2>>(file, "one_pixel", weights_and_bias);
}

TEST_CASE("Pool") {
    compare<Image<7, 5, 3>, MaxPool>("pool.npz", "max", {});
    compare<Image<9, 8, 4>, Pool<Max, 3, Stride<2>>>("pool.npz", "max_3", {});
}

TEST_CASE("Dense") {
    compare<Image<3, 2, 5>, Dense<7, ReLU>>("dense.npz", "relu", weights_and_bias);
    compare<Image<1, 1, 10>, Dense<3>>("dense.npz", "linear", weights_and_bias);
    compare<Image<1, 1, 50>, Dense<33, ReLU>>("dense.npz", "wide", weights_and_bias);
}

TEST_CASE("BatchNorm") {
    compare<Image<4, 3, 5>, BatchNorm>("batch_norm.npz", "picture", {"gamma", "beta", "mean", "variance"});
    compare<Image<1, 1, 7>, BatchNorm>("batch_norm.npz", "vector", {"gamma", "beta", "mean", "variance"});
}

TEST_CASE("Residual") {
    compare<Image<6, 5, 4>, Residual<Conv<3, 4, Same>, Conv<3, 4, Same, Linear>>>("residual.npz", "plain", {"weights_0", "bias_0", "weights_1", "bias_1"});
    compare<Image<6, 5, 4>, Residual<Conv<3, 4, Same>, BatchNorm, Conv<3, 4, Same, Linear>>>(
        "residual.npz", "norm", {"weights_0", "bias_0", "gamma_1", "beta_1", "mean_1", "variance_1", "weights_2", "bias_2"});
}

TEST_CASE("Conv with dilation and groups, DepthwiseConv") {
    const std::string file = "layers.npz";
    compare<Image<9, 8, 3>, Conv<3, 5, Dilation<2>>>(file, "dilated", weights_and_bias);
    compare<Image<8, 7, 2>, Conv<3, 4, Same, Dilation<3>, Linear>>(file, "dilated_same", weights_and_bias);
    compare<Image<7, 6, 4>, Conv<3, 6, Same, Groups<2>>>(file, "grouped", weights_and_bias);
    compare<Image<9, 8, 4>, Conv<3, 8, Groups<4>, Stride<2>, Linear>>(file, "grouped_stride", weights_and_bias);
    compare<Image<7, 6, 5>, DepthwiseConv<3>>(file, "depthwise", weights_and_bias);
    compare<Image<9, 8, 18>, DepthwiseConv<5, Same, Stride<2>, Linear>>(file, "depthwise_same", weights_and_bias);
}

TEST_CASE("windows that are not square, strides and dilations by axis") {
    const std::string file = "layers.npz";
    compare<Image<5, 9, 3>, Conv<Window<1, 7>, 5, Same>>(file, "row", weights_and_bias);
    compare<Image<8, 5, 2>, Conv<Window<7, 1>, 4, Padding<2, 0, 1, 0>, Linear>>(file, "column", weights_and_bias);
    compare<Image<9, 6, 18>, Conv<Window<3, 1>, 17, Stride<2, 1>>>(file, "column_stride", weights_and_bias);
    compare<Image<6, 9, 3>, Conv<3, 4, Dilation<1, 2>, Padding<1>>>(file, "row_dilated", weights_and_bias);
    compare<Image<4, 9, 6>, DepthwiseConv<Window<1, 5>, Same, Stride<1, 2>, Linear>>(file, "depthwise_row", weights_and_bias);
    compare<Image<6, 5, 3>, Pool<Max, Window<2, 1>>>(file, "max_column", {});
    compare<Image<7, 6, 4>, Pool<Max, Window<3, 2>, Stride<2, 1>, Padding<1, 0, 1, 0>>>(file, "max_window", {});
    compare<Image<4, 9, 5>, Pool<Average, Window<1, 3>, Stride<1, 2>>>(file, "average_row", {});
}

TEST_CASE("LayerNorm and GlobalPool") {
    compare<Image<4, 3, 5>, LayerNorm>("layers.npz", "layer_norm", {"gamma", "beta"});
    compare<Image<5, 4, 6>, GlobalPool<Average>>("layers.npz", "global_average", {});
    compare<Image<5, 4, 6>, GlobalPool<Max>>("layers.npz", "global_max", {});
}

TEST_CASE("PReLU and Scale") {
    compare<Image<4, 3, 19>, PReLU>("layers.npz", "prelu", {"slope"});
    compare<Image<4, 3, 19>, Scale>("layers.npz", "scale", {"factor"});
}

TEST_CASE("GroupNorm and InstanceNorm") {
    compare<Image<4, 3, 21>, GroupNorm<3>>("layers.npz", "group_norm", {"gamma", "beta"});
    compare<Image<4, 3, 5>, InstanceNorm>("layers.npz", "instance_norm", {"gamma", "beta"});
}

TEST_CASE("LocalResponseNorm") {
    compare<Image<4, 3, 9>, LocalResponseNormOf<5, 0.5, 0.75, 2>>("layers.npz", "local_response", {});
}

TEST_CASE("sequences, as PyTorch's Conv1d and pools have them") {
    const std::string file = "inputs.npz";
    compare<Image<1, 12, 3>, Conv<Window<1, 5>, 7>>(file, "conv1d", weights_and_bias);
    compare<Image<1, 11, 4>, Conv<Window<1, 5>, 6, Padding<0, 2, 0, 2>, Stride<1, 2>, Linear>>(file, "conv1d_stride", weights_and_bias);
    compare<Image<1, 10, 2>, Conv<Window<1, 3>, 5, Dilation<1, 2>, Padding<0, 2, 0, 2>>>(file, "conv1d_dilated", weights_and_bias);
    compare<Image<1, 9, 4>, Conv<Window<1, 3>, 6, Groups<2>, Linear>>(file, "conv1d_groups", weights_and_bias);
    compare<Image<1, 9, 18>, DepthwiseConv<Window<1, 3>, Padding<0, 1, 0, 1>, Linear>>(file, "conv1d_depthwise", weights_and_bias);
    compare<Image<1, 9, 5>, Pool<Max, Window<1, 2>>>(file, "max_pool1d", {});
    compare<Image<1, 9, 5>, Pool<Average, Window<1, 3>, Stride<1, 2>>>(file, "avg_pool1d", {});
}

TEST_CASE("BatchNorm's options") {
    const std::string file = "inputs.npz";
    compare<Image<4, 3, 5>, BatchNormOf<Epsilon<0.25>, Momentum<0.75>>>(file, "norm", {"gamma", "beta", "mean", "variance"});
    compare<Image<3, 2, 18>, BatchNormOf<NoGamma, Epsilon<1e-5>>>(file, "norm_no_gamma", {"beta", "mean", "variance"});
    compare<Input<7>, BatchNormOf<NoBeta, Momentum<0.5>>>(file, "norm_no_beta", {"gamma", "mean", "variance"});
    compare<Image<2, 3, 16>, BatchNormOf<NoGamma, NoBeta, Epsilon<0.01>, Momentum<0.9>>>(file, "norm_neither", {"mean", "variance"});
}

TEST_CASE("what moves numbers") {
    compare<Image<4, 3, 5>, Pad<1, 0, 2, 3>>("layers.npz", "pad", {});
    compare<Image<6, 8, 5>, Crop<1, 0, 2, 3>>("layers.npz", "crop", {});
    compare<Image<4, 3, 21>, Slice<2, 17>>("layers.npz", "slice", {});
    compare<Image<4, 3, 21>, SplitChannels<Sequential<>, Activation<ReLU>, Activation<Tanh>>>("layers.npz", "split", {});
    compare<Image<4, 3, 21>, ShuffleChannels<3>>("layers.npz", "shuffle", {});
}

TEST_CASE("SeparableConv") {
    compare<Image<8, 7, 5>, SeparableConv<3, 6, Same, Stride<2>>>("layers.npz", "separable", {"0.weights", "1.weights", "1.bias"});
    compare<Image<7, 6, 18>, SeparableConv<3, 17, Dilation<2>, Linear, NoBias>>("layers.npz", "separable_valid", {"0.weights", "1.weights"});
}

TEST_CASE("Rescale and Normalise") {
    compare<Image<4, 3, 19>, Rescale<-0.5, 0.25>>("layers.npz", "rescale", {});
    compare<Image<5, 4, 3>, Normalise<Mean<0.485, 0.456, 0.406>, Deviation<0.229, 0.224, 0.225>>>("layers.npz", "normalise", {});
}

TEST_CASE("StochasticDepth with those samples kept that Keras kept, and as a trained network has it") {
    const std::vector<double> golden = read("layers.npz", "stochastic_depth.output"), no_gradient(golden.size(), 0.0);
    const std::size_t count = 3;
    const auto kept = [&](const std::vector<double>& of) {
        std::vector<bool> are;
        for (std::size_t n = 0; n < of.size(); n += of.size() / count) are.push_back(of[n] != 0);
        return are;
    };
    const std::vector<float> ones(golden.size(), 1);
    const Pictures pictures{{4, 3, 19}, count, nullptr, ones.data()};
    const std::vector<std::int32_t> labels{0, 1, 2};
    const std::vector<std::uint32_t> order{0, 1, 2};
    const testing::KeptThreads kept_threads;
    set_threads(1);
    const auto side = testing::side_of(Network<Image<4, 3, 19>, Sequential<Tap, StochasticDepth<0.4>, Flat>>{});
    const auto kept_by = [&](Seed seed) {
        outputs.clear();
        output_gradients = &no_gradient;
        testing::SideTrainer trainer{side, count, GivenGradient{}};
        trainer.step(side.parameters, {pictures, labels, order, seed});
        return kept(outputs);
    };
    Seed seed{0};
    while (seed.value < 100 && kept_by(seed) != kept(golden)) ++seed.value;
    REQUIRE(seed.value < 100);
    compare<Image<4, 3, 19>, StochasticDepth<0.4>>("layers.npz", "stochastic_depth", {}, seed);
}
