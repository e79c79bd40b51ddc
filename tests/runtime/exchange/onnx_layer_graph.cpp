// SPDX-License-Identifier: MIT
#include "graph_values.hpp"
#include "messages.hpp"

#include <denim/exchange/compare_graphs.hpp>
#include <denim/exchange/spell_onnx.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace denim;

namespace {

using Numbers = std::vector<std::int64_t>;

AnyArray floats(std::vector<std::size_t> shape, float first = 0.5f, float step = 0.25f) {
    AnyArray array{ElementType::float32, std::move(shape)};
    for (float& number : array.values<float>()) number = first, first += step;
    return array;
}
AnyArray longs(const Numbers& numbers) { return AnyArray::of(std::span<const std::int64_t>{numbers}, {numbers.size()}); }

// From "x" (N, 2, 4, 6) to "y".
OnnxModel model_of(std::vector<OnnxNode> nodes) {
    OnnxModel model;
    model.inputs = {{"x", ElementType::float32, {0, 2, 4, 6}}};
    model.outputs = {{"y", ElementType::float32, {}}};
    model.weights = {{"w", floats({2, 2, 3, 3})},
                     {"w3", floats({3, 2, 1, 1})},
                     {"b", floats({2})},
                     {"c", floats({2, 1, 1})},
                     {"row", floats({6})},
                     {"two", floats({}, 2)},
                     {"half", floats({}, 0.5f)},
                     {"one", floats({}, 1)},
                     {"three", floats({}, 3)},
                     {"six", floats({}, 6)},
                     {"zero", floats({}, 0)},
                     {"root", floats({}, std::sqrt(0.5f))},
                     {"matrix", floats({48, 3})},
                     {"pixel", floats({2, 3})},
                     {"wide", floats({6, 6})},
                     {"b3", floats({3})},
                     {"many", floats({48})},
                     {"to_row", longs({0, -1})},
                     {"single", floats({48, 1})},
                     {"last", longs({-1})},
                     {"cut", longs({0, 4, -1})},
                     {"pixels", longs({0, 2, 24})},
                     {"edges", longs({0, 0, 1, 2, 0, 0, 0, 3})},
                     {"groups", longs({0, 2, 3, 4, 6})},
                     {"six channels", longs({0, 6, 4, 6})},
                     {"picture", longs({-1, 2, 4, 6})}};
    model.nodes = std::move(nodes);
    return model;
}
const OnnxNode conv{"Conv", "conv", {"x", "w", "b"}, {"c1"}, {{"pads", Numbers{1, 1, 1, 1}}}};

std::string reason(const OnnxModel& model) {
    return message_of([&] { spell_onnx("o", model); });
}
void refused(std::vector<OnnxNode> nodes, const std::string& node, const std::string& why) {
    const std::string message = reason(model_of(std::move(nodes)));
    CHECK_MESSAGE(message.starts_with("o: the node '" + node + "' ("), message);
    CHECK_MESSAGE(message.find(why) != std::string::npos, message);
}
std::string layers(std::vector<OnnxNode> nodes) {
    std::string text = spell_onnx("o", model_of(std::move(nodes)));
    text.erase(0, text.find("Sequential<") + 11);
    for (std::size_t at = 0; (at = text.find("denim::")) != text.npos;) text.erase(at, 7);
    for (std::size_t at = 0; (at = text.find("\n    ")) != text.npos;) text.replace(at, 5, at == 0 ? "" : " ");
    return text.substr(0, text.find(">>;"));
}
std::vector<double> values(std::vector<OnnxNode> nodes) {
    const OnnxModel model = model_of(std::move(nodes));
    const LayerGraph graph = onnx_layer_graph("o", model);
    std::vector<float> picture(48);
    for (std::size_t n = 0; n < picture.size(); ++n) picture[n] = static_cast<float>(n % 7) - 3;
    return GraphValues{graph}(picture);
}

}  // namespace

