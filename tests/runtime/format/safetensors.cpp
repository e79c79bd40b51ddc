// SPDX-License-Identifier: MIT
#include <denim/format/safetensors.hpp>

#include <doctest/doctest.h>

#include "golden_values.hpp"
#include "hostile.hpp"
#include "scratch.hpp"

using namespace denim;

namespace {

/// A file with this header and `data` bytes behind it.
std::vector<std::byte> file_with(const std::string& header, std::size_t data) {
    std::string text(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) text[i] = static_cast<char>(header.size() >> (8 * i));
    return bytes_of_text(text + header + std::string(data, '\0'));
}

/// Opens the file and touches all of its bytes.
void read_all(std::span<const std::byte> bytes) {
    const Safetensors file{"test.safetensors", bytes};
    for (const TensorEntry& tensor : file.tensors()) static_cast<void>(AnyArray::copy(file.view(tensor)));
}

}  // namespace

TEST_CASE("files of the reference implementation are read") {
    const Safetensors file{golden("types.safetensors")};
    CHECK(file.tensors().size() == 15);
    for (std::size_t i = 0; i <= static_cast<std::size_t>(ElementType::float64); ++i) {
        const auto type = static_cast<ElementType>(i);
        CHECK(AnyArray::copy(file.view(element_name(type))) == golden_values(type));
    }
    CHECK(file.view("scalar").shape.empty());
    CHECK(file.view("scalar").values<float>()[0] == 7);
    CHECK(file.view("empty").shape == std::vector<std::size_t>{0, 3});
    CHECK(file.metadata().at("architecture") == "golden");
    CHECK(!file.contains("none"));
    CHECK_THROWS_WITH_AS(static_cast<void>(file.view("none")),
                         doctest::Contains("a tensor 'none' was expected, the file has 'bfloat16', "), FileError);
}

TEST_CASE("what is written is read back, every tensor aligned") {
    const Scratch scratch;
    std::vector<AnyArray> arrays;
    std::vector<NamedView> views;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(ElementType::float64); ++i)
        arrays.push_back(golden_values(static_cast<ElementType>(i)));
    for (const AnyArray& array : arrays)
        views.push_back({"tensor of " + std::string{element_name(array.type)} + " \xc3\xa9", array});
    const std::map<std::string, std::string> metadata{{"key", "\"quoted\"\n\xc3\xa9"}, {"", ""}};
    write_safetensors(scratch / "x", views, metadata);
    const Safetensors file{scratch / "x"};
    CHECK(file.metadata() == metadata);
    for (const auto& [name, array] : views) {
        const AnyArrayView view = file.view(name);
        CHECK(AnyArray::copy(view) == AnyArray::copy(array));
        visit_element(view.type, [&]<class T>() { CHECK_NOTHROW(static_cast<void>(view.values<T>())); });
    }
    CHECK_THROWS_AS(write_safetensors(scratch / "y", {views[0], views[0]}), std::invalid_argument);
    CHECK_THROWS_AS(write_safetensors(scratch / "y", {{"\xff", arrays[0]}}), std::invalid_argument);
    CHECK_THROWS_AS(write_safetensors(scratch / "y", {{"__metadata__", arrays[0]}}), std::invalid_argument);
    CHECK(!std::filesystem::exists(scratch / "y"));
    write_safetensors(scratch / "none", {});
    CHECK(Safetensors{scratch / "none"}.tensors().empty());
}

TEST_CASE("a file that is replaced while it is open stays as it was") {
    const Scratch scratch;
    const auto before = golden_values(ElementType::float32), after = golden_values(ElementType::float64);
    write_safetensors(scratch / "x", {{"a", before}});
    const Safetensors file{scratch / "x"};
    write_safetensors(scratch / "x", {{"a", after}});
    CHECK(AnyArray::copy(file.view("a")) == before);
    CHECK(AnyArray::copy(Safetensors{scratch / "x"}.view("a")) == after);
}

TEST_CASE("headers with other spaces and other orders are read") {
    CHECK_NOTHROW(read_all(file_with("{}", 0)));
    CHECK_NOTHROW(read_all(file_with("{ }        ", 0)));
    CHECK_NOTHROW(read_all(file_with(
        R"({"b":{"shape":[2],"data_offsets":[2,4],"dtype":"U8"},"a":{"dtype":"F16","data_offsets":[0,2],"shape":[]}, "__metadata__":{}})",
        4)));
}

