// SPDX-License-Identifier: MIT
#include <denim/format/idx.hpp>

#include <doctest/doctest.h>

#include "golden_values.hpp"
#include "hostile.hpp"
#include "scratch.hpp"

using namespace denim;

namespace {

AnyArray read(std::span<const std::byte> bytes) { return read_idx(ByteSource{"test.idx", bytes}); }

}  // namespace

TEST_CASE("IDX files are read, gzipped or not") {
    CHECK(read_idx(golden("bytes.idx")) == golden_count<std::uint8_t>());
    CHECK(read_idx(golden("bytes.idx.gz")) == golden_count<std::uint8_t>());
    CHECK(read_idx(golden("members.idx.gz")) == golden_count<std::uint8_t>());
    CHECK(read_idx(golden("int16.idx")) == golden_count<std::int16_t>());
    CHECK(read_idx(golden("float32.idx")) == golden_values(ElementType::float32));
}

TEST_CASE("hostile IDX files are errors") {
    const auto refused = [](const std::string& bytes) { CHECK_THROWS_AS(read(bytes_of_text(bytes)), FileError); };
    refused(std::string{"\0\0\x08\0", 4});                                                                // no axis
    refused(std::string{"\0\0\x0a\1\0\0\0\1x", 9});                                                       // no type
    refused(std::string{"\0\1\x08\1\0\0\0\1x", 9});                                                       // no IDX file
    refused(std::string{"\0\0\x08\2\xff\xff\xff\xff\xff\xff\xff\xff", 12});                               // 2^64 elements
    refused(std::string{"\0\0\x0e\4", 4} + std::string{"\0\0\x80\0\0\0\x80\0\0\0\x80\0\0\0\x80\0", 16});  // 2^60 elements
    refused(std::string{"\0\0\x08\xff", 4} + std::string(255 * 4, '\1'));
    refused(std::string{"\0\0\x08\1\0\0\0\1xy", 10});  // a byte too many
}

TEST_CASE("cut and damaged IDX files are errors or arrays, never anything else") {
    for (const char* name : {"bytes.idx", "float32.idx", "bytes.idx.gz"}) {
        const auto good = read_bytes(golden(name));
        check_cuts(good, [](auto bytes) { read(bytes); });
        check_flips(good, [](auto bytes) { read(bytes); });
    }
    // The checksum of gzip finds every change of the data.
    auto bad = read_bytes(golden("bytes.idx.gz"));
    bad[bad.size() - 8] ^= std::byte{1};
    CHECK_THROWS_AS(read(bad), FileError);
    // Two members: a cut at the border of the members is short of elements.
    check_cuts(read_bytes(golden("members.idx.gz")), [](auto bytes) { read(bytes); });
}