TEST_CASE("what is not understood, or not provably neutral, is an error that names the node") {
    refused({{"LSTM", "l", {"x"}, {"y"}}}, "l", "Denim has no layer for it");
    refused({{"Relu", "r", {"x"}, {"y"}, {}, "com.example"}}, "r", "the domain 'com.example'");
    refused({{"Relu", "r", {"x"}, {"y"}, {{"slope", 0.5f}}}}, "r", "its attribute 'slope' is not known");
    refused({{"Relu", "r", {"z"}, {"y"}}}, "r", "it reads 'z', which nothing before it gives");
    refused({conv, {"Relu", "late", {"z"}, {"y"}}, {"Relu", "r", {"c1"}, {"z"}}}, "late", "which nothing before it gives");
    // reshapes and transpositions
    refused({conv, {"Reshape", "shuffle", {"c1", "cut"}, {"z"}}, {"Relu", "", {"z"}, {"y"}}}, "shuffle", "cuts rows, columns or channels apart");
    refused({conv, {"Transpose", "t", {"c1"}, {"z"}, {{"perm", Numbers{0, 1, 3, 2}}}}, {"Conv", "second", {"z", "w3"}, {"y"}}}, "second",
            "in another order");
    refused({conv, {"Transpose", "t", {"c1"}, {"z"}, {{"perm", Numbers{1, 0, 2, 3}}}}, {"Relu", "", {"z"}, {"y"}}}, "t",
            "the batch becomes another axis");
    refused({conv, {"Flatten", "f", {"c1"}, {"y"}, {{"axis", std::int64_t{2}}}}}, "f", "leaves the batch as it is");
    // softmax, casts, training
    refused({conv, {"Softmax", "s", {"c1"}, {"z"}, {{"axis", std::int64_t{2}}}}, {"Relu", "", {"z"}, {"y"}}}, "s", "another axis than the channels");
    refused({conv, {"LogSoftmax", "s", {"c1"}, {"z"}, {{"axis", std::int64_t{1}}}}, {"Relu", "", {"z"}, {"y"}}}, "s",
            "'log_softmax' has no spelling");
    refused({conv, {"Cast", "half", {"c1"}, {"y"}, {{"to", std::int64_t{10}}}}}, "half", "a conversion from float32");
    refused({conv, {"BatchNormalization", "n", {"c1", "b", "b", "b", "b"}, {"y"}, {{"training_mode", std::int64_t{1}}}}}, "n", "as in training");
    refused({{"Transpose", "", {"x"}, {"t"}, {{"perm", Numbers{0, 3, 2, 1}}}}, {"BatchNormalization", "n", {"t", "row", "row", "row", "row"}, {"y"}}},
            "n", "another axis than the channels");
    refused({conv, {"LayerNormalization", "n", {"c1", "row", "row"}, {"y"}, {{"epsilon", 1e-3f}}}}, "n", "another axis than the channels");
    // arithmetic
    refused({{"Sub", "mean", {"c", "x"}, {"z"}}, {"Conv", "", {"z", "w"}, {"y"}}}, "mean", "neither factors nor the bias of a convolution");
    refused({{"Sub", "row", {"x", "row"}, {"z"}}, {"Conv", "", {"z", "w"}, {"y"}}}, "row", "along rows or columns");
    refused({{"Sub", "one", {"one", "x"}, {"z"}}, {"Conv", "", {"z", "w"}, {"y"}}}, "one", "a number minus or divided by numbers of the picture");
    refused({{"Mul", "none", {"x", "zero"}, {"z"}}, {"Conv", "", {"z", "w"}, {"y"}}}, "none", "none of Denim's activations");
    refused({{"Conv", "", {"x", "w"}, {"c1"}, {{"pads", Numbers{1, 1, 1, 1}}}}, {"Add", "position", {"c1", "row"}, {"y"}}}, "position",
            "along rows or columns");
    refused({conv, {"Relu", "", {"c1"}, {"r"}}, {"Add", "late", {"r", "c"}, {"y"}}}, "late", "neither factors nor the bias of a convolution");
    refused({conv, {"Div", "channels", {"c1", "c"}, {"y"}}}, "channels", "numbers for each channel");
    refused({conv, {"PRelu", "columns", {"c1", "row"}, {"y"}}}, "columns", "one number for each channel was expected, their shape is (6,)");
    refused({conv, {"PRelu", "computed", {"c1", "c1"}, {"y"}}}, "computed", "numbers for each channel that the file holds were expected");
    refused({conv, {"Mul", "none", {"c1", "zero"}, {"z"}}, {"Conv", "", {"z", "w3"}, {"y"}}}, "none", "none of Denim's activations");
    refused({conv, {"Clip", "six", {"c1", "six", "zero"}, {"y"}}}, "six", "limits that are not two rising numbers");
    refused({conv, {"Clip", "six", {"c1", "", "six"}, {"y"}}}, "six", "limits that are not two rising numbers");
    refused({conv, {"Clip", "six", {"c1", "zero", "six"}, {"z"}}, {"Mul", "", {"z", "two"}, {"y"}}}, "six", "none of Denim's activations");
    refused({conv, {"HardSigmoid", "h", {"c1"}, {"y"}}}, "h", "none of Denim's activations");
    refused({conv, {"Elu", "e", {"c1"}, {"y"}, {{"beta", 0.5f}}}}, "e", "its attribute 'beta' is not known");
    for (const float alpha : {-0.5f, 0.0f, HUGE_VALF})
        refused({conv, {"Elu", "e", {"c1"}, {"y"}, {{"alpha", alpha}}}}, "e", "with these attributes it has no spelling");
    refused({conv, {"LeakyRelu", "l", {"c1"}, {"y"}, {{"alpha", -0.1f}}}}, "l", "with these attributes it has no spelling");
    refused({conv, {"Mul", "m", {"c1", "two"}, {"z"}}, {"Sigmoid", "", {"z"}, {"s"}}, {"Mul", "", {"c1", "s"}, {"y"}}}, "m",
            "none of Denim's activations");
    refused({conv, {"Pow", "p", {"c1", "two"}, {"y"}}}, "p", "Denim has no layer for it");
    refused({conv, {"Add", "self", {"c1", "c1"}, {"y"}}}, "self", "a value with itself");
    refused({conv, {"Add", "a", {"c1", "x2"}, {"y"}}, {"Conv", "", {"x", "w3"}, {"x2"}}}, "a", "'x2', which nothing before it gives");
    // weights
    refused({conv, {"Conv", "again", {"c1", "w"}, {"y"}}}, "again", "it shares its weights with the node 'conv' (Conv)");
    refused({{"Conv", "computed", {"x", "x"}, {"y"}}}, "computed", "weights that the file holds were expected");
    refused({{"Conv", "grouped", {"x", "w"}, {"y"}, {{"group", std::int64_t{2}}}}}, "grouped", "do not fit 2 channels in 2 groups");
    refused({{"Conv", "window", {"x", "w"}, {"y"}, {{"kernel_shape", Numbers{5, 5}}}}}, "window", "its window is not that of its weights");
    refused({{"MatMul", "columns", {"x", "wide"}, {"y"}}}, "columns", "another axis than the channels");
    // windows
    refused({{"MaxPool", "p", {"x"}, {"y"}, {{"kernel_shape", Numbers{2, 2}}, {"dilations", Numbers{2, 2}}}}}, "p", "a dilated pool");
    refused({{"AveragePool",
              "p",
              {"x"},
              {"y"},
              {{"kernel_shape", Numbers{3, 3}}, {"strides", Numbers{3, 2}}, {"pads", Numbers{0, 0, 1, 1}}, {"ceil_mode", std::int64_t{1}}, {"count_include_pad", std::int64_t{1}}}}},
            "p", "windows beyond the zeros that they count");
    refused({{"MaxPool", "p", {"x"}, {"z", "y"}, {{"kernel_shape", Numbers{2, 2}}}}}, "p", "more than its first output");
    refused({{"ReduceMean", "m", {"x"}, {"y"}, {{"axes", Numbers{1, 2}}}}}, "m", "other axes than all rows and columns");

    const auto with = [](auto change) {
        OnnxModel model = model_of({conv, {"Relu", "", {"c1"}, {"y"}}});
        change(model);
        return reason(model);
    };
    CHECK(with([](OnnxModel& m) {
              m.inputs.push_back({"x2", ElementType::float32, {0, 2, 4, 6}});
          }) == "o: one input was expected, the graph has 'x' and 'x2'");
    CHECK(with([](OnnxModel& m) {
              m.outputs.push_back({"c1", ElementType::float32, {}});
          }) == "o: one output was expected, the graph has 'y' and 'c1'");
    CHECK(with([](OnnxModel& m) { m.inputs[0].shape[2] = 0; }).find("vectors (N, C) of known size were expected") != std::string::npos);
    CHECK(with([](OnnxModel& m) { m.inputs[0].type = ElementType::int64; }).find("floats or of bytes") != std::string::npos);
    CHECK(with([](OnnxModel& m) { m.opset = 5; }).find("version 6 or later") != std::string::npos);
    CHECK(with([](OnnxModel& m) { m.unread["b"] = "is a text", std::erase_if(m.weights, [](const auto& w) { return w.first == "b"; }); }) ==
          "o: the node 'conv' (Conv): its tensor 'b' is a text");
    CHECK(with([](OnnxModel& m) { m.nodes.push_back({"Flatten", "", {"y"}, {"z"}}), m.outputs[0].name = "z"; }).starts_with("o: the output 'z'"));
    CHECK(with([](OnnxModel& m) { m.nodes.pop_back(), m.outputs[0].name = "x"; }) == "o: there is no layer");
    OnnxModel named = model_of({conv, {"Relu", "", {"c1"}, {"y"}}});
    CHECK(message_of([&] { spell_onnx("o", named, "my-net"); }) == "o: 'my-net' is no name of a type in C++");
}

