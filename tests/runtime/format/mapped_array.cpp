// SPDX-License-Identifier: MIT
#include <denim/format/mapped_array.hpp>

#include <doctest/doctest.h>

#include <numeric>

#include "messages.hpp"
#include "scratch.hpp"

using namespace denim;

TEST_CASE("arrays are used as they lie in npy, npz and IDX files") {
    const Scratch scratch;
    std::vector<float> numbers(24);
    std::iota(numbers.begin(), numbers.end(), 0.0f);
    std::vector<std::uint8_t> bytes(24);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    const AnyArrayView floats = AnyArrayView::of<float>(numbers, {2, 3, 4}), pixels = AnyArrayView::of<std::uint8_t>(bytes, {2, 3, 4});
    write_npy(scratch / "floats.npy", floats);
    write_npz(scratch / "both.npz", {{"pixels", pixels}, {"floats", floats}});
    write_npz(scratch / "packed.npz", {{"pixels", pixels}}, Compression::deflated);
    std::string idx{"\0\0\x08\x03\0\0\0\x02\0\0\0\x03\0\0\0\x04", 16};
    idx.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    write_bytes(scratch / "pixels.idx", bytes_of_text(idx));

    const MappedArray<float, 3> mapped{scratch / "floats.npy"};
    CHECK(mapped.array()(1, 2, 3) == 23);
    CHECK(mapped.array().shape(1) == 3);
    CHECK(MappedArray<std::uint8_t, 3>{scratch / "both.npz", "pixels"}.array()(1, 0, 2) == 14);
    CHECK(MappedArray<std::uint8_t, 3>{scratch / "pixels.idx"}.array()(0, 2, 1) == 9);
    CHECK(message_of([&] { MappedArray<float, 2>{scratch / "floats.npy"}; })
              .ends_with("an array of float32 with 2 axes was expected, float32 (2, 3, 4) came"));
    CHECK(message_of([&] { MappedArray<double, 3>{scratch / "floats.npy"}; }).find("an array of float64") != std::string::npos);
    CHECK(message_of([&] { MappedArray<std::uint8_t, 3>{scratch / "packed.npz", "pixels"}; })
              .ends_with("array pixels: an array that is not compressed, in this machine's byte order, was expected"));
    CHECK_THROWS_AS((MappedArray<float, 3>{scratch / "none.npy"}), FileError);
    write_bytes(scratch / "empty", {});
    CHECK_THROWS_AS((MappedArray<float, 3>{scratch / "empty"}), FileError);
}
