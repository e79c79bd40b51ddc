// SPDX-License-Identifier: MIT
#include "messages.hpp"
#include "scratch.hpp"

#include <denim/denim.hpp>
#include <denim/training/export_onnx.hpp>

#include <doctest/doctest.h>

using namespace denim;

namespace {

using Small =
    Network<Image<9, 8, 2>, Sequential<Conv<3, 4, Same, Stride<2>>, Residual<Conv<3, 4, Same, NoBias, Linear>, BatchNorm>,
                                       MaxPool, Dropout, Dense<3>>>;

std::vector<std::string> types_of(const OnnxModel& model) {
    std::vector<std::string> types;
    for (const OnnxNode& node : model.nodes) types.push_back(node.type);
    return types;
}

}  // namespace

TEST_CASE("each layer becomes its nodes, in the order in which the user wrote them") {
    const OnnxModel model = onnx_model(Small{Seed{1}}, {.bytes = true, .probabilities = true, .labels = {"a", "b", "c"}});
    CHECK(types_of(model) == std::vector<std::string>{"Cast", "Mul", "Transpose", "Conv", "Relu", "Conv", "BatchNormalization",
                                                      "Add", "MaxPool", "Flatten", "Gemm", "Softmax"});
    CHECK(model.nodes[3].attribute<std::vector<std::int64_t>>("pads") == std::vector<std::int64_t>{1, 0, 1, 1});
    CHECK(model.nodes[7].inputs == std::vector<std::string>{"0.Relu", "1.1.BatchNormalization"});
    CHECK(model.inputs.at(0).type == ElementType::uint8);
    CHECK(model.inputs.at(0).shape == std::vector<std::size_t>{0, 9, 8, 2});
    CHECK(model.outputs.at(0).name == "probabilities");
    CHECK(model.metadata.at("labels") == R"(["a","b","c"])");
    CHECK(model.weights.back().second.shape == std::vector<std::size_t>{3});
    CHECK(onnx_model(Small{}).inputs.at(0).type == ElementType::float32);
    CHECK(message_of([] {
              (void)onnx_model(Small{}, {.bytes = true, .preprocessing = {.mean = {1, 2, 3}}});
          }).find("3 numbers, but pictures have 2") != std::string::npos);
}

TEST_CASE("weights come back from the file, and a file of another network changes nothing") {
    const Scratch scratch;
    const Small network{Seed{4}};
    export_onnx(network, scratch / "small.onnx");
    Small loaded;
    import_onnx(loaded, scratch / "small.onnx");
    CHECK(std::ranges::equal(network.parameters(), loaded.parameters()));
    OnnxModel other = read_onnx(scratch / "small.onnx");
    std::erase_if(other.nodes, [](const OnnxNode& node) { return node.type == "BatchNormalization"; });
    write_onnx(scratch / "other.onnx", other);
    const std::string message = message_of([&] { import_onnx(loaded, scratch / "other.onnx"); });
    CHECK(message.find("9 arrays were expected, the file has 5") != std::string::npos);
    CHECK(message.find("| 1.1.gamma (4,)") != std::string::npos);
    CHECK(std::ranges::equal(network.parameters(), loaded.parameters()));
}