TEST_CASE("what changes nothing is passed over, and what nobody reads is not asked") {
    const std::string plain = "Conv<3, 2, Same>";
    CHECK(layers({conv, {"Relu", "", {"c1"}, {"y"}}}) == plain);
    CHECK(layers({conv, {"Relu", "", {"c1"}, {"y"}}, {"LSTM", "unread", {"y"}, {"z"}}}) == plain);
    CHECK(layers({conv,
                  {"Identity", "", {"c1"}, {"i"}},
                  {"Reshape", "", {"i", "pixels"}, {"p"}},
                  {"Reshape", "", {"p", "picture"}, {"q"}},
                  {"Relu", "", {"q"}, {"y"}}}) == plain);
    CHECK(layers({conv, {"Clip", "", {"c1", "zero"}, {"y"}}}) == plain);
    CHECK(layers({{"Conv", "", {"x", "w"}, {"c1"}, {{"auto_pad", std::string{"SAME_LOWER"}}}},
                  {"Add", "", {"c", "c1"}, {"s"}},
                  {"Relu", "", {"s"}, {"y"}}}) == plain);
    CHECK(layers({{"MaxPool", "", {"x"}, {"y"}, {{"kernel_shape", Numbers{2, 2}}, {"strides", Numbers{2, 2}}, {"ceil_mode", std::int64_t{1}}}}}) ==
          "MaxPool");
    CHECK(layers({{"Transpose", "", {"x"}, {"t"}, {{"perm", Numbers{0, 2, 3, 1}}}},
                  {"MatMul", "", {"t", "pixel"}, {"m"}},
                  {"Add", "", {"m", "b3"}, {"y"}}}) == "Conv<1, 3, Linear>");
    CHECK(layers({{"ReduceMean", "", {"x"}, {"y"}, {{"axes", Numbers{-1, -2}}, {"keepdims", std::int64_t{0}}}}}) == "GlobalPool<Average>");
    CHECK(layers({conv, {"Sum", "", {"c1", "c"}, {"y"}}}) == "Conv<3, 2, Same, Linear>");
    CHECK(layers({{"Flatten", "", {"x"}, {"f"}}, {"MatMul", "", {"f", "single"}, {"m"}}, {"Squeeze", "", {"m", "last"}, {"y"}}}) ==
          "Dense<1, NoBias>");
    // zeros around the picture, in the way in which PyTorch computes how many
    const auto padded = [](std::int64_t number, const char* then) {
        OnnxModel model = model_of({{"Shape", "", {"zeros"}, {"p0"}},
                                    {"Gather", "", {"p0", "first"}, {"p1"}},
                                    {"Sub", "", {"eight", "p1"}, {"p2"}},
                                    {"ConstantOfShape", "", {"p2"}, {"p3"}, {{"value", longs({number})}}},
                                    {"Concat", "", {"zeros", "p3"}, {"p4"}, {{"axis", std::int64_t{0}}}},
                                    {"Reshape", "", {"p4", "pairs"}, {"p5"}},
                                    {"Slice", "", {"p5", "last", "lowest", "axis", "back"}, {"p6"}},
                                    {"Transpose", "", {"p6"}, {"p7"}, {{"perm", Numbers{1, 0}}}},
                                    {"Reshape", "", {"p7", "rest"}, {"p8"}},
                                    {"Cast", "", {"p8"}, {"p9"}, {{"to", std::int64_t{7}}}},
                                    {"Pad", "pad", {"x", "p9"}, {"p"}},
                                    {then, "", {"p", "w"}, {"y"}, {{"strides", Numbers{2, 2}}}}});
        for (const auto& [name, numbers] : {std::pair{"zeros", Numbers{0, 1, 0, 1}},
                                            {"first", {0}},
                                            {"eight", {8}},
                                            {"pairs", {-1, 2}},
                                            {"lowest", {INT64_MIN + 1}},
                                            {"axis", {0}},
                                            {"back", {-1}},
                                            {"rest", {-1}}})
            model.weights.emplace_back(name, longs(numbers));
        return message_of([&] { throw std::runtime_error(spell_onnx("o", model)); });
    };
    CHECK(padded(0, "Conv").find("denim::Conv<3, 2, denim::Same, denim::Stride<2>, denim::NoBias, denim::Linear>") != std::string::npos);
    CHECK(padded(1, "Conv").find("the node 'pad' (Pad): zeros around rows and columns") != std::string::npos);
    // computed extents, as PyTorch writes x.view(x.size(0), -1)
    OnnxModel view = model_of({{"Shape", "", {"x"}, {"s"}},
                               {"Gather", "", {"s", "first"}, {"n"}},
                               {"Unsqueeze", "", {"n", "axis"}, {"n1"}},
                               {"Concat", "", {"n1", "rest"}, {"to"}, {{"axis", std::int64_t{0}}}},
                               {"Reshape", "", {"x", "to"}, {"f"}},
                               {"Gemm", "", {"f", "matrix", "b3"}, {"y"}}});
    view.weights.insert(view.weights.end(), {{"first", AnyArray{ElementType::int64, {}}}, {"axis", longs({0})}, {"rest", longs({-1})}});
    CHECK(spell_onnx("o", view).find("Sequential<\n    denim::Dense<3>>>") != std::string::npos);
}

TEST_CASE("activations are found in the sums and products that they were taken apart into") {
    const auto behind = [](std::vector<OnnxNode> nodes) {
        nodes.insert(nodes.begin(), conv);
        return layers(std::move(nodes));
    };
    CHECK(behind({{"Sigmoid", "", {"c1"}, {"s"}}, {"Mul", "", {"c1", "s"}, {"y"}}}) == "Conv<3, 2, Same, SiLU>");
    CHECK(behind({{"Mul", "", {"c1", "root"}, {"d"}},
                  {"Erf", "", {"d"}, {"e"}},
                  {"Add", "", {"one", "e"}, {"f"}},
                  {"Mul", "", {"c1", "half"}, {"h"}},
                  {"Mul", "", {"h", "f"}, {"y"}}}) == "Conv<3, 2, Same, GELU>");
    CHECK(behind({{"Add", "", {"c1", "three"}, {"d"}},
                  {"Clip", "", {"d", "zero", "six"}, {"e"}},
                  {"Div", "", {"e", "six"}, {"f"}},
                  {"Mul", "", {"f", "c1"}, {"y"}}}) == "Conv<3, 2, Same, HardSwish>");
    CHECK(behind({{"HardSigmoid", "", {"c1"}, {"h"}, {{"alpha", 1.0f / 6}}}, {"Mul", "", {"c1", "h"}, {"y"}}}) == "Conv<3, 2, Same, HardSwish>");
    CHECK(behind({{"Softmax", "", {"c1"}, {"s"}, {{"axis", std::int64_t{-3}}}}, {"Relu", "", {"s"}, {"y"}}}) ==
          "Conv<3, 2, Same, Softmax>, Activation<ReLU>");
    CHECK(
        behind(
            {{"Relu", "", {"c1"}, {"r"}}, {"GlobalAveragePool", "", {"r"}, {"g"}}, {"Sigmoid", "", {"g"}, {"s"}}, {"Mul", "", {"r", "s"}, {"y"}}}) ==
        "Conv<3, 2, Same>, Gate<GlobalPool<Average>, Activation<Sigmoid>>");
    CHECK(behind({{"Clip", "", {"c1", "zero", "six"}, {"y"}}}) == "Conv<3, 2, Same, ReLU6>");
    CHECK(behind({{"Clip", "", {"c1", "zero", "one"}, {"y"}}}) == "Conv<3, 2, Same, Clip<0, 1>>");
    CHECK(behind({{"Clip", "", {"c1", "half", "six"}, {"y"}}}) == "Conv<3, 2, Same, Clip<0.5, 6>>");
    CHECK(behind({{"Clip", "", {"c1"}, {"y"}, {{"min", -1.0f}, {"max", 1.0f}}}}) == "Conv<3, 2, Same, Clip<-1, 1>>");
    CHECK(behind({{"HardSigmoid", "", {"c1"}, {"y"}, {{"alpha", 1.0f / 6}}}}) == "Conv<3, 2, Same, HardSigmoid>");
    CHECK(behind({{"Tanh", "", {"c1"}, {"t"}},
                  {"Add", "", {"t", "three"}, {"d"}},
                  {"Clip", "", {"d", "zero", "six"}, {"e"}},
                  {"Div", "", {"e", "six"}, {"y"}}}) == "Conv<3, 2, Same, Tanh>, Activation<HardSigmoid>");
    CHECK(behind({{"Softplus", "", {"c1"}, {"s"}}, {"Tanh", "", {"s"}, {"y"}}}) == "Conv<3, 2, Same, Softplus>, Activation<Tanh>");
    CHECK(behind({{"Sigmoid", "", {"c1"}, {"s"}}, {"Clip", "", {"s", "half", "one"}, {"t"}}, {"Sigmoid", "", {"t"}, {"y"}}}) ==
          "Conv<3, 2, Same, Sigmoid>, Activation<Clip<0.5, 1>>, Activation<Sigmoid>");
    CHECK(behind({{"Softplus", "", {"c1"}, {"y"}}}) == "Conv<3, 2, Same, Softplus>");
    CHECK(behind({{"Softplus", "", {"c1"}, {"s"}}, {"Tanh", "", {"s"}, {"t"}}, {"Mul", "", {"t", "c1"}, {"y"}}}) == "Conv<3, 2, Same, Mish>");
    CHECK(behind({{"Mish", "", {"c1"}, {"y"}}}) == "Conv<3, 2, Same, Mish>");
    CHECK(behind({{"Softplus", "", {"c1"}, {"s"}}, {"Relu", "", {"s"}, {"t"}}, {"Tanh", "", {"t"}, {"y"}}}) ==
          "Conv<3, 2, Same, Softplus>, Activation<ReLU>, Activation<Tanh>");
    CHECK(behind({{"LeakyRelu", "", {"c1"}, {"y"}}}) == "Conv<3, 2, Same, LeakyReLUOf<0.01>>");
    CHECK(behind({{"LeakyRelu", "", {"c1"}, {"y"}, {{"alpha", 0.3f}}}}) == "Conv<3, 2, Same, LeakyReLU>");
    CHECK(behind({{"Elu", "", {"c1"}, {"y"}}}) == "Conv<3, 2, Same, ELU>");
    CHECK(behind({{"Elu", "", {"c1"}, {"y"}, {{"alpha", 0.25f}}}}) == "Conv<3, 2, Same, ELUOf<0.25>>");
    CHECK(behind({{"Mul", "", {"c1", "half"}, {"y"}}}) == "Conv<3, 2, Same, Times<0.5>>");
    // what others read before the activation stays a value of its own
    CHECK(behind({{"Relu", "", {"c1"}, {"r"}}, {"Add", "", {"r", "c1"}, {"y"}}}) == "Conv<3, 2, Same, Linear>, Residual<Activation<ReLU>>");
    CHECK(spell_onnx("o", model_of({conv, {"GlobalMaxPool", "", {"c1"}, {"g"}}, {"Flatten", "", {"g"}, {"f"}}, {"Softmax", "", {"f"}, {"y"}}}))
              .starts_with("// Without the softmax"));
}

