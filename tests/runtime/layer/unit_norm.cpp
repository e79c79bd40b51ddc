// SPDX-License-Identifier: MIT
#include "gradients.hpp"
#include "messages.hpp"
#include "promises.hpp"
#include "scratch.hpp"

#include <denim/exchange.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

using namespace denim;
using testing::check_gradients;

static_assert(check_layer<UnitNorm, Shape{2, 2, 8}>());

namespace {

// Pixels of three channels: one of length 3, none, a short one, another. What PyTorch gives for them in float64, and as the gradient of
// sum(y * dy): functional.normalize(x, dim=-1). Keras gives the same but for the gradient of the second, which it has not.
constexpr std::size_t pixels = 4;
using Numbers = std::array<double, 3 * pixels>;
constexpr Numbers given{1, -2, 2, 0, 0, 0, 3e-13, 0, -4e-13, 0.5, 0.25, -0.125}, to_output{3, 1, -2, 1, 2, 3, 1, -1, 0.5, 0.25, -2, 1};
constexpr Numbers wanted{1.0 / 3, -2.0 / 3, 2.0 / 3, 0, 0, 0, 0.3, 0, -0.4, 0.87287156094396956, 0.43643578047198478, -0.21821789023599239};
constexpr Numbers to_input{1.1111111111111112, 0.11111111111111110, -0.44444444444444442, 1e12, 2e12, 3e12,
                           1e12, -1e12, 5e11, 1.7665257781008907, -2.8264412449614254, 1.4132206224807127};

template <class Arithmetic>
void compare_with_pytorch() {
    using Stored = typename Arithmetic::Stored;
    constexpr Layout in{{1, pixels, 3}, {1, 0, 1, 2}, 8}, out{{1, pixels, 3}, {0, 1, 0, 0}, 3};
    std::vector<Stored> x(in.size()), y(out.size()), dy(out.size()), dx(in.size(), 7);
    const auto each = [&](auto act) {
        for (std::size_t n = 0; n < given.size(); ++n) act(n, in.offset(0, n / 3) + n % 3, out.offset(0, n / 3) + n % 3);
    };
    each([&](std::size_t n, std::size_t at, std::size_t to) { x[at] = static_cast<Stored>(given[n]), dy[to] = static_cast<Stored>(to_output[n]); });
    using Layer = UnitNormLayer<Arithmetic, out, in>;
    Layer::forward({.inputs = {x.data()}, .output = y.data()});
    Layer::template backward<Gradient::write>({.inputs = {x.data()}, .input_gradients = {dx.data()}, .output = y.data(), .output_gradient = dy.data()});
    each([&](std::size_t n, std::size_t at, std::size_t to) {
        CHECK(static_cast<double>(y[to]) == doctest::Approx(wanted[n]).epsilon(1e-6));
        CHECK(static_cast<double>(dx[at]) == doctest::Approx(to_input[n]).epsilon(2e-6));
    });
}

}  // namespace

TEST_CASE("UnitNorm: each pixel has the length 1, as PyTorch divides it, unless it is shorter than 1e-12") {
    compare_with_pytorch<Fast>();
    compare_with_pytorch<Plain<float>>();
    compare_with_pytorch<Plain<double>>();
}

TEST_CASE("UnitNorm: gradients, first, in a branch, of a row and last") {
    check_gradients<Image<5, 4, 3>, Sequential<UnitNorm, Conv<3, 5>, Residual<Conv<1, 5>, UnitNorm>, Dense<6>, UnitNorm, Dense<3>, UnitNorm>>(5);
    check_gradients<Image<4, 4, 2>, Sequential<Conv<3, 37>, Recompute<UnitNorm, Activation<Tanh>>, Dense<3>>>(4, 7);
}

TEST_CASE("UnitNorm: what every layer promises") { testing::check_promises<UnitNorm>("UnitNorm"); }

