// SPDX-License-Identifier: MIT
// Vectors and sequences, and several numbers to aim at, from data to prediction against what PyTorch gives (make_inputs.py).
#include "graph_values.hpp"
#include "kept_threads.hpp"

#include <denim/denim.hpp>
#include <denim/exchange.hpp>
#include <denim/format.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <numeric>
#include <span>
#include <string>
#include <vector>

using namespace denim;

namespace {

using Sequence = Network<Image<1, 32, 3>, Sequential<Conv<Window<1, 5>, 8>, Pool<Max, Window<1, 2>>, Conv<Window<1, 3>, 16, Padding<0, 1, 0, 1>, Linear>,
                                                     BatchNorm, Activation<ReLU>, DepthwiseConv<Window<1, 3>, Linear>, GlobalPool<Average>, Dense<4>>>;
using Vectors = Network<Input<13>, Sequential<Dense<16, ReLU>, BatchNorm, Dense<3>>>;
using Regression = Network<Input<5>, Sequential<Dense<7, ReLU>, Dense<3>>>;

std::vector<float> read(const std::string& name) { return Npz{"golden/inputs.npz"}.read(name).as<float>(); }

void check_close(const std::string& what, std::span<const float> got, const std::vector<float>& expected, float tolerance = 1e-5f) {
    REQUIRE_MESSAGE(got.size() == expected.size(), what);
    float worst = 0, largest = 0;
    for (std::size_t n = 0; n < expected.size(); ++n) {
        worst = std::max(worst, std::abs(got[n] - expected[n]));
        largest = std::max(largest, std::abs(expected[n]));
    }
    CHECK_MESSAGE(worst <= tolerance * largest, what << " differs by " << worst << " of " << largest);
}
void check_close(const std::string& what, const auto& array, const std::vector<float>& expected)
    requires requires { array.dimension(); }
{
    check_close(what, std::span{array.data(), array.size()}, expected);
}

// PyTorch's (N, C, L) as (N, 1, L, C).
Array<float, 4> sequences() {
    const auto numbers = read("sequence.input");
    Array<float, 4> all(std::array<std::size_t, 4>{5, 1, 32, 3});
    for (std::size_t n = 0; n < 5; ++n)
        for (std::size_t c = 0; c < 3; ++c)
            for (std::size_t x = 0; x < 32; ++x) all(n, 0, x, c) = numbers[(n * 3 + c) * 32 + x];
    return all;
}
Array<float, 2> rows(const std::string& name, std::size_t count) {
    const auto numbers = read(name);
    Array<float, 2> all(std::array{count, numbers.size() / count});
    std::ranges::copy(numbers, all.begin());
    return all;
}

// The file, read as a graph and layer by layer, as this network.
template <class Net>
void check_graph(const std::string& name, const auto& samples, const std::string& type) {
    const OnnxModel model = read_onnx("golden/inputs/" + name + ".onnx");
    const LayerGraph graph = onnx_layer_graph(name, model);
    CHECK(graph.picture == Net::input);
    const GraphValues values{graph};
    std::vector<float> results;
    for (std::size_t at = 0; at < samples.size(); at += Net::input.size())
        for (const double number : values(std::span<const float>{samples.data() + at, Net::input.size()})) results.push_back(static_cast<float>(number));
    check_close(name, results, read(name + ".logits"));
    CHECK(spell_onnx(name, model) == type);
}

// Weights and graphs of PyTorch's, and our own graph back.
template <class Net>
void check_exchange(const std::string& name, const auto& samples) {
    Net of_weights, of_graph{Seed{3}}, back{Seed{4}};
    import_weights(of_weights, "golden/inputs/" + name + ".npz", WeightLayout::pytorch, {.batch_norm_epsilon = 1e-3});
    check_close(name, of_weights.predict(samples), read(name + ".logits"));
    import_onnx(of_graph, "golden/inputs/" + name + ".onnx");
    check_close(name, of_graph.predict(samples), read(name + ".logits"));
    const OnnxModel model = onnx_model(of_weights);
    const auto& shape = samples.shape();
    CHECK(std::equal(model.inputs[0].shape.begin() + 1, model.inputs[0].shape.end(), shape.begin() + 1, shape.end()));
    const std::string file = (std::filesystem::temp_directory_path() / ("denim_golden_" + name + ".onnx")).string();
    write_onnx(file, model);
    import_onnx(back, file);
    std::filesystem::remove(file);
    CHECK(back.predict(samples) == of_weights.predict(samples));
}

}  // namespace