TEST_CASE("numbers for each channel, or one for all, are PReLU and Scale") {
    CHECK(layers({conv, {"PRelu", "", {"c1", "c"}, {"y"}}}) == "Conv<3, 2, Same, Linear>, PReLU");
    CHECK(layers({conv, {"PRelu", "", {"c1", "half"}, {"y"}}}) == "Conv<3, 2, Same, Linear>, PReLU");
    CHECK(layers({conv, {"Relu", "", {"c1"}, {"r"}}, {"Mul", "", {"c", "r"}, {"y"}}}) == "Conv<3, 2, Same>, Scale");
    CHECK(layers({{"Mul", "", {"x", "c"}, {"z"}}, {"Conv", "", {"z", "w3"}, {"y"}}}) == "Scale, Conv<1, 3, NoBias, Linear>");
    CHECK(layers({conv, {"Flatten", "", {"c1"}, {"f"}}, {"Mul", "", {"f", "many"}, {"m"}}, {"MatMul", "", {"m", "matrix"}, {"y"}}}) ==
          "Conv<3, 2, Same, Linear>, Flatten, Scale, Dense<3, NoBias>");
    const auto before = values({conv, {"Identity", "", {"c1"}, {"y"}}});
    for (const auto& [numbers, first, second] : {std::tuple{"c", 0.5, 0.75}, {"half", 0.5, 0.5}}) {
        const auto after = values({conv, {"PRelu", "", {"c1", numbers}, {"y"}}});
        for (std::size_t n = 0; n < before.size(); ++n)
            CHECK(after[n] == doctest::Approx(before[n] > 0 ? before[n] : (n % 2 == 0 ? first : second) * before[n]));
    }
    // numbers of a flattened picture in the order of its channels, each for itself
    const auto sums = values({{"Flatten", "", {"x"}, {"f"}}, {"Mul", "", {"f", "many"}, {"m"}}, {"MatMul", "", {"m", "matrix"}, {"y"}}});
    for (std::size_t o = 0; o < 3; ++o) {
        double expected = 0;
        for (std::size_t place = 0; place < 48; ++place) {
            const double x = static_cast<double>((place % 24 * 2 + place / 24) % 7) - 3, factor = 0.5 + 0.25 * static_cast<double>(place);
            expected += x * factor * (0.5 + 0.25 * static_cast<double>(place * 3 + o));
        }
        CHECK(sums[o] == doctest::Approx(expected));
    }
}

TEST_CASE("arithmetic with numbers that the file states is Rescale, of a picture's channels Normalise") {
    const OnnxNode end{"Conv", "", {"z", "w3"}, {"y"}, {}};
    const std::string conv3 = ", Conv<1, 3, NoBias, Linear>";
    const OnnxNode centred{"Sub", "", {"x", "c"}, {"m"}, {}};
    CHECK(layers({{"Mul", "", {"x", "two"}, {"z"}}, end}) == "Rescale<2>" + conv3);
    CHECK(layers({{"Mul", "", {"x", "two"}, {"m"}}, {"Sub", "", {"m", "one"}, {"z"}}, end}) == "Rescale<2, -1>" + conv3);
    CHECK(layers({{"Sub", "", {"x", "half"}, {"m"}}, {"Div", "", {"m", "half"}, {"z"}}, end}) == "Rescale<2, -1>" + conv3);
    CHECK(layers({conv, {"Add", "", {"c1", "one"}, {"m"}}, {"Mul", "", {"m", "two"}, {"n"}}, {"Add", "", {"n", "one"}, {"z"}}, end}) ==
          "Conv<3, 2, Same, Linear>, Rescale<2, 1>" + conv3);
    CHECK(layers({{"Add", "", {"x", "half"}, {"m"}}, {"Relu", "", {"m"}, {"z"}}, end}) == "Rescale<1, 0.5>, Activation<ReLU>" + conv3);
    CHECK(layers({centred, {"Div", "", {"m", "c"}, {"z"}}, end}) == "Normalise<Mean<0.5, 0.75>, Deviation<0.5, 0.75>>" + conv3);
    CHECK(layers({centred, {"Div", "", {"m", "half"}, {"z"}}, end}) == "Normalise<Mean<0.5, 0.75>, Deviation<0.5>>" + conv3);
    CHECK(layers({{"Mul", "", {"x", "two"}, {"n"}}, {"Add", "", {"c", "n"}, {"m"}}, {"Div", "", {"m", "c"}, {"z"}}, end}) ==
          "Rescale<2>, Normalise<Mean<-0.5, -0.75>, Deviation<0.5, 0.75>>" + conv3);
    CHECK(layers({{"Div", "", {"x", "c"}, {"z"}}, end}) == "Normalise<Mean<0>, Deviation<0.5, 0.75>>" + conv3);
    CHECK(layers({centred, {"Mul", "", {"m", "c"}, {"z"}}, end}) == "Normalise<Mean<0.5, 0.75>, Deviation<1>>, Scale" + conv3);
    // what others read is not changed any more
    CHECK(layers({centred, {"Div", "", {"m", "c"}, {"d"}}, {"Tanh", "", {"d"}, {"a"}}, {"Add", "", {"a", "m"}, {"y"}}}) ==
          "Normalise<Mean<0.5, 0.75>, Deviation<1>>, Residual<Normalise<Mean<0>, Deviation<0.5, 0.75>>, Activation<Tanh>>");
    const auto picture = values({{"Identity", "", {"x"}, {"y"}}});
    const auto lines = values({{"Mul", "", {"x", "two"}, {"m"}}, {"Sub", "", {"m", "one"}, {"y"}}}), normal = values({centred, {"Div", "", {"m", "c"}, {"y"}}});
    for (std::size_t n = 0; n < picture.size(); ++n) {
        CHECK(lines[n] == doctest::Approx(2 * picture[n] - 1));
        CHECK(normal[n] == doctest::Approx((picture[n] - (n % 2 ? 0.75 : 0.5)) / (n % 2 ? 0.75 : 0.5)));
    }
}

