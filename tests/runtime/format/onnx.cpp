// SPDX-License-Identifier: MIT
#include <denim/format/onnx.hpp>
#include <denim/format/onnx_weights.hpp>

#include <doctest/doctest.h>

#include "hostile.hpp"
#include "messages.hpp"
#include "scratch.hpp"

using namespace denim;

namespace {

AnyArray numbers(std::vector<std::size_t> shape) {
    AnyArray array{ElementType::float32, std::move(shape)};
    float next = 0;
    for (float& number : array.values<float>()) number = next++;
    return array;
}

OnnxModel small_model() {
    OnnxModel model;
    model.inputs = {{"images", ElementType::uint8, {0, 4, 5, 3}}};
    model.outputs = {{"logits", ElementType::float32, {0, 2}}};
    model.metadata = {{"labels", "[\"a\"]"}};
    model.weights = {{"w", numbers({2, 3, 1, 1})}, {"b", numbers({2})}, {"d", numbers({4, 3})}, {"e", numbers({3})}};
    model.nodes = {{"Conv",
                    "first",
                    {"images", "w", "b"},
                    {"x"},
                    {{"pads", std::vector<std::int64_t>{0, -1, 2, 3}}, {"auto_pad", std::string{"NOTSET"}}}},
                   {"Transpose", "", {"x"}, {"y"}, {{"perm", std::vector<std::int64_t>{0, 2, 3, 1}}}},
                   {"Flatten", "", {"y"}, {"z"}, {{"axis", std::int64_t{1}}, {"factor", 0.5f}, {"table", numbers({2})}}},
                   {"MatMul", "second", {"z", "d"}, {"p"}},
                   {"Add", "", {"e", "p"}, {"logits"}}};
    return model;
}

OnnxModel read_text(const std::string& bytes) { return read_onnx(ByteSource{"test.onnx", std::as_bytes(std::span{bytes})}); }

// A field of a message: its number, then a text or message.
std::string field(int number, const std::string& content) {
    return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(content.size())} + content;
}

}  // namespace

TEST_CASE("a model is read as it was written") {
    const Scratch scratch;
    const OnnxModel model = small_model();
    write_onnx(scratch / "m.onnx", model);
    const OnnxModel read = read_onnx(scratch / "m.onnx");
    CHECK(read.opset == 17);
    CHECK(read.producer == "denim");
    CHECK(read.metadata == model.metadata);
    CHECK(read.weights == model.weights);
    REQUIRE(read.nodes.size() == model.nodes.size());
    for (std::size_t n = 0; n < read.nodes.size(); ++n) {
        CHECK(read.nodes[n].type == model.nodes[n].type);
        CHECK(read.nodes[n].name == model.nodes[n].name);
        CHECK(read.nodes[n].inputs == model.nodes[n].inputs);
        CHECK(read.nodes[n].outputs == model.nodes[n].outputs);
    }
    CHECK(read.nodes[0].attribute<std::vector<std::int64_t>>("pads") == std::vector<std::int64_t>{0, -1, 2, 3});
    CHECK(read.nodes[0].attribute<std::string>("auto_pad") == "NOTSET");
    CHECK(read.nodes[2].attribute<std::int64_t>("axis") == 1);
    CHECK(read.nodes[2].attribute<float>("factor") == 0.5f);
    CHECK(read.nodes[2].attribute<AnyArray>("table") == numbers({2}));
    CHECK_FALSE(read.nodes[2].attribute<float>("axis"));
    REQUIRE(read.inputs.size() == 1);
    CHECK(read.inputs[0].name == "images");
    CHECK(read.inputs[0].type == ElementType::uint8);
    CHECK(read.inputs[0].shape == std::vector<std::size_t>{0, 4, 5, 3});
    CHECK(read.outputs[0].shape == std::vector<std::size_t>{0, 2});
}

