// SPDX-License-Identifier: MIT
// Programs for networks that were spelled: what has a name in them, where the layers stand then, and the weights beside them. The build compiles one for
// tests/examples/print_network.cpp, and tests/python/foreign_models.py some of other frameworks' models.
#include <denim/denim.hpp>
#include <denim/exchange.hpp>

#include <doctest/doctest.h>

#include "messages.hpp"
#include "scratch.hpp"

#include <limits>
#include <sstream>

using namespace denim;

namespace {

/// A network as a file of another framework would have it: by the nodes of its own ONNX file.
struct Exported {
    OnnxModel model;
    LayerGraph graph;

    template <class Network>
    explicit Exported(const Network& network) : model(onnx_model(network)), graph(onnx_layer_graph("m.onnx", model)) {}

    [[nodiscard]] SpelledNetwork spelled() const { return detail::spelled_graph("m.onnx", graph); }
    [[nodiscard]] SpelledProgram program(const std::string& name = "Model") const {
        return spelled_program(spelled(), "m.onnx", {ProgramWeights::Form::onnx, "m.onnx"}, name);
    }
};

bool has(const std::string& text, const std::string& part) {
    CAPTURE(text);
    CHECK(text.find(part) != std::string::npos);
    return text.find(part) != std::string::npos;
}

using Repeated = Network<Image<6, 5, 3>, Sequential<Conv<3, 16, Same>, Repeat<3, Residual<Conv<3, 16, Same>, Conv<3, 16, Same, Linear>>>, GlobalPool<Average>, Dense<4>>>;
using Written = Network<Image<6, 5, 3>, Sequential<Conv<3, 16, Same>, Residual<Conv<3, 16, Same>, Conv<3, 16, Same, Linear>>, Residual<Conv<3, 16, Same>, Conv<3, 16, Same, Linear>>,
                                                   Residual<Conv<3, 16, Same>, Conv<3, 16, Same, Linear>>, GlobalPool<Average>, Dense<4>>>;

}  // namespace

TEST_CASE("what follows itself is a Repeat of a name, and its weights stand there") {
    const Scratch scratch;
    const Written network{Seed{3}};
    const Exported file{network};
    const SpelledProgram program = file.program();
    has(program.text, "using Block = Residual<Conv<3, 16, Same>, Conv<3, 16, Same, Linear>>;\n\n");
    has(program.text, "using Model = Network<Image<6, 5, 3>, Sequential<\n    Conv<3, 16, Same>,\n    Repeat<3, Block>,\n    GlobalPool<Average>,\n    Dense<4>>>;\n");
    has(program.text, "    import_onnx(network, \"m.onnx\");\n");
    write_spelled_weights("m.onnx", program.network, numbers_of_graph(file.graph), scratch / "program.safetensors");
    write_spelled_weights("m.onnx", file.spelled(), numbers_of_graph(file.graph), scratch / "type.safetensors");
    Repeated repeated{Seed{4}};
    load_into(repeated, scratch / "program.safetensors");
    CHECK(std::ranges::equal(repeated.parameters(), network.parameters()));
    Written written{Seed{5}};
    load_into(written, scratch / "type.safetensors");
    CHECK(std::ranges::equal(written.parameters(), network.parameters()));
}

TEST_CASE("blocks that differ in numbers share a name with parameters, a number that is a multiple of another is said so") {
    const Network<Image<6, 5, 3>, Sequential<Conv<3, 8>, Residual<Conv<1, 2>, Conv<1, 8, Linear>>, Conv<1, 12>, Residual<Conv<1, 3>, Conv<1, 12, Linear>>, GlobalPool<Average>, Dense<2>>> network;
    const std::string text = Exported{network}.program().text;
    has(text, "template <std::size_t Filters>\nusing Block = Residual<Conv<1, Filters>, Conv<1, 4 * Filters, Linear>>;\n");
    has(text, "    Block<2>,\n    Conv<1, 12>,\n    Block<3>,\n");
}

