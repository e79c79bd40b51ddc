// SPDX-License-Identifier: MIT
#include <denim/exchange/onnx_layer_graph.hpp>
#include <denim/format/onnx.hpp>
#include <denim/format/zip_writer.hpp>

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
    model.nodes = {
        {"Conv", "first", {"images", "w", "b"}, {"x"}, {{"pads", std::vector<std::int64_t>{0, -1, 2, 3}}, {"auto_pad", std::string{"NOTSET"}}}},
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

TEST_CASE("numbers come packed, one by one, or as bytes; damaged tensors are errors") {
    const auto tensor = [](const std::string& rest) { return field(7, field(5, rest)); };
    const std::string one{"\0\0\x80\x3f", 4}, is_float{"\x10\x01", 2}, two{"\x08\x02", 2};
    const std::string packed = tensor(two + is_float + field(4, one + one)), single = tensor(two + is_float + "\x25" + one + "\x25" + one);
    for (const std::string& bytes :
         {packed, single, tensor(two + is_float + field(9, one + one)), tensor(field(1, "\x02") + is_float + field(9, one + one))})
        CHECK(read_text(bytes).weights.at(0).second.as<float>() == std::vector<float>{1, 1});
    CHECK(message_of([&] { read_text(tensor(two + is_float + field(9, one))); }) == "test.onnx: the tensor '' (2,) of float32 has 4 bytes");
    // as ONNX widens them: 16 bits in an int32, a double by itself; what is not read is no error until somebody wants it
    const std::string half = tensor(two + "\x10\x0a" + field(5, std::string{"\x80\x78\x80\x78", 4}));
    CHECK(read_text(half).weights.at(0).second.type == ElementType::float16);
    CHECK(read_text(half).weights.at(0).second.as<float>() == std::vector<float>{1, 1});
    const std::string eight{"\0\0\0\0\0\0\xf0\x3f", 8};
    CHECK(read_text(tensor(two + "\x10\x0b" + field(10, eight + eight))).weights.at(0).second.as<double>() == std::vector<double>{1, 1});
    CHECK(read_text(tensor(two + "\x10\x06" + field(5, "\x05\x07"))).weights.at(0).second.as<std::int32_t>() == std::vector<std::int32_t>{5, 7});
    CHECK(read_text(tensor(two + "\x10\x02" + "\x28\x05\x28\x07")).weights.at(0).second.as<int>() == std::vector<int>{5, 7});
    CHECK(message_of([&] { read_text(tensor(two + "\x10\x02" + field(5, "\x80\x02\x07"))); }).find("of uint8 holds 256") != std::string::npos);
    CHECK(read_text(tensor(two + "\x10\x08" + field(8, "t") + field(9, one))).unread.at("t").find("ONNX's type 8") != std::string::npos);
    const std::string minus_one = "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", huge = "\x08\x80\x80\x80\x80\x80\x80\x80\x80\x40";
    CHECK(message_of([&] { read_text(tensor(minus_one + is_float)); }).find("the extent -1") != std::string::npos);
    CHECK(message_of([&] { read_text(tensor(huge + huge + is_float)); }).find("has 0 bytes") != std::string::npos);
    CHECK(read_text(tensor(two + is_float + field(13, ""))).unread.at("").starts_with("lies in another file"));
    CHECK(message_of([&] { read_text("\x08\x07"); }).find("has no graph") != std::string::npos);
    CHECK(message_of([&] { read_text("\x3a\x7f no protobuf at all"); }).find("cut or damaged") != std::string::npos);
}

TEST_CASE("constants of every kind are weights") {
    // A node without inputs: its output "c", its type, and one attribute.
    const auto constant = [](const std::string& attribute) {
        const OnnxModel model = read_text(field(7, field(1, field(2, "c") + field(4, "Constant") + field(5, attribute))));
        CHECK(model.nodes.empty());
        return model;
    };
    const std::string one{"\0\0\x80\x3f", 4};
    const AnyArray floats = constant(field(1, "value_floats") + field(7, one + one)).weights.at(0).second;
    CHECK(floats.as<float>() == std::vector<float>{1, 1});
    CHECK(constant(field(1, "value_floats") + "\x3d" + one + "\x3d" + one).weights.at(0).second == floats);
    CHECK(constant(field(1, "value_float") + "\x15" + one).weights.at(0).second.shape.empty());
    CHECK(constant(field(1, "value_int") + "\x18\x07").weights.at(0).second.as<std::int64_t>() == std::vector<std::int64_t>{7});
    CHECK(constant(field(1, "value_ints") + field(8, "\x07\x08")).weights.at(0).second.as<std::int64_t>() == std::vector<std::int64_t>{7, 8});
    CHECK(constant(field(1, "value_string") + field(4, "text")).unread.at("c") == "is a text");
    CHECK(constant(field(1, "value_strings") + field(9, "text") + "\xa0\x01\x08").unread.at("c").find("not read") != std::string::npos);
    // proto3 leaves zeros out: the type alone says that it is a number
    CHECK(constant(field(1, "value_int") + "\xa0\x01\x02").weights.at(0).second.as<std::int64_t>() == std::vector<std::int64_t>{0});
}

TEST_CASE("a file of another kind is named as what it is") {
    using namespace std::string_literals;
    const std::pair<std::string, const char*> files[]{{"", "an empty file"},
                                                      {"\x89HDF\r\n\x1a\n and so on", "an HDF5 file"},
                                                      {"\x1c\0\0\0TFL3 and so on"s, "a TensorFlow Lite model"},
                                                      {"\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.", "a PyTorch file of before"},
                                                      {"\x80\x04K\x01.", "a pickle"},
                                                      {"\x08\0\0\0\0\0\0\0{}      "s, "a safetensors file"},
                                                      {" {\"class_name\": \"Sequential\"}", "a JSON text"},
                                                      {"no protobuf at all", "a text"},
                                                      {"PK\x03\x04 and so on", "a zip archive"}};
    for (const auto& [bytes, kind] : files)
        CHECK(message_of([&] { read_text(bytes); }).find(std::string{"an ONNX file was expected, this is "} + kind) != std::string::npos);
    const auto zip = [](const char* name) {
        const Scratch scratch;
        detail::ZipWriter writer{scratch / "m.onnx"};
        writer.begin(name, 0, Compression::stored);
        writer.end();
        writer.finish();
        return message_of([&] { read_onnx(scratch / "m.onnx"); });
    };
    CHECK(zip("model/data.pkl").find("this is a PyTorch file, which holds weights and no graph; export the model with torch.onnx.export") != std::string::npos);
    CHECK(zip("config.json").find("this is a Keras model") != std::string::npos);
    CHECK(zip("w.npy").find("this is an npz file") != std::string::npos);
}

TEST_CASE("cut and damaged files are errors or models, never anything else") {
    const std::string text = to_bytes(small_model());
    const std::vector<std::byte> good = bytes_of_text(text);
    const auto read = [](std::span<const std::byte> bytes) {
        const OnnxModel model = read_onnx(ByteSource{"test", bytes});
        const LayerGraph graph = onnx_layer_graph("test", model);
        for (const GraphLayer& layer : graph.layers)
            for (const GraphWeights& weights : layer.weights) static_cast<void>(weights.numbers());
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