TEST_CASE("branches that both have layers of their own") {
    const OnnxNode other{"Conv", "other", {"x", "w2"}, {"c2"}, {}};
    const auto with = [&](std::vector<OnnxNode> nodes) {
        OnnxModel model = model_of(std::move(nodes));
        model.weights.emplace_back("w2", floats({2, 2, 1, 1}));
        std::string text = spell_onnx("o", model);
        for (std::size_t at = 0; (at = text.find("denim::")) != text.npos;) text.erase(at, 7);
        return text.substr(text.find("\n    ") + 5, text.find(">>;") - text.find("\n    ") - 5);
    };
    CHECK(with({conv, {"Relu", "", {"c1"}, {"r"}}, other, {"Add", "", {"r", "c2"}, {"y"}}}) ==
          "Residual<Conv<3, 2, Same>, Shortcut<Conv<1, 2, NoBias, Linear>>>");
    CHECK(with({conv, other, {"GlobalMaxPool", "", {"c2"}, {"g"}}, {"Sigmoid", "", {"g"}, {"s"}}, {"GlobalMaxPool", "", {"c1"}, {"h"}}, {"Mul", "", {"h", "s"}, {"y"}}}) ==
          "Product<Sequential<Conv<3, 2, Same, Linear>, GlobalPool<Max>>, Sequential<Conv<1, 2, NoBias, Linear>, GlobalPool<Max>, Activation<Sigmoid>>>");
    CHECK(with({conv, other, {"Add", "", {"c1", "c2"}, {"a"}}, {"Add", "", {"a", "x"}, {"y"}}}) ==
          "Residual<Residual<Conv<3, 2, Same, Linear>, Shortcut<Conv<1, 2, NoBias, Linear>>>>");
    CHECK(with({{"Concat", "", {"x", "x"}, {"k"}, {{"axis", std::int64_t{1}}}}, {"GlobalMaxPool", "", {"k"}, {"y"}}}).starts_with("Parallel<Sequential<>, Sequential<>>"));
}

TEST_CASE("weights come in Denim's order, however the file lays them") {
    // the sum over 48 inputs, weighted by the place in the file: rows of a matrix behind a flatten in CHW, HWC and WHC order
    for (const Numbers& order : {Numbers{0, 1, 2, 3}, Numbers{0, 2, 3, 1}, Numbers{0, 3, 2, 1}}) {
        const std::vector<double> result = values({{"Transpose", "", {"x"}, {"t"}, {{"perm", order}}},
                                                   {"LeakyRelu", "", {"t"}, {"l"}, {{"alpha", 0.3f}}},
                                                   {"Flatten", "", {"l"}, {"f"}},
                                                   {"MatMul", "", {"f", "matrix"}, {"y"}}});
        std::vector<double> expected(3, 0.0);
        const std::size_t extents[]{2, 4, 6};
        std::size_t at[3], place = 0;  // of channel, row, column
        const std::size_t a = static_cast<std::size_t>(order[1]) - 1, b = static_cast<std::size_t>(order[2]) - 1,
                          c = static_cast<std::size_t>(order[3]) - 1;
        for (at[a] = 0; at[a] < extents[a]; ++at[a])
            for (at[b] = 0; at[b] < extents[b]; ++at[b])
                for (at[c] = 0; at[c] < extents[c]; ++at[c], ++place) {
                    const double x = static_cast<double>(((at[1] * 6 + at[2]) * 2 + at[0]) % 7) - 3;
                    for (std::size_t o = 0; o < 3; ++o) expected[o] += (x > 0 ? x : 0.3 * x) * (0.5 + 0.25 * static_cast<double>(place * 3 + o));
                }
        for (std::size_t o = 0; o < 3; ++o) CHECK(result[o] == doctest::Approx(expected[o]));
    }
    // a bias that comes in two pieces, of which the second is the first once more
    const auto once = values({conv, {"Identity", "", {"c1"}, {"y"}}}), twice = values({conv, {"Add", "", {"c1", "c"}, {"y"}}});
    for (std::size_t n = 0; n < once.size(); ++n) CHECK(twice[n] - once[n] == doctest::Approx(n % 2 == 0 ? 0.5 : 0.75));
}

TEST_CASE("graphs are alike if they compute the same; the first layer that differs is named") {
    const auto graph = [](std::vector<OnnxNode> nodes) {
        static std::vector<std::unique_ptr<OnnxModel>> models;  // outlive the graphs
        models.push_back(std::make_unique<OnnxModel>(model_of(std::move(nodes))));
        return onnx_layer_graph("o", *models.back());
    };
    const OnnxNode relu{"Relu", "1.Relu", {"c1"}, {"r"}};
    const auto network = graph({{"Conv", "0.Conv", {"x", "w", "b"}, {"c1"}, {{"pads", Numbers{1, 1, 1, 1}}}},
                                relu,
                                {"MaxPool", "2.MaxPool", {"r"}, {"y"}, {{"kernel_shape", Numbers{2, 2}}, {"strides", Numbers{2, 2}}}}});
    const auto difference = [&](std::vector<OnnxNode> nodes) {
        const LayerGraph other = graph(std::move(nodes));
        return message_of([&] { match_graphs(network, other); });
    };
    const OnnxNode pool{"MaxPool", "p", {"r"}, {"y"}, {{"kernel_shape", Numbers{2, 2}}, {"strides", Numbers{2, 2}}}};
    CHECK(match_graphs(network, graph({conv, {"Dropout", "", {"c1"}, {"d"}}, {"Relu", "", {"d"}, {"r"}}, pool})) ==
          std::vector<std::size_t>{0, 2, 3});
    CHECK(difference({{"Conv", "narrow", {"x", "w", "b"}, {"c1"}}, relu, pool}) ==
          "the node 'narrow' (Conv) is a convolution over windows of 3 x 3, steps 1 x 1, zeros 0 0 0 0, 2 filters, 1 group, a bias, where the "
          "network has a convolution over "
          "windows of 3 x 3, steps 1 x 1, zeros 1 1 1 1, 2 filters, 1 group, a bias (layer 0)");
    CHECK(difference({conv, {"Tanh", "bent", {"c1"}, {"r"}}, pool}) ==
          "the node 'bent' (Tanh) is the activation tanh, where the network has the activation relu (layer 1)");
    CHECK(difference(
              {conv, {"Relu", "", {"c1"}, {"r"}}, {"AveragePool", "a", {"r"}, {"y"}, {{"kernel_shape", Numbers{2, 2}}, {"strides", Numbers{2, 2}}}}})
              .starts_with("the node 'a' (AveragePool) is Average pooling"));
    CHECK(difference({conv, {"Relu", "", {"c1"}, {"y"}}}).starts_with("the file's graph ends where the network has Max pooling"));
    CHECK(difference({conv,
                      relu,
                      {"MaxPool", "p", {"r"}, {"q"}, {{"kernel_shape", Numbers{2, 2}}, {"strides", Numbers{2, 2}}}},
                      {"Tanh", "more", {"q"}, {"y"}}}) == "the node 'more' (Tanh) is the activation tanh, where the network ends");
}

