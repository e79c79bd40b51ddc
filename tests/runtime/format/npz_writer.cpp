// SPDX-License-Identifier: MIT
#include <denim/format/npz_writer.hpp>

#include <denim/format/npz.hpp>

#include <doctest/doctest.h>

#include "golden_values.hpp"
#include "scratch.hpp"

using namespace denim;

TEST_CASE("rows that come in parts give the bytes of the whole array") {
    const Scratch scratch;
    std::vector<std::uint8_t> pixels(100 * 7 * 3);
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * i / 7);
    const auto labels = golden_values(ElementType::int32);
    for (const Compression compression : {Compression::stored, Compression::deflated}) {
        write_npz(scratch / "whole.npz", {{"images", AnyArrayView::of<std::uint8_t>(pixels, {100, 7, 3})}, {"labels", labels}},
                  compression);
        NpzWriter file{scratch / "parts.npz", compression};
        file.begin("images", ElementType::uint8, {100, 7, 3});
        for (std::size_t row = 0, count = 0; row < 100; row += count) {
            count = std::min<std::size_t>(row % 5 + 1, 100 - row);
            file.append(AnyArrayView::of<std::uint8_t>(std::span{pixels}.subspan(row * 21, count * 21), {count, 7, 3}));
        }
        file.write("labels", labels);
        file.finish();
        CHECK(Npz{scratch / "parts.npz"}.read("images") == Npz{scratch / "whole.npz"}.read("images"));
        CHECK(Npz{scratch / "parts.npz"}.read("labels") == labels);
        if (compression == Compression::stored) CHECK(read_bytes(scratch / "parts.npz") == read_bytes(scratch / "whole.npz"));
    }
}

TEST_CASE("rows that do not fit are refused, and the file goes on") {
    const Scratch scratch;
    NpzWriter file{scratch / "x.npz"};
    const AnyArray rows{ElementType::float32, {2, 3}};
    CHECK_THROWS_WITH_AS(file.append(rows), doctest::Contains("rows of no open array were expected"), std::invalid_argument);
    file.begin("a", ElementType::float32, {4, 3});
    CHECK_THROWS_WITH_AS(file.append(AnyArray{ElementType::float64, {2, 3}}),
                         doctest::Contains("x.npz, array 'a': rows of float32 (4, 3) were expected, float64 (2, 3) came"),
                         std::invalid_argument);
    CHECK_THROWS_AS(file.append(AnyArray(ElementType::float32, {2, 4})), std::invalid_argument);
    CHECK_THROWS_AS(file.append(AnyArray(ElementType::float32, {6})), std::invalid_argument);
    CHECK_THROWS_AS(file.append(AnyArray(ElementType::float32, {5, 3})), std::invalid_argument);
    file.append(rows);
    CHECK_THROWS_AS(file.finish(), std::logic_error);
    CHECK_THROWS_AS(file.write("b", rows), std::logic_error);
    file.append(rows);
    CHECK_THROWS_AS(file.append(rows), std::invalid_argument);
    file.begin("none", ElementType::float32, {0, 3});
    file.begin("thin", ElementType::float32, {2, 0});
    file.append(AnyArray(ElementType::float32, {1, 0}));
    CHECK_THROWS_WITH_AS(file.finish(), doctest::Contains("all rows of float32 (2, 0) were expected, 1 are missing"),
                         std::logic_error);
    file.append(AnyArray(ElementType::float32, {1, 0}));
    CHECK_THROWS_AS(file.begin("scalar", ElementType::float32, {}), std::invalid_argument);
    file.finish();
    CHECK(Npz{scratch / "x.npz"}.read("a") == AnyArray{ElementType::float32, {4, 3}});
    CHECK(Npz{scratch / "x.npz"}.read("none").shape == std::vector<std::size_t>{0, 3});
}
