// SPDX-License-Identifier: MIT
#include <denim/format/row_reader.hpp>

#include <denim/format/npz.hpp>

#include <doctest/doctest.h>

#include "golden_values.hpp"
#include "scratch.hpp"

using namespace denim;

namespace {

std::vector<std::int32_t> numbers(std::size_t from, std::size_t to) {
    std::vector<std::int32_t> values;
    for (std::size_t i = from; i < to; ++i) values.push_back(static_cast<std::int32_t>(i * 2654435761u));
    return values;
}

}  // namespace

TEST_CASE("rows are read forward, backward and twice, stored or deflated") {
    const Scratch scratch;
    const auto all = numbers(0, 1000 * 300);  // beyond the buffers of the streams
    for (const Compression compression : {Compression::stored, Compression::deflated}) {
        write_npz(scratch / "x.npz", {{"x", AnyArrayView::of<std::int32_t>(all, {1000, 10, 30})}}, compression);
        RowReader reader = Npz{scratch / "x.npz"}.rows("x");
        CHECK(reader.rows() == 1000);
        CHECK(reader.row_bytes() == 1200);
        for (const auto& [first, last] : {std::pair{0, 3}, {3, 3}, {3, 900}, {950, 1000}, {10, 11}, {0, 1000}, {999, 1000}}) {
            const auto a = static_cast<std::size_t>(first), b = static_cast<std::size_t>(last);
            const AnyArray rows = reader.read(a, b);
            CHECK(rows.shape == std::vector<std::size_t>{b - a, 10, 30});
            CHECK(rows.as<std::int32_t>() == numbers(a * 300, b * 300));
        }
        CHECK_THROWS_WITH_AS(reader.read(5, 1001), doctest::Contains("rows 5 to 1001 were asked for, the array has 1000"),
                             std::out_of_range);
        CHECK_THROWS_AS(reader.read(5, 4), std::out_of_range);
        std::vector<std::byte> room(1199);
        CHECK_THROWS_AS(reader.read(0, 1, room), std::invalid_argument);
    }
}

TEST_CASE("the checksum of rows read one after the other is compared") {
    const Scratch scratch;
    const auto all = numbers(0, 1000);
    write_npz(scratch / "x.npz", {{"x", AnyArrayView::of<std::int32_t>(all, {100, 10})}});
    auto bytes = read_bytes(scratch / "x.npz");
    bytes[200] ^= std::byte{1};
    RowReader reader = Npz{ByteSource{"x.npz", bytes}}.rows("x");
    for (std::size_t row = 0; row < 99; ++row) reader.read(row, row + 1);
    CHECK_THROWS_WITH_AS(reader.read(99, 100), doctest::Contains("checksum"), FileError);
}

TEST_CASE("after an error in the compressed data no rows come") {
    const Scratch scratch;
    const auto all = numbers(0, 100'000);
    write_npz(scratch / "x.npz", {{"x", AnyArrayView::of<std::int32_t>(all, {1000, 100})}}, Compression::deflated);
    auto bytes = read_bytes(scratch / "x.npz");
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2), 100, std::byte{0xff});
    RowReader reader = Npz{ByteSource{"x.npz", bytes}}.rows("x");
    CHECK(reader.read(0, 1).as<std::int32_t>() == numbers(0, 100));
    CHECK_THROWS_AS(reader.read(999, 1000), FileError);
    CHECK_THROWS_WITH_AS(reader.read(1, 2), doctest::Contains("cannot be read any more after an error"), FileError);
}

TEST_CASE("rows of npy files, in either byte order, not in Fortran order") {
    RowReader reader{golden("big_endian.npy")};
    CHECK(reader.type() == ElementType::int16);
    CHECK(reader.read(1, 2).as<int>() == std::vector<int>{12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23});
    CHECK(RowReader{golden("empty.npy")}.rows() == 0);
    CHECK_THROWS_WITH_AS(RowReader{golden("fortran.npy")}, doctest::Contains("in C order was expected"), FileError);
    CHECK_THROWS_WITH_AS(RowReader{golden("scalar.npy")}, doctest::Contains("a single number came"), FileError);
    auto cut = read_bytes(golden("float32.npy"));
    cut.pop_back();
    CHECK_THROWS_WITH_AS(RowReader(ByteSource("cut.npy", cut)), doctest::Contains("24 bytes of float32 (2, 3) were expected"),
                         FileError);
}