TEST_CASE("a layer normalisation is spelled with its epsilon and without a beta that is not there") {
    const OnnxNode last{"Transpose", "", {"x"}, {"t"}, {{"perm", Numbers{0, 2, 3, 1}}}};
    CHECK(layers({last, {"LayerNormalization", "", {"t", "b", "b"}, {"y"}, {{"epsilon", 1e-3f}}}}) == "LayerNorm");
    CHECK(layers({last, {"LayerNormalization", "", {"t", "b", "b"}, {"y"}}}) == "LayerNormOf<Epsilon<1e-05>>");
    CHECK(layers({last, {"LayerNormalization", "", {"t", "b"}, {"y"}, {{"epsilon", 1e-6f}}}}) == "LayerNormOf<Epsilon<1e-06>, NoBeta>");
    CHECK(layers({{"BatchNormalization", "", {"x", "b", "b", "b", "b"}, {"y"}}}) == "BatchNormOf<Epsilon<1e-05>>");
}

TEST_CASE("a list of branches that grows is one Parallel within another, and one branch alone is itself") {
    const auto join = [](std::vector<std::string> inputs, const char* to) { return OnnxNode{"Concat", "", std::move(inputs), {to}, {{"axis", std::int64_t{1}}}}; };
    const OnnxNode first{"Conv", "", {"x", "w3"}, {"a"}}, alone = join({"x"}, "k0"), second = join({"x", "a"}, "k1");
    CHECK(layers({alone, {"Relu", "", {"k0"}, {"y"}}}) == "Activation<ReLU>");
    // k2 lists x and a once more, which k1 has side by side: what follows k1 is its other branch
    CHECK(layers({first, second, {"GlobalMaxPool", "", {"k1"}, {"p"}}, {"GlobalMaxPool", "", {"x"}, {"xp"}}, {"GlobalMaxPool", "", {"a"}, {"ap"}}, join({"p", "p"}, "y")}) ==
          "Parallel<Sequential<>, Conv<1, 3, NoBias, Linear>>, GlobalPool<Max>, Parallel<Sequential<>, Sequential<>>");
    const std::string grown = layers({alone, first, second, {"Tanh", "", {"k1"}, {"t"}}, {"MaxPool", "", {"t"}, {"m"}, {{"kernel_shape", Numbers{3, 3}}, {"pads", Numbers{1, 1, 1, 1}}}},
                                      join({"k0", "a", "m"}, "k2"), {"Softplus", "", {"k2"}, {"s"}}, join({"x", "a", "m", "s"}, "y")});
    CHECK(grown == "Parallel<Sequential<>, Conv<1, 3, NoBias, Linear>>, Parallel<Sequential<>, Sequential<Activation<Tanh>, Pool<Max, 3, Same, Stride<1>>>>, "
                   "Parallel<Sequential<>, Activation<Softplus>>");
}

TEST_CASE("neighbours that share their first layers are one branch, which parts behind them") {
    const auto join = [](std::vector<std::string> inputs) { return OnnxNode{"Concat", "", std::move(inputs), {"y"}, {{"axis", std::int64_t{1}}}}; };
    const std::vector<OnnxNode> nodes{{"Conv", "", {"x", "w3"}, {"a"}}, {"Tanh", "", {"a"}, {"t"}}, {"Softplus", "", {"a"}, {"s"}}};
    const auto with = [&](std::vector<std::string> inputs) {
        std::vector<OnnxNode> all = nodes;
        all.push_back(join(std::move(inputs)));
        return layers(std::move(all));
    };
    const std::string both = "Sequential<Conv<1, 3, NoBias, Linear>, Parallel<Activation<Tanh>, Activation<Softplus>>>";
    CHECK(with({"x", "t", "s"}) == "Parallel<Sequential<>, " + both + ">");
    CHECK(with({"t", "s", "x"}) == "Parallel<" + both + ", Sequential<>>");
    CHECK(with({"t", "s"}) == "Conv<1, 3, NoBias, Linear>, Parallel<Activation<Tanh>, Activation<Softplus>>");
}

TEST_CASE("normalisations of groups of channels are found in the reshapes that exporters make of them") {
    const auto groups = [](std::vector<OnnxNode> nodes) {
        OnnxModel model = model_of(std::move(nodes));
        model.inputs[0].shape = {0, 4, 2, 6};
        model.weights.insert(model.weights.end(), {{"to", longs({0, 2, -1})}, {"one_group", longs({0, 1, -1})}, {"ones", AnyArray::of(std::span<const float>{std::vector<float>{1, 1}}, {2})},
                                                   {"zeros", AnyArray{ElementType::float32, {2}}}, {"g", floats({4, 1, 1})}, {"h", floats({1, 4, 1, 1})}, {"four", floats({4})}});
        return model;
    };
    const auto spelled = [&](std::vector<OnnxNode> nodes) {
        std::string text = spell_onnx("o", groups(std::move(nodes)));
        text.erase(0, text.find("Sequential<\n    ") + 16);
        for (std::size_t at = 0; (at = text.find("denim::")) != text.npos;) text.erase(at, 7);
        return text.substr(0, text.find(">>;"));
    };
    const OnnxNode to{"Reshape", "to", {"x", "to"}, {"r"}}, norm{"InstanceNormalization", "norm", {"r", "ones", "zeros"}, {"n"}, {{"epsilon", 1e-3f}}},
        shape{"Shape", "", {"x"}, {"s"}}, back{"Reshape", "back", {"n", "s"}, {"b1"}};
    CHECK(spelled({to, norm, shape, back, {"Mul", "", {"b1", "g"}, {"m"}}, {"Add", "", {"m", "h"}, {"y"}}}) == "GroupNorm<2>");
    CHECK(spelled({to, norm, shape, back, {"Mul", "", {"b1", "g"}, {"m"}}, {"Relu", "", {"m"}, {"y"}}}) == "GroupNorm<2, NoBeta>,\n    Activation<ReLU>");
    CHECK(spelled({to, norm, shape, back, {"Add", "", {"b1", "g"}, {"m"}}, {"Mul", "", {"m", "g"}, {"y"}}}) == "GroupNorm<2, NoGamma>,\n    Scale");
    CHECK(spelled({{"InstanceNormalization", "", {"x", "four", "four"}, {"y"}}}) == "InstanceNormOf<Epsilon<1e-05>>");
    const OnnxModel model = groups({to, norm, shape, back, {"Mul", "", {"b1", "g"}, {"m"}}, {"Add", "", {"m", "h"}, {"y"}}});
    std::vector<float> picture(48);
    for (std::size_t n = 0; n < picture.size(); ++n) picture[n] = static_cast<float>(n % 7);
    const auto y = GraphValues{onnx_layer_graph("o", model)}(picture);
    double mean = 0, squares = 0;
    for (std::size_t n = 0; n < 48; ++n)
        if (n % 4 > 1) mean += static_cast<double>(n % 7) / 24;
    for (std::size_t n = 0; n < 48; ++n)
        if (n % 4 > 1) squares += std::pow(static_cast<double>(n % 7) - mean, 2) / 24;
    CHECK(y[7] == doctest::Approx((0 - mean) / std::sqrt(squares + 1e-3) * 1.25 + 1.25));
    const auto wrong = [&](std::vector<OnnxNode> nodes) { return reason(groups(std::move(nodes))); };
    CHECK(wrong({to, {"Relu", "relu", {"r"}, {"y"}}}).find("the node 'relu' (Relu): groups of channels that are neither normalised nor shuffled have no spelling") != std::string::npos);
    CHECK(wrong({to, {"InstanceNormalization", "norm", {"r", "b", "zeros"}, {"n"}}, shape, {"Reshape", "", {"n", "s"}, {"y"}}}).find("factors of 1 and sums with 0") != std::string::npos);
    CHECK(wrong({to, norm, {"Reshape", "other", {"n", "to_row"}, {"y"}}}).find("the node 'other' (Reshape): the way back from groups of channels") != std::string::npos);
    CHECK(wrong({{"Transpose", "", {"x"}, {"t"}, {{"perm", Numbers{0, 2, 3, 1}}}}, {"InstanceNormalization", "rows", {"t", "b", "b"}, {"y"}}}).find("over all rows and columns") != std::string::npos);
}

