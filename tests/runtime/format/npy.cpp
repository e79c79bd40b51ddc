// SPDX-License-Identifier: MIT
#include <denim/format/npy.hpp>

#include <doctest/doctest.h>

#include "golden_values.hpp"
#include "hostile.hpp"
#include "scratch.hpp"

using namespace denim;

namespace {

AnyArray read(std::span<const std::byte> bytes) { return read_npy(ByteSource{"test.npy", bytes}); }

/// An npy file with this header text.
std::vector<std::byte> npy_with(const std::string& header, std::size_t data = 0) {
    return bytes_of_text(std::string{"\x93NUMPY\x01\x00", 8} + static_cast<char>(header.size() % 256) +
                         static_cast<char>(header.size() / 256) + header + std::string(data, '\1'));
}

}  // namespace

TEST_CASE("files of numpy.save are read") {
    CHECK(read_npy(golden("float32.npy")) == golden_values(ElementType::float32));
    CHECK(read_npy(golden("fortran.npy")) == golden_count<std::int16_t>());
    CHECK(read_npy(golden("big_endian.npy")) == golden_count<std::int16_t>());
    CHECK(read_npy(golden("big_endian_float.npy")) == golden_values(ElementType::float64));
    CHECK(read_npy(golden("version_2.npy")) == golden_count<std::int16_t>());
    CHECK(read_npy(golden("version_3.npy")) == golden_count<std::int16_t>());
    const AnyArray scalar = read_npy(golden("scalar.npy"));
    CHECK(scalar.shape.empty());
    CHECK(scalar.as<double>() == std::vector<double>{2.5});
    CHECK(read_npy(golden("empty.npy")) == AnyArray{ElementType::uint8, {0, 3}});
    CHECK(read_npy(golden("long.npy")).as<int>() == std::vector<int>{0, 1, 2, 3, 4});
}

TEST_CASE("what is written has the bytes of numpy.save") {
    const Scratch scratch;
    for (const char* name : {"float32.npy", "scalar.npy", "empty.npy", "long.npy"}) {
        write_npy(scratch / name, read_npy(golden(name)));
        CHECK(read_bytes(scratch / name) == read_bytes(golden(name)));
    }
    for (const ElementType type : {ElementType::boolean, ElementType::int8, ElementType::uint64, ElementType::float16}) {
        write_npy(scratch / "x.npy", golden_values(type));
        CHECK(read_npy(scratch / "x.npy") == golden_values(type));
    }
    CHECK_THROWS_AS(write_npy(scratch / "y.npy", golden_values(ElementType::bfloat16)), std::invalid_argument);
    CHECK(!std::filesystem::exists(scratch / "y.npy"));
}

TEST_CASE("types that are no numbers are errors that name file and type") {
    CHECK_THROWS_WITH_AS(
        read_npy(golden("complex.npy")),
        "runtime/format/golden/complex.npy: bool, an integer or a float of 16, 32 or 64 bits was expected, numpy's "
        "type '<c8' came",
        FileError);
    CHECK_THROWS_WITH_AS(read_npy(golden("records.npy")),
                         "runtime/format/golden/records.npy: an array of numbers was expected, one of records came", FileError);
    CHECK_THROWS_AS(read_npy(golden("text.npy")), FileError);
    CHECK_THROWS_AS(read_npy("no such file.npy"), FileError);
    CHECK_THROWS_WITH_AS(read_npy("runtime"), "runtime: a regular file was expected, it is a folder", FileError);
}

TEST_CASE("headers that Python would read too") {
    CHECK(read(npy_with("{\"shape\": (2L, 3L), \"descr\": \"u1\", \"fortran_order\": False}", 6)).shape ==
          std::vector<std::size_t>{2, 3});
    CHECK(read(npy_with("{'descr':'|u1','fortran_order':True,'shape':(4,)}  \n", 4)).shape == std::vector<std::size_t>{4});
}

TEST_CASE("hostile headers are errors") {
    const auto refused = [](const std::string& descr, const std::string& shape) {
        const auto file = npy_with("{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n", 8);
        CAPTURE(shape);
        CHECK_THROWS_AS(read(file), FileError);
    };
    refused("<f4", "(1152921504606846976,)");    // 2^60 elements
    refused("<f4", "(4294967296, 4294967296)");  // a product beyond 2^64
    refused("<f4", "(4611686018427387905, 4)");  // a product that wraps around to 4 elements
    refused("<f4", "(0, 4294967296, 4294967296)");
    refused("<f4", "(99999999999999999999999999,)");
    refused("<f4", "(-1,)");
    refused("<f4", "(2.0,)");
    refused("<f4", "(2 2)");
    refused("<f4", "(3,)");
    refused("<f4", "(1,)");
    refused("<f4", "2");
    refused("|f4", "(2,)");
    refused("", "(8,)");
    refused("<", "(8,)");
    refused("<f16", "(1,)");
    refused("|O", "(1,)");
    std::string deep = "1";
    for (int axis = 1; axis < 65; ++axis) deep += ",1";
    refused("|u1", "(" + deep + ")");
    for (const char* header :
         {"", "{", "{}", "{'descr': '|u1'}", "{'descr': '|u1', 'descr': '|u1', 'shape': (8,)}", "[]",
          "{'descr': '|u1', 'fortran_order': 0, 'shape': (8,)}", "{'descr': '|u1', 'fortran_order': False, 'shape': (8,)} x",
          "{'descr': '|u1', 'fortran_order': False, 'shape': (8,), 'more': 1}"}) {
        CAPTURE(header);
        CHECK_THROWS_AS(read(npy_with(header, 8)), FileError);
    }
    const auto long_header = bytes_of_text(std::string{"\x93NUMPY\x02\x00\xff\xff\xff\x7f{", 13});
    CHECK_THROWS_AS(read(long_header), FileError);
}

TEST_CASE("cut and damaged files are errors or arrays, never anything else") {
    for (const char* name : {"float32.npy", "fortran.npy", "version_3.npy", "scalar.npy"}) {
        const auto good = read_bytes(golden(name));
        check_cuts(good, [](auto bytes) { read(bytes); });
        check_flips(good, [](auto bytes) { read(bytes); });
        auto longer = good;
        longer.push_back({});
        CHECK_THROWS_AS(read(longer), FileError);
    }
}