TEST_CASE("weights come in the order of the nodes, with the layout that the flatten gives them") {
    const ForeignWeights weights = onnx_weights("m", small_model(), 1e-3);
    REQUIRE(weights.tensors.size() == 4);
    CHECK(weights.tensors[0].name == "first.weight");
    CHECK(weights.tensors[2].name == "second.weight");
    CHECK(weights.tensors[2].layout == WeightLayout::keras);
    CHECK(weights.tensors[2].shape == std::vector<std::size_t>{4, 3});
    CHECK(weights.tensors[3].shape == std::vector<std::size_t>{3});

    OnnxModel plain = small_model();
    plain.nodes[1].attributes[0].value = std::vector<std::int64_t>{0, 1, 2, 3};
    const ForeignTensor turned = onnx_weights("m", plain, 1e-3).tensors[2];
    CHECK_FALSE(turned.layout);
    CHECK(turned.shape == std::vector<std::size_t>{3, 4});
    CHECK(turned.values == std::vector<float>{0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11});

    OnnxModel computed = small_model();
    computed.nodes[0].inputs[1] = "x";
    CHECK(message_of([&] { onnx_weights("m", computed, 1e-3); }) ==
          "m: the node 'first' computes with 'x', which the file does not hold as numbers");
    OnnxModel scaled = small_model();
    scaled.nodes[3] = {"Gemm", "second", {"z", "d"}, {"p"}, {{"alpha", 2.0f}}};
    CHECK(message_of([&] { onnx_weights("m", scaled, 1e-3); }).find("multiplies by more than its weights") !=
          std::string::npos);
}

TEST_CASE("numbers come packed, one by one, or as bytes; damaged tensors are errors") {
    const auto tensor = [](const std::string& rest) { return field(7, field(5, rest)); };
    const std::string one{"\0\0\x80\x3f", 4}, is_float{"\x10\x01", 2}, two{"\x08\x02", 2};
    const std::string packed = tensor(two + is_float + field(4, one + one)),
                      single = tensor(two + is_float + "\x25" + one + "\x25" + one);
    for (const std::string& bytes : {packed, single, tensor(two + is_float + field(9, one + one)),
                                     tensor(field(1, "\x02") + is_float + field(9, one + one))})
        CHECK(read_text(bytes).weights.at(0).second.as<float>() == std::vector<float>{1, 1});
    CHECK(message_of([&] { read_text(tensor(two + is_float + field(9, one))); }) ==
          "test.onnx: the tensor '' (2,) of float32 has 4 bytes");
    CHECK(message_of([&] { read_text(tensor(two + "\x10\x08" + field(9, one))); }).find("ONNX's type 8") != std::string::npos);
    const std::string minus_one = "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
                      huge = "\x08\x80\x80\x80\x80\x80\x80\x80\x80\x40";
    CHECK(message_of([&] { read_text(tensor(minus_one + is_float)); }).find("the extent -1") != std::string::npos);
    CHECK(message_of([&] { read_text(tensor(huge + huge + is_float)); }).find("has 0 bytes") != std::string::npos);
    CHECK(message_of([&] { read_text(tensor(two + is_float + field(13, ""))); }).find("lies in another file") !=
          std::string::npos);
    CHECK(message_of([&] { read_text(""); }).find("has no graph") != std::string::npos);
    CHECK(message_of([&] { read_text("no protobuf at all"); }).find("cut or damaged") != std::string::npos);
}

TEST_CASE("cut and damaged files are errors or models, never anything else") {
    const std::string text = to_bytes(small_model());
    const std::vector<std::byte> good = bytes_of_text(text);
    const auto read = [](std::span<const std::byte> bytes) {
        onnx_weights("test", read_onnx(ByteSource{"test", bytes}), 1e-3);
    };
    check_flips(good, read);
    for (std::size_t size = 0; size < good.size(); ++size) {
        const std::vector<std::byte> cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
        try {
            read(cut);  // fields at the end may be missing
        } catch (const FileError&) {
        }
    }
}