TEST_CASE("a network on sequences with PyTorch's weights and graph gives what PyTorch gives") {
    check_exchange<Sequence>("sequence", sequences());
    check_graph<Sequence>("sequence", sequences(),
                          "using Model = denim::Network<denim::Image<1, 32, 3>, denim::Sequential<\n    denim::Conv<denim::Window<1, 5>, 8>,\n"
                          "    denim::Pool<denim::Max, denim::Window<1, 2>>,\n    denim::Conv<denim::Window<1, 3>, 16, denim::Same, denim::Linear>,\n"
                          "    denim::BatchNorm,\n    denim::Activation<denim::ReLU>,\n    denim::DepthwiseConv<denim::Window<1, 3>, denim::Linear>,\n"
                          "    denim::GlobalPool<denim::Average>,\n    denim::Dense<4>>>;\n");
}

TEST_CASE("a network on vectors with PyTorch's weights and graph gives what PyTorch gives") {
    check_exchange<Vectors>("vector", rows("vector.input", 5));
    check_graph<Vectors>("vector", rows("vector.input", 5),
                         "using Model = denim::Network<denim::Input<13>, denim::Sequential<\n    denim::Dense<16, denim::ReLU>,\n    denim::BatchNorm,\n"
                         "    denim::Dense<3>>>;\n");
}

TEST_CASE("the squared error of several targets, its gradients, and how near each target is, as PyTorch gives them") {
    const auto samples = rows("regression.input", 6), targets = rows("regression.targets", 6);
    Regression network;
    std::vector<float> all;
    for (const char* const layer : {"0", "2"}) {  // ours are (inputs, outputs)
        const auto weights = read(std::string{"regression."} + layer + ".weight"), bias = read(std::string{"regression."} + layer + ".bias");
        const std::size_t outputs = bias.size(), inputs = weights.size() / outputs;
        for (std::size_t i = 0; i < inputs; ++i)
            for (std::size_t o = 0; o < outputs; ++o) all.push_back(weights[o * inputs + i]);
        all.insert(all.end(), bias.begin(), bias.end());
    }
    network.edit_parameters([&](std::span<float> to) { std::ranges::copy(all, to.begin()); });
    check_close("outputs", network.predict(samples), read("regression.outputs"));

    std::vector<std::uint32_t> order(6);
    std::iota(order.begin(), order.end(), 0u);
    const std::vector<float> numbers(targets.begin(), targets.end());
    Trainer<Regression::Graph, Fast, MeanSquaredError> trainer{6};
    const auto step = trainer.step(network.parameters(), network.all_settings(),
                                   {Pictures::of(samples, Regression::input), {}, order, Seed{}, 0, {}, numbers});
    CHECK(step.loss == doctest::Approx(static_cast<double>(read("regression.loss")[0])).epsilon(1e-6));
    const auto gradients = trainer.gradients();
    std::size_t row = 0;
    for (const char* const layer : {"0", "2"}) {
        const Row &weights = network.rows()[row++], &bias = network.rows()[row++];
        const std::size_t inputs = weights.extents.values[0], outputs = weights.extents.values[1];
        std::vector<float> theirs(inputs * outputs);
        for (std::size_t i = 0; i < inputs; ++i)
            for (std::size_t o = 0; o < outputs; ++o) theirs[o * inputs + i] = gradients[weights.offset + i * outputs + o];
        check_close("weights", theirs, read(std::string{"regression."} + layer + ".weight_gradient"));
        check_close("bias", gradients.subspan(bias.offset, bias.size()), read(std::string{"regression."} + layer + ".bias_gradient"));
    }

    const auto scores = evaluate_targets(network, samples, targets);
    REQUIRE(scores.size() == 3);
    const auto squares = read("regression.squared_error"), absolutes = read("regression.absolute_error"), r2 = read("regression.r2");
    for (std::size_t k = 0; k < 3; ++k) {
        CHECK(scores[k].count == 6);
        CHECK(scores[k].mean_squared_error == doctest::Approx(static_cast<double>(squares[k])).epsilon(1e-5));
        CHECK(scores[k].root_mean_squared_error == doctest::Approx(std::sqrt(static_cast<double>(squares[k]))).epsilon(1e-5));
        CHECK(scores[k].mean_absolute_error == doctest::Approx(static_cast<double>(absolutes[k])).epsilon(1e-5));
        CHECK(scores[k].r2 == doctest::Approx(static_cast<double>(r2[k])).epsilon(1e-5));
    }
}