TEST_CASE("a convolution with its normalisation is a name where there are three, the weights of all layers of the table stand in the file") {
    using Norm = BatchNormOf<Epsilon<1e-5>>;
    using Named = Network<Image<9, 9, 3>, Sequential<Repeat<2, Sequential<Conv<3, 8, NoBias, Linear>, Norm, Activation<ReLU>>>,
                                                     Sequential<Conv<3, 4, NoBias, Linear>, Norm, Activation<ReLU>>, PReLU, Scale, LayerNorm, DepthwiseConv<3, Linear>, Dense<3, NoBias>>>;
    const Scratch scratch;
    Named network{Seed{3}};
    network.edit_parameters([](std::span<float> numbers) {
        for (std::size_t n = 0; n < numbers.size(); ++n) numbers[n] += 0.001f * static_cast<float>(n + 1);
    });
    const Exported file{network};
    const SpelledProgram program = file.program();
    has(program.text, "using ConvNormReLU = Sequential<Conv<3, Filters, NoBias, Linear>, BatchNormOf<Epsilon<1e-05>>, Activation<ReLU>>;\n");
    has(program.text, "    Repeat<2, ConvNormReLU<8>>,\n    ConvNormReLU<4>,\n    PReLU,\n    Scale,\n    LayerNorm,\n    DepthwiseConv<3, Linear>,\n    Dense<3, NoBias>>>;\n");
    write_spelled_weights("m.onnx", program.network, numbers_of_graph(file.graph), scratch / "own.safetensors");
    Named again{Seed{4}};
    load_into(again, scratch / "own.safetensors");
    CHECK(std::ranges::equal(again.parameters(), network.parameters()));
}

TEST_CASE("lines are short, and end where something with brackets begins") {
    const std::string text = detail::in_lines("using A = Residual<Conv<1, 64, NoBias, Linear>, BatchNormOf<Epsilon<1e-05>>, Conv<3, 64, Same, NoBias, Linear>, "
                                              "BatchNormOf<Epsilon<1e-05>>, Conv<1, 256, NoBias, Linear>, BatchNormOf<Epsilon<1e-05>>>;", 4);
    std::istringstream lines{text};
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        CHECK(line.size() <= 121);
        CHECK((count == 0 || (line.starts_with("    ") && line[4] >= 'A' && line[4] <= 'Z')));
    }
    CHECK(count == 2);
}

TEST_CASE("names that are taken, are no names, and what a program takes that is no photograph") {
    const Exported file{Network<Image<4, 5, 1>, Sequential<Conv<3, 2>, Dense<2>>>{}};
    CHECK(message_of([&] { static_cast<void>(file.program("2nd")); }).find("'2nd' is no name of a type in C++") != std::string::npos);
    CHECK(message_of([&] { static_cast<void>(file.program("class")); }).find("'class' is no name of a type in C++") != std::string::npos);
    const std::string text = file.program("Digits").text;
    has(text, "Digits trained() {\n    Digits network;\n");
    has(text, "    if (numbers.size() != Digits::input.size()) throw std::runtime_error(\"an array of shape (4, 5, 1) was expected\");\n");
    has(Exported{Written{}}.program("Block").text, "using Block2 = Residual<");
    has(spelled_program(file.spelled(), "m.onnx", {ProgramWeights::Form::denim, "a \"b\".safetensors"}).text, "load_into(network, \"a \\\"b\\\".safetensors\");");
}

TEST_CASE("weights that are not finite are not written") {
    const Scratch scratch;
    Network<Input<2>, Sequential<Dense<2>>> network;
    Exported file{network};
    file.graph.layers[0].weights[0].numbers = [] { return std::vector<float>(4, std::numeric_limits<float>::infinity()); };
    const auto refusal = [&] { return message_of([&] { write_spelled_weights("m.onnx", file.spelled(), numbers_of_graph(file.graph), scratch / "w"); }); };
    CHECK(refusal() == "m.onnx: 0.weights holds a number that is not finite");
    file.graph.layers[0].weights[0].numbers = [] { return std::vector<float>(3); };
    CHECK(refusal() == "m.onnx: 0.weights: 4 numbers were expected, the file has 3");
    CHECK_FALSE(std::filesystem::exists(scratch / "w"));
}