TEST_CASE("UnitNorm: a NaN gives NaN, and so do squares beyond the range") {
    Network<Image<1, 1, 1>, Sequential<Dense<2>, UnitNorm>> network;
    const auto of = [&](float first, float second) {
        network.edit([&](auto& layers) { layers.template get<0>().bias() = Array<float, 1>{first, second}; });
        return network.predict(Array<float, 3>{{{0}}});
    };
    CHECK(of(3, 4)(0) == doctest::Approx(0.6));
    CHECK(of(3, 4)(1) == doctest::Approx(0.8));
    for (std::size_t n = 0; n < 2; ++n) {
        CHECK(is_nan(of(not_a_number<float>(), 1)(n)));
        CHECK(is_nan(of(1e30f, 1)(n)));
    }
}

TEST_CASE("UnitNorm: LpNormalization in ONNX, out and in, of pictures and of rows, over the channels alone") {
    using Net = Network<Image<5, 4, 3>, Sequential<UnitNorm, Conv<3, 6, Same>, UnitNorm, Dense<4>, UnitNorm, Dense<3>>>;
    const Scratch scratch;
    const Net network{Seed{7}};
    export_onnx(network, scratch / "unit.onnx");
    Net loaded{Seed{8}};
    import_onnx(loaded, scratch / "unit.onnx");
    CHECK(std::ranges::equal(network.parameters(), loaded.parameters()));
    OnnxModel model = onnx_model(network);
    CHECK(std::ranges::count(model.nodes, "LpNormalization", &OnnxNode::type) == 3);
    const std::string spelled = spell_onnx("o", model);
    const char* const layers = "denim::UnitNorm,\n    denim::Conv<3, 6, denim::Same>,\n    denim::UnitNorm,\n    denim::Dense<4>,\n    denim::UnitNorm,";
    CHECK_MESSAGE(spelled.find(layers) != std::string::npos, spelled);

    const auto with = [&](const char* attribute, std::int64_t number) {
        OnnxModel changed = model;
        OnnxNode& node = *std::ranges::find(changed.nodes, "LpNormalization", &OnnxNode::type);
        std::ranges::find(node.attributes, attribute, &OnnxAttribute::name)->value = number;
        return message_of([&] { (void)spell_onnx("o", changed); });
    };
    CHECK(with("axis", -3) == "");  // the channels, counted from behind
    CHECK(with("axis", 2).find("along another axis than the channels it has no spelling") != std::string::npos);
    CHECK(with("p", 1).find("with these attributes it has no spelling") != std::string::npos);

    Network<Image<5, 4, 3>, Sequential<UnitNorm, Conv<3, 6, Same>, Rescale<2>, Dense<4>, UnitNorm, Dense<3>>> other;
    const std::string refused = message_of([&] { import_onnx(other, scratch / "unit.onnx"); });
    CHECK_MESSAGE(refused.find("is the layer UnitNorm, where the network has the activation times 2") != std::string::npos, refused);
}

TEST_CASE("UnitNorm: Keras's UnitNormalization, over the channels alone") {
    const auto spelled = [](const std::string& axis) {
        const std::string text = R"({"class_name": "Sequential", "config": {"layers": [
            {"class_name": "InputLayer", "name": "i", "config": {"name": "i", "batch_shape": [null, 4, 3, 2]}},
            {"class_name": "Conv2D", "name": "c", "config": {"name": "c", "filters": 4, "kernel_size": [3, 3], "padding": "same"}},
            {"class_name": "UnitNormalization", "name": "u", "config": {"name": "u", "trainable": true, "dtype": "float32", "axis": )" +
                                 axis + "}}]}}";
        return spell_keras(ByteSource{"k", std::as_bytes(std::span{text})});
    };
    for (const char* const axis : {"-1", "3", "[-1]"})
        CHECK(spelled(axis).find("denim::Conv<3, 4, denim::Same, denim::Linear>,\n    denim::UnitNorm>") != std::string::npos);
    for (const char* const axis : {"1", "[1, 2]"})
        CHECK(message_of([&] { (void)spelled(axis); }).find("a UnitNormalization of the channels was expected") != std::string::npos);
}
