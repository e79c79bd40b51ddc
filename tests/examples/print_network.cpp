// SPDX-License-Identifier: MIT
// What print_network printed for the models of golden/make_models.py stands in headers here, written by the build, and
// compiles; so does a program that it wrote.
#include "messages.hpp"
#include "scratch.hpp"

#include <denim/denim.hpp>
#include <denim/exchange.hpp>
#include <denim/format/onnx.hpp>
#include <denim/image.hpp>

#include "printed/functional.hpp"
#include "printed/keras_branches.hpp"
#include "printed/pytorch.hpp"
#include "printed/sequential.hpp"
#include "printed/torch_branches.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace printed {
#define main label
#include "printed/pytorch_program.cpp"
#undef main
}  // namespace printed

using namespace denim;

static_assert(
    std::is_same_v<functional, Network<Image<14, 13, 3>, Sequential<Conv<3, 2, Same, Stride<2>, NoBias, Linear>, BatchNorm,
                                                                    Residual<Conv<3, 2, Same>, Conv<3, 2, Same, Linear>>,
                                                                    MaxPool, Dropout, Dense<4, ReLU>, Dense<3>>>>);
static_assert(
    std::is_same_v<sequential, Network<Image<9, 9, 1>, Sequential<Conv<5, 2>, Pool<Max, 3, Stride<2>>, Dense<2, NoBias>>>>);
static_assert(
    std::is_same_v<pytorch,
                   Network<Image<12, 9, 3>, Sequential<Conv<3, 2, Same, NoBias, Linear>, BatchNormOf<Epsilon<1e-5>>, Residual<Conv<3, 2, Same>>,
                                                       MaxPool, Conv<2, 2, Stride<2>>, Dense<4, ReLU>, Dense<3, NoBias>>>>);
static_assert(
    std::is_same_v<
        keras_branches,
        Network<Image<16, 12, 4>,
                Sequential<
                    Conv<3, 6, Same, Groups<2>, GELU>, LayerNorm,
                    Parallel<Conv<1, 4, SiLU>,
                             Sequential<Pool<Average, 3, Same, Stride<1>>, DepthwiseConv<3, Same, Dilation<2>, NoBias, Linear>>,
                             Pool<Max, 3, Same, Stride<1>>>,
                    Activation<ReLU>, Activation<LeakyReLU>, GlobalPool<Average>, Dense<5, Tanh>, Dense<3>>>>);
static_assert(
    std::is_same_v<torch_branches,
                   Network<Image<12, 10, 4>, Sequential<Conv<3, 6, Same, Groups<2>, Sigmoid>,
                                                        Parallel<Conv<1, 4, ELU>, DepthwiseConv<3, Same, Dilation<2>, Linear>>,
                                                        Pool<Average, 2>, GlobalPool<Average>, Dense<3>>>>);
static_assert(functional::output == Shape{1, 1, 3} && sequential::output == Shape{1, 1, 2} &&
              pytorch::output == Shape{1, 1, 3});

namespace {

std::string keras(const std::string& text) { return spell_keras(ByteSource{"k", std::as_bytes(std::span{text})}); }

std::string of_layers(const std::string& layers) {
    return R"({"class_name": "Sequential", "config": {"layers": [{"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [null, 8, 8, 1]}})" +
           layers + "]}}";
}

OnnxModel onnx_of(std::vector<OnnxNode> nodes) {
    OnnxModel model;
    model.inputs = {{"x", ElementType::float32, {0, 1, 8, 8}}};
    model.outputs = {{nodes.empty() ? "x" : nodes.back().outputs[0], ElementType::float32, {}}};
    model.weights = {{"w", AnyArray{ElementType::float32, {2, 1, 3, 3}}}, {"u", AnyArray{ElementType::float32, {2, 1, 3, 3}}}};
    model.nodes = std::move(nodes);
    return model;
}

}  // namespace