TEST_CASE("local response normalisations") {
    CHECK(layers({{"LRN", "", {"x"}, {"y"}, {{"size", std::int64_t{5}}}}}) == "LocalResponseNorm<5>");
    const OnnxNode other{"LRN", "n", {"x"}, {"y"}, {{"size", std::int64_t{3}}, {"alpha", 0.5f}, {"bias", 2.0f}}};
    CHECK(layers({other}) == "LocalResponseNormOf<3, 0.5, 0.75, 2>");
    const auto y = values({other});  // x is n % 7 - 3
    CHECK(y[2] == doctest::Approx(-1 / std::pow(2 + 0.5 / 3 * (1 + 0), 0.75)));
    refused({{"LRN", "even", {"x"}, {"y"}, {{"size", std::int64_t{4}}}}}, "even", "an odd window");
    refused({{"Transpose", "", {"x"}, {"t"}, {{"perm", Numbers{0, 2, 3, 1}}}}, {"LRN", "rows", {"t"}, {"y"}, {{"size", std::int64_t{5}}}}}, "rows", "another axis than the channels");
}

TEST_CASE("vectors and sequences enter by their axes; others are refused") {
    const auto entered = [](std::vector<std::size_t> extents, std::vector<OnnxNode> nodes) {
        OnnxModel model = model_of(std::move(nodes));
        model.inputs[0].shape = std::move(extents);
        model.weights.emplace_back("line", floats({4, 2, 3}));
        model.weights.emplace_back("slopes", floats({2, 1}));
        return model;
    };
    const OnnxNode along{"Conv", "along", {"x", "line"}, {"c1"}, {{"pads", Numbers{2, 0}}, {"strides", Numbers{2}}}};
    const OnnxModel wave = entered({0, 2, 9}, {{"PRelu", "p", {"x", "slopes"}, {"x1"}, {}},
                                               {"Conv", "along", {"x1", "line"}, {"c1"}, {{"pads", Numbers{2, 0}}, {"strides", Numbers{2}}}},
                                               {"MaxPool", "pool", {"c1"}, {"m"}, {{"kernel_shape", Numbers{2}}, {"strides", Numbers{1}}}},
                                               {"GlobalAveragePool", "g", {"m"}, {"y"}, {}}});
    const std::string text = spell_onnx("o", wave);
    CHECK_MESSAGE(text.find("denim::Image<1, 9, 2>, denim::Sequential<\n    denim::PReLU,\n    denim::Conv<denim::Window<1, 3>, 4, denim::Padding<0, 2, 0, 0>, "
                            "denim::Stride<1, 2>, denim::NoBias, denim::Linear>,\n    denim::Pool<denim::Max, denim::Window<1, 2>, denim::Stride<1>>,\n"
                            "    denim::GlobalPool<denim::Average>>>;") != std::string::npos, text);
    CHECK(onnx_layer_graph("o", entered({0, 9, 2}, {{"Transpose", "t", {"x"}, {"x1"}, {{"perm", Numbers{0, 2, 1}}}},
                                                    {"Conv", "along", {"x1", "line"}, {"y"}, {}}})).picture == Shape{1, 9, 2});
    CHECK(spell_onnx("o", entered({0, 2, 9}, {{"Pad", "z", {"x"}, {"z"}, {{"pads", Numbers{0, 0, 1, 0, 0, 2}}}},
                                              {"Conv", "along", {"z", "line"}, {"y"}, {}}})).find("Padding<0, 1, 0, 2>") != std::string::npos);
    CHECK(spell_onnx("o", entered({0, 6}, {{"MatMul", "m", {"x", "wide"}, {"y"}, {}}})).find("denim::Input<6>, denim::Sequential<\n    denim::Dense<6, denim::NoBias>") !=
          std::string::npos);
    const auto why = [&](const OnnxModel& model) { return reason(model); };
    CHECK(why(entered({0, 2, 9}, {{"Conv", "flat", {"x", "w"}, {"y"}, {}}})).find("weights of 3 axes were expected") != std::string::npos);
    CHECK(why(entered({0, 2, 9}, {{"MaxPool", "pool", {"x"}, {"y"}, {{"kernel_shape", Numbers{2, 2}}}}})).find("windows over one axis were expected") != std::string::npos);
    CHECK(why(entered({0, 6}, {along, {"Identity", "i", {"c1"}, {"y"}, {}}})).find("a picture (N, C, H, W) or a sequence (N, C, L) was expected") != std::string::npos);
    for (const std::vector<std::size_t>& extents : {std::vector<std::size_t>{6}, {0, 2, 3, 4, 5}, {0, 2, 0}, {0, 0}, {}})
        CHECK(why(entered(extents, {{"Identity", "i", {"x"}, {"y"}, {}}})).find("pictures (N, C, H, W), sequences (N, C, L) or vectors (N, C) of known size were expected") !=
              std::string::npos);
}

TEST_CASE("zeros around a picture are a convolution's, or a layer where others read them") {
    const OnnxNode pad{"Pad", "pad", {"x", "edges"}, {"p"}};
    CHECK(layers({pad, {"Conv", "", {"p", "w"}, {"y"}, {{"dilations", Numbers{2, 2}}}}}) == "Conv<3, 2, Padding<1, 2, 0, 3>, Dilation<2>, NoBias, Linear>");
    CHECK(layers({pad, {"Conv", "", {"p", "w"}, {"y"}}}) == "Pad<1, 2, 0, 3>, Conv<3, 2, NoBias, Linear>");  // windows of zeros alone
    CHECK(layers({pad, {"Conv", "", {"p", "w"}, {"y"}, {{"auto_pad", std::string{"SAME_UPPER"}}}}}) == "Pad<1, 2, 0, 3>, Conv<3, 2, Same, NoBias, Linear>");
    CHECK(layers({pad, {"Pad", "", {"p", "edges"}, {"q"}}, {"Relu", "", {"q"}, {"y"}}}) == "Pad<2, 4, 0, 6>, Activation<ReLU>");
    CHECK(layers({pad, {"MaxPool", "", {"p"}, {"y"}, {{"kernel_shape", Numbers{2, 2}}, {"strides", Numbers{2, 2}}}}}) == "Pad<1, 2, 0, 3>, MaxPool");
    const auto y = values({{"Pad", "", {"x", "edges"}, {"y"}}});  // x is n % 7 - 3
    CHECK(y.size() == 5 * 11 * 2);
    CHECK(y[22 + 3] == 0);
    CHECK(y[22 + 4] == -3);
    CHECK(y[22 + 4 + 12] == 0);
    CHECK(y[44 + 4] == 12 % 7 - 3);
}