TEST_CASE("hostile headers are errors that name the file") {
    const auto tensor = [](const char* type, const char* shape, const char* offsets) {
        return std::string{R"("a":{"dtype":")"} + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
    };
    const auto refused = [](const std::string& header, std::size_t data, const char* why) {
        const auto bytes = file_with(header, data);
        CAPTURE(header.substr(0, 200));
        CHECK_THROWS_WITH_AS(read_all(bytes), doctest::Contains(why), FileError);
    };
    refused("{" + tensor("F32", "[2]", "[0,8]") + "}", 7,
            "test.safetensors: the safetensors header is damaged: tensor 'a' was expected from byte 0 on and up to 7 at most");
    refused("{" + tensor("F32", "[2]", "[0,8]") + "}", 9, "its tensors take 8 bytes, 9 follow");
    refused("{" + tensor("F32", "[2]", "[1,9]") + "}", 9, "from byte 0 on");  // a gap
    refused("{" + tensor("U8", "[8]", "[0,8]") + R"(,"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})", 8,
            "from byte 8 on");  // overlap
    refused("{" + tensor("U8", "[8]", "[8,0]") + "}", 8, "from byte 0 on");
    refused("{" + tensor("U8", "[8]", "[0,18446744073709551615]") + "}", 8, "18446744073709551615");
    refused("{" + tensor("U8", "[8]", "[0,18446744073709551624]") + "}", 8, "came");  // 2^64 + 8
    refused("{" + tensor("U8", "[8]", "[-8,0]") + "}", 8, "two offsets of 0 or more was expected");
    refused("{" + tensor("U8", "[-8]", "[0,8]") + "}", 8,
            "at most 64 extents of 0 or more was expected at 'shape', the number -8 came");
    refused("{" + tensor("U8", "[8.0]", "[0,8]") + "}", 8, "the number '8.0' came");
    refused("{" + tensor("U8", "[[8]]", "[0,8]") + "}", 8, "an array came");
    refused("{" + tensor("F32", "[4611686018427387906]", "[0,8]") + "}", 8, "does not fill");  // 4 times this is 8 modulo 2^64
    refused("{" + tensor("U8", "[4294967296,4294967296,8]", "[0,8]") + "}", 8, "does not fill");
    refused("{" + tensor("U8", "[1152921504606846976]", "[0,8]") + "}", 8, "does not fill");
    refused("{" + tensor("U8", "[8]", "[0,8,8]") + "}", 8, "came");
    refused("{" + tensor("U8", "[8]", "[0]") + "}", 8, "lacks an offset");
    refused("{" + tensor("F8_E4M3", "[8]", "[0,8]") + "}", 8, "'F8_E4M3', is none of");
    refused("{" + tensor("U8", "[0]", "[0,0]") + "," + tensor("U8", "[0]", "[0,0]") + "}", 0, "two tensors are named 'a'");
    refused(R"({"a":{"dtype":"U8","shape":[0]}})", 0, "lacks one of dtype, shape and data_offsets");
    refused(R"({"a":{"dtype":"U8","dtype":"U8"}})", 0, "the key 'dtype' came");
    refused(R"({"a":{"dtype":"U8","more":1}})", 0, "the key 'more' came");
    refused(R"({"a":1})", 0, "a tensor was expected at 'a', the number 1 came");
    refused(R"({"__metadata__":{"a":1}})", 0, "text was expected at 'a'");
    refused(R"({"__metadata__":{"a":{}}})", 0, "an object came");
    refused(R"({"__metadata__":{"a":"","a":""}})", 0, "stands twice");
    refused(R"({"__metadata__":{},"__metadata__":{}})", 0, "stand twice");
    refused(R"({"__metadata__":null})", 0, "null came");
    refused("[]", 0, "an array came");
    refused("", 0, "no JSON");
    refused("{}{}", 0, "no JSON");
    refused("{\"\xff\":{}}", 0, "no JSON");
    refused(std::string(5'000'000, '['), 0, "an object was expected, an array came");
    std::string deep = R"({"a":)";
    for (int i = 0; i < 1'000'000; ++i) deep += R"({"a":)";
    refused(deep, 0, "the key 'a' came");
    std::string shape = "[1";
    for (int i = 0; i < 100; ++i) shape += ",1";
    refused("{" + tensor("U8", (shape + "]").c_str(), "[0,1]") + "}", 1, "at most 64 extents");
    refused("{" + tensor("U8", "[1e999]", "[0,1]") + "}", 1, "no JSON");
}

TEST_CASE("a length beyond the file is an error") {
    for (const std::uint64_t length : {100ull, 100'000'001ull, 1ull << 60, ~0ull, ~0ull - 7}) {
        auto bytes = file_with("{}", 0);
        for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::byte>(length >> (8 * i));
        CHECK_THROWS_WITH_AS(read_all(bytes), doctest::Contains("a safetensors header of at most 2 bytes was expected"),
                             FileError);
    }
}

TEST_CASE("many tensors of one header take time in proportion") {
    std::string header = "{";
    for (int i = 0; i < 200'000; ++i)
        header += (i ? ",\"" : "\"") + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
    const auto bytes = file_with(header + "}", 0);
    const Safetensors file{"test.safetensors", bytes};
    CHECK(file.tensors().size() == 200'000);
    CHECK(file.contains("199999"));
}

TEST_CASE("cut and damaged files are errors or tensors, never anything else") {
    const Scratch scratch;
    const auto golden_file = read_bytes(golden("types.safetensors"));
    check_cuts(golden_file, read_all);
    const auto a = golden_values(ElementType::float32), b = golden_values(ElementType::uint8);
    write_safetensors(scratch / "x", {{"a", a}, {"b", b}}, {{"key", "value"}});
    const auto ours = read_bytes(scratch / "x");
    check_cuts(ours, read_all);
    check_flips(ours, read_all);
}