TEST_CASE("what Denim cannot spell is an error that names the layer and the reason") {
    const auto refused = [](const std::string& layers, const char* reason) {
        const std::string message = message_of([&] { keras(of_layers(layers)); });
        CHECK_MESSAGE(message.find(reason) != std::string::npos, message);
    };
    refused("", "k: there is no layer");
    refused(R"(, {"class_name": "LSTM", "config": {"name": "l"}})", "the layer 'l' (LSTM): Denim has no layer for it");
    refused(R"(, {"class_name": "Conv2D", "config": {"name": "c", "filters": 2, "kernel_size": [3, 5], "strides": [1, 2], "dilation_rate": [1, 2]}})",
            "together with a dilation");
    refused(R"(, {"class_name": "Conv2D", "config": {"name": "c", "filters": 2, "kernel_size": [9, 9]}})",
            "larger than its picture");
    refused(R"(, {"class_name": "Conv2D", "config": {"name": "c", "filters": -2, "kernel_size": 3}})",
            "a size was expected, '-2' came");
    refused(R"(, {"class_name": "Conv2D", "config": {"name": "c", "filters": 2, "kernel_size": 3, "activation": "cube"}})",
            "'cube' has no spelling");
    refused(R"(, {"class_name": "SeparableConv2D", "config": {"name": "s", "filters": 2, "kernel_size": 3, "depth_multiplier": 2}})",
            "more than one filter for each channel");
    refused(R"(, {"class_name": "BatchNormalization", "config": {"name": "b", "epsilon": 0}})", "a number above 0 was expected");
    refused(R"(, {"class_name": "ReLU", "config": {"name": "r", "threshold": 1.0}})", "a ReLU that is moved");
    refused(R"(, {"class_name": "LeakyReLU", "config": {"name": "r", "negative_slope": -0.1}})", "of at least 0");
    refused(R"(, {"class_name": "ELU", "config": {"name": "r", "alpha": 0}})", "above 0");
    refused(R"(, {"class_name": "LayerNormalization", "config": {"name": "n", "axis": 1}})", "over the channels");
    refused(R"(, {"class_name": "DepthwiseConv2D", "config": {"name": "d", "kernel_size": 3, "depth_multiplier": 2}})",
            "more than one filter for each channel");
    refused(R"(, {"class_name": "Conv2D", "config": {"name": "c", "filters": 2, "kernel_size": 3, "groups": 2}})",
            "2 groups do not divide 1 channels and 2 filters");
    refused(R"(, {"class_name": "Conv2D", "config": {"name": "c", "filters": 2, "kernel_size": 5, "dilation_rate": 2}})",
            "larger than its picture");
    refused(R"(, {"class_name": "Conv2D"})", "does not describe a model as Keras does");
    CHECK(message_of([] { keras("[1, 2]"); }).find("a .keras file or the text of model.to_json() was expected") != std::string::npos);
    CHECK(message_of([] { keras("{ "); }).find("a .keras file or the text") != std::string::npos);
    CHECK(message_of([] { keras(std::string(100'000, '[')); }).find("too deep") != std::string::npos);
    CHECK(message_of([] { keras(R"({"class_name": "Custom"})"); }).find("'Custom' came") != std::string::npos);

    const auto wrong = [](std::vector<OnnxNode> nodes, const char* reason) {
        const std::string message = message_of([&] { spell_onnx("o", onnx_of(std::move(nodes))); });
        CHECK_MESSAGE(message.find(reason) != std::string::npos, message);
    };
    using Numbers = std::vector<std::int64_t>;
    wrong({}, "there is no layer");
    wrong({{"LSTM", "l", {"x"}, {"y"}}}, "the node 'l' (LSTM): Denim has no layer for it");
    wrong({{"Conv", "c", {"x", "v"}, {"y"}}}, "it reads 'v', which nothing before it gives");
    wrong({{"Conv", "c", {"x", "w"}, {"y"}, {{"dilations", Numbers{2, 1}}, {"strides", Numbers{2, 1}}}}}, "together with a dilation");
    wrong({{"Conv", "c", {"x", "w"}, {"y"}}, {"LeakyRelu", "l", {"y"}, {"z"}, {{"alpha", -0.1f}}}}, "with these attributes it has no spelling");
    wrong({{"Conv", "c", {"x", "w"}, {"y"}}, {"Concat", "k", {"x", "y"}, {"z"}, {{"axis", std::int64_t{1}}}}},
          "branches whose pictures differ in size");
    const std::string padded = spell_onnx(
        "o", onnx_of({{"Conv", "c", {"x", "w"}, {"y"}, {{"pads", Numbers{1, 1, 1, 1}}, {"strides", Numbers{2, 2}}}},
                      {"AveragePool",
                       "a",
                       {"y"},
                       {"z"},
                       {{"kernel_shape", Numbers{3, 3}}, {"pads", Numbers{1, 1, 1, 1}}, {"count_include_pad", std::int64_t{1}}}}}));
    CHECK_MESSAGE(padded.find("denim::Conv<3, 2, denim::Padding<1>, denim::Stride<2>, denim::NoBias, denim::Linear>") != std::string::npos, padded);
    CHECK_MESSAGE(padded.find("denim::CountPadding") != std::string::npos, padded);
    CHECK(
        spell_onnx("o", onnx_of({{"Conv", "c", {"x", "w"}, {"y"}, {{"dilations", Numbers{2, 2}}}},
                                 {"Tanh", "", {"y"}, {"z"}},
                                 {"GlobalMaxPool", "", {"z"}, {"p"}},
                                 {"HardSwish", "", {"p"}, {"q"}}}))
            .find("denim::Conv<3, 2, denim::Dilation<2>, denim::NoBias, denim::Tanh>,\n    denim::GlobalPool<denim::Max>,\n    "
                  "denim::Activation<denim::HardSwish>>>") != std::string::npos);
    CHECK(spell_onnx("o", onnx_of({{"Conv", "c", {"x", "w"}, {"y"}}, {"Conv", "d", {"x", "u"}, {"z"}}, {"Add", "a", {"y", "z"}, {"s"}}}))
              .find("denim::Residual<denim::Conv<3, 2, denim::NoBias, denim::Linear>, denim::Shortcut<denim::Conv<3, 2, denim::NoBias, denim::Linear>>>") !=
          std::string::npos);
    CHECK(spell_onnx("o", onnx_of({{"Conv", "c", {"x", "w"}, {"y"}, {{"auto_pad", std::string{"SAME_UPPER"}}}},
                                   {"Relu", "", {"y"}, {"z"}}}))
              .find("denim::Conv<3, 2, denim::Same, denim::NoBias>>>") != std::string::npos);
}

TEST_CASE("a program that was written has the weights of its file, in Denim's own form too, and labels a photograph") {
    static_assert(std::is_same_v<printed::Model, pytorch>);
    const Scratch scratch;
    const auto run = [&](const std::string& arguments) { return std::system((std::string{PROGRAM} + ' ' + arguments).c_str()); };
    const std::string onnx = std::string{GOLDEN} + "/pytorch.onnx", own = (scratch / "own.safetensors").string();
    REQUIRE(run(onnx + " --program --weights " + own + " > " + (scratch / "own.cpp").string()) == 0);
    const auto text = read_bytes(scratch / "own.cpp");
    CHECK(std::string{reinterpret_cast<const char*>(text.data()), text.size()}.find("    load_into(network, \"" + own + "\");\n") != std::string::npos);
    const printed::Model network = printed::trained();
    CHECK(std::ranges::equal(load<printed::Model>(own).parameters(), network.parameters()));
    CHECK_FALSE(std::ranges::equal(printed::Model{}.parameters(), network.parameters()));

    const Picture photo{Size{30, 20}, Colour{200, 90, 10}};
    write_bytes(scratch / "photo.png", std::as_bytes(std::span<const std::uint8_t>{encode_png(photo)}));
    std::string program = "label", file = (scratch / "photo.png").string(), missing = (scratch / "none.png").string();
    std::ostringstream said;
    std::streambuf* const before = std::cout.rdbuf(said.rdbuf());
    std::array arguments{program.data(), file.data()}, wrong{program.data(), missing.data()};
    const int status = printed::label(2, arguments.data());
    std::cout.rdbuf(before);
    CHECK(status == 0);
    const auto logits = network.predict(view(resize(photo, Size{12, 9}).pixels.data(), std::array<std::size_t, 3>{12, 9, 3}));
    const auto best = static_cast<std::size_t>(std::ranges::max_element(logits) - logits.begin());
    CHECK_MESSAGE(said.str().starts_with(std::to_string(best) + ' '), said.str());
    CHECK(std::ranges::count(said.str(), '\n') == 3);
    CHECK(printed::label(1, arguments.data()) == 2);
    CHECK(printed::label(2, wrong.data()) == 1);

    const std::string json = std::string{GOLDEN} + "/sequential.json";
    CHECK(run(json + " --program 2>" + (scratch / "said").string()) != 0);
    const auto refusal = read_bytes(scratch / "said");
    CHECK(std::string{reinterpret_cast<const char*>(refusal.data()), refusal.size()}.find("sequential.json: a file with weights was expected (.keras or .h5)") != std::string::npos);
}

TEST_CASE("the program names the file in what it says, and its status") {
    const Scratch scratch;
    write_bytes(scratch / "text.json", bytes_of_text("no model"));
    CHECK(std::system(
              (std::string{PROGRAM} + " " + (scratch / "text.json").string() + " 2>" + (scratch / "said").string()).c_str()) !=
          0);
    const auto said = read_bytes(scratch / "said");
    CHECK(std::string{reinterpret_cast<const char*>(said.data()), said.size()}.find("text.json: ") != std::string::npos);
}

TEST_CASE("the model itself is never written over, a full disk is told, and an ending may be in capitals") {
    const Scratch scratch;
    const std::string model = (scratch / "MODEL.ONNX").string(), said = (scratch / "said").string();
    std::filesystem::copy_file(std::string{GOLDEN} + "/pytorch.onnx", model);
    const auto before = read_bytes(model);
    const auto run = [&](const std::string& arguments) { return std::system((std::string{PROGRAM} + " '" + model + "' " + arguments).c_str()); };
    const auto words = [&] {
        const auto bytes = read_bytes(said);
        return std::string{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    };
    CHECK(run(">'" + said + "'") == 0);
    CHECK(words().starts_with("using Model = denim::Network<denim::Image<12, 9, 3>"));
    CHECK(run("--weights '" + (scratch / "./MODEL.ONNX").string() + "' >'" + said + "' 2>&1") != 0);
    CHECK(words().find("--weights is the model itself, which would be lost") != std::string::npos);
    CHECK(read_bytes(model) == before);
    if (!std::filesystem::exists("/dev/full")) return;
    CHECK(run("2>'" + said + "' >/dev/full") != 0);
    CHECK(words().find("what is printed cannot be written") != std::string::npos);
}