TEST_CASE("some rows and columns are a crop, some channels a slice") {
    const auto slice = [](Numbers starts, Numbers ends, Numbers axes) {
        return OnnxNode{"Slice", "slice", {"x"}, {"y"}, {{"starts", starts}, {"ends", ends}, {"axes", axes}}};
    };
    CHECK(layers({slice({1, 2}, {3, -1}, {2, 3})}) == "Crop<1, 2, 1, 1>");
    CHECK(layers({slice({-5}, {INT64_MAX}, {-1})}) == "Crop<0, 1, 0, 0>");
    CHECK(layers({slice({1}, {2}, {1})}) == "Slice<1, 1>");
    CHECK(layers({slice({0, 1, 0}, {INT64_MAX, 2, 2}, {0, 1, 2})}) == "Crop<0, 0, 2, 0>, Slice<1, 1>");
    CHECK(layers({conv, {"Slice", "", {"c1"}, {"y"}, {{"starts", Numbers{0, 0, 0, 0}}, {"ends", Numbers{INT64_MAX, 9, 9, 9}}}}}) == "Conv<3, 2, Same, Linear>");
    const auto y = values({slice({1, 2, 1}, {3, 4, 2}, {2, 3, 1})});
    CHECK(y == std::vector<double>{(1 * 6 + 2) * 2 + 1 - 14 - 3.0, (1 * 6 + 3) * 2 + 1 - 14 - 3.0, (2 * 6 + 2) * 2 + 1 - 28 - 3.0, (2 * 6 + 3) * 2 + 1 - 28 - 3.0});
    const auto then = [](const char* from, const char* to, std::int64_t axis) {
        return OnnxNode{"Slice", to, {from}, {to}, {{"starts", Numbers{1}}, {"ends", Numbers{-1}}, {"axes", Numbers{axis}}}};
    };
    const OnnxNode wide{"Concat", "", {"x", "x", "x"}, {"k"}, {{"axis", std::int64_t{1}}}};
    for (const Numbers& axes : {Numbers{1, 2, 3, 3, 1}, Numbers{3, 1, 3, 1, 2}})  // a node for each axis, and a second for some
        CHECK(layers({wide, then("k", "s0", axes[0]), then("s0", "s1", axes[1]), then("s1", "s2", axes[2]), then("s2", "s3", axes[3]), then("s3", "y", axes[4])})
                  .ends_with(", Crop<1, 2, 1, 2>, Slice<2, 2>"));
    CHECK(layers({wide, then("k", "s0", 1), then("s0", "s1", 3), {"Relu", "", {"s0"}, {"r"}}, {"GlobalMaxPool", "", {"s1"}, {"a"}}, {"GlobalMaxPool", "", {"r"}, {"b2"}},
                  {"Concat", "", {"a", "b2"}, {"y"}, {{"axis", std::int64_t{1}}}}})
              .ends_with(", Slice<1, 4>, Parallel<Sequential<Crop<0, 1, 0, 1>, GlobalPool<Max>>, Sequential<Activation<ReLU>, GlobalPool<Max>>>"));
    refused({slice({2}, {2}, {1})}, "slice", "a slice of at least one number");
    refused({slice({0}, {1}, {0})}, "slice", "a slice of the batch");
    refused({slice({0, 1}, {1}, {0})}, "slice", "starts and ends were expected");
    refused({{"Slice", "steps", {"x", "last", "last", "last", "pixels"}, {"y"}}}, "steps", "steps of more than 1");
    refused({{"Flatten", "", {"x"}, {"f"}}, {"Slice", "row", {"f"}, {"y"}, {{"starts", Numbers{1}}, {"ends", Numbers{5}}, {"axes", Numbers{1}}}}}, "row",
            "along another axis than rows, columns or channels");
}

TEST_CASE("channels that are split are slices, turned groups a shuffle") {
    const OnnxNode split{"Split", "split", {"c1"}, {"a", "b2"}, {{"axis", std::int64_t{1}}}};
    const OnnxNode join{"Concat", "", {"a", "r"}, {"y"}, {{"axis", std::int64_t{1}}}};
    CHECK(layers({conv, split, {"Relu", "", {"b2"}, {"r"}}, join}) == "Conv<3, 2, Same, Linear>, Parallel<Slice<0, 1>, Sequential<Slice<1, 1>, Activation<ReLU>>>");
    CHECK(layers({conv, split, {"Relu", "", {"b2"}, {"y"}}}) == "Conv<3, 2, Same, Linear>, Slice<1, 1>, Activation<ReLU>");
    CHECK(layers({conv, {"Split", "split", {"c1"}, {"y", "b2"}, {{"axis", std::int64_t{1}}}}}) == "Conv<3, 2, Same, Linear>, Slice<0, 1>");
    CHECK(layers({{"GlobalAveragePool", "", {"x"}, {"g"}}, {"Flatten", "", {"g"}, {"c1"}}, split, {"Relu", "", {"b2"}, {"r"}}, join}) ==
          "GlobalPool<Average>, Parallel<Slice<0, 1>, Sequential<Slice<1, 1>, Activation<ReLU>>>");
    refused({conv, {"Split", "rows", {"c1"}, {"a", "b2"}, {{"axis", std::int64_t{2}}}}, {"Relu", "", {"a"}, {"y"}}}, "rows", "other numbers than channels");

    // as PyTorch writes x.chunk(2, dim=1)
    const auto chunked = [](const char* gathered, const Numbers& two) {
        OnnxModel model = model_of({conv,
                                    {"Shape", "", {"c1"}, {"s"}},
                                    {"Gather", "", {"s", gathered}, {"width"}},
                                    {"Add", "add", {"width", "unit"}, {"wider"}},
                                    {"Div", "div", {"wider", "two numbers"}, {"size"}},
                                    {"Mul", "", {"size", "unit"}, {"first end"}},
                                    {"Mul", "", {"size", "two numbers"}, {"second end"}},
                                    {"Slice", "", {"c1", "none", "first end", "unit"}, {"a"}},
                                    {"Slice", "", {"c1", "first end", "second end", "unit"}, {"b2"}},
                                    {"Relu", "", {"b2"}, {"r"}},
                                    {"Concat", "", {"a", "r"}, {"y"}, {{"axis", std::int64_t{1}}}}});
        model.weights.insert(model.weights.end(), {{"none", longs({0})}, {"unit", longs({1})}, {"two numbers", longs(two)}});
        return message_of([&] { throw std::runtime_error(spell_onnx("o", model)); });
    };
    CHECK(chunked("unit", {2}).find("denim::Parallel<denim::Slice<0, 1>, denim::Sequential<denim::Slice<1, 1>, denim::Activation<denim::ReLU>>>") != std::string::npos);
    CHECK(chunked("none", {2}).find("the node 'add' (Add): it computes with the extent of the batch") != std::string::npos);
    CHECK(chunked("unit", {0}).find("the node 'div' (Div): it divides by an extent of 0") != std::string::npos);
    CHECK(chunked("unit", {2, 3, 4}).find("the node '") == 3);

    const OnnxNode wide{"Concat", "", {"x", "x", "x"}, {"k"}, {{"axis", std::int64_t{1}}}}, apart{"Reshape", "apart", {"k", "groups"}, {"g"}},
        back{"Reshape", "back", {"t", "six channels"}, {"y"}};
    const auto turn = [](Numbers order) { return OnnxNode{"Transpose", "turn", {"g"}, {"t"}, {{"perm", order}}}; };
    CHECK(layers({wide, apart, turn({0, 2, 1, 3, 4}), back}).ends_with(", ShuffleChannels<2>"));
    const auto y = values({wide, apart, turn({0, 2, 1, 3, 4}), back});
    for (std::size_t n = 0; n < y.size(); ++n) {
        const std::size_t channel = n % 6 % 2 * 3 + n % 6 / 2;  // of the six, which are x's two over and over
        CHECK(y[n] == static_cast<double>((n / 6 * 2 + channel % 2) % 7) - 3);
    }
    refused({wide, apart, turn({0, 1, 2, 4, 3}), back}, "turn", "a transposition of the groups and the channels of each");
    refused({wide, apart, {"Relu", "half", {"g"}, {"y"}}}, "half", "neither normalised nor shuffled");
    refused({wide, apart, turn({0, 2, 1, 3, 4}), {"Reshape", "back", {"t", "groups"}, {"y"}}}, "back", "the way back from groups of channels");
}
