// SPDX-License-Identifier: MIT
#include <denim/image/decode.hpp>

#include <doctest/doctest.h>

#include "picture_parts.hpp"
#include "refusal.hpp"

using namespace denim;
using namespace picture_files;

namespace {

using Pixels = std::vector<std::uint8_t>;

}  // namespace

TEST_CASE("a TGA begins at any corner") {
    File pixels;
    for (const unsigned number : {1u, 2u, 3u, 4u, 5u, 6u}) append(pixels, {number, number, number});
    const std::pair<unsigned, std::vector<std::uint8_t>> corners[] = {
        {0x20, {1, 2, 3, 4, 5, 6}}, {0x30, {3, 2, 1, 6, 5, 4}}, {0x00, {4, 5, 6, 1, 2, 3}}, {0x10, {6, 5, 4, 3, 2, 1}}};
    for (const auto& [descriptor, wanted] : corners) {
        const Picture picture = decode(tga({.size = {2, 3}, .descriptor = descriptor, .pixels = pixels}));
        REQUIRE(picture.size == Size{2, 3});
        for (std::size_t i = 0; i < 6; ++i) CHECK(picture.pixels[3 * i] == wanted[i]);
    }
}

TEST_CASE("a TGA has alpha where its header says so") {
    const File red{0, 0, 255, 0, 0, 0, 255, 128};
    const Pixels opaque{255, 0, 0, 255, 0, 0}, laid_over{255, 255, 255, 255, 127, 127};
    CHECK(decode(tga({.size = {1, 2}, .bits = 32, .descriptor = 0x20, .pixels = red})).pixels == opaque);
    CHECK(decode(tga({.size = {1, 2}, .bits = 32, .descriptor = 0x28, .pixels = red})).pixels == laid_over);
    const File short_red{0x00, 0x7C, 0x00, 0xFC};
    CHECK(decode(tga({.size = {1, 2}, .bits = 16, .descriptor = 0x20, .pixels = short_red})).pixels == opaque);
    CHECK(decode(tga({.size = {1, 2}, .bits = 16, .descriptor = 0x21, .pixels = short_red})).pixels ==
          Pixels{255, 255, 255, 255, 0, 0});
    const File grey{100, 0, 100, 255};
    CHECK(decode(tga({.size = {1, 2}, .kind = 3, .bits = 16, .descriptor = 0x20, .pixels = grey})).pixels == Pixels(6, 100));
    CHECK(decode(tga({.size = {1, 2}, .kind = 3, .bits = 16, .descriptor = 0x28, .pixels = grey})).pixels ==
          Pixels{255, 255, 255, 100, 100, 100});
}

TEST_CASE("palettes of a TGA, of each width, from any number on") {
    const Pixels wanted{255, 0, 0, 0, 0, 255};
    const std::pair<unsigned, File> palettes[] = {{24, {0, 0, 255, 255, 0, 0}},
                                                  {32, {0, 0, 255, 0, 255, 0, 0, 7}},
                                                  {16, {0x00, 0x7C, 0x1F, 0x00}},
                                                  {15, {0x00, 0x7C, 0x1F, 0x00}}};
    for (const auto& [entry, palette] : palettes) {
        CHECK(decode(tga({.size = {1, 2},
                          .kind = 1,
                          .bits = 8,
                          .pixels = {5, 6},
                          .first = 5,
                          .colours = 2,
                          .entry = entry,
                          .palette = palette}))
                  .pixels == wanted);
        CHECK(decode(tga({.size = {1, 2},
                          .kind = 1,
                          .bits = 16,
                          .pixels = {5, 0, 6, 0},
                          .first = 5,
                          .colours = 2,
                          .entry = entry,
                          .palette = palette}))
                  .pixels == wanted);
    }
    const TgaParts parts{.size = {1, 2},
                         .kind = 1,
                         .bits = 8,
                         .pixels = {5, 7},
                         .first = 5,
                         .colours = 2,
                         .entry = 24,
                         .palette = palettes[0].second};
    CHECK(refusal(tga(parts)) == "the TGA is damaged: it names the colour 7, which its palette has not");
    // A palette may stand before pixels that do not use it.
    CHECK(decode(
              tga({.size = {1, 2}, .pixels = {0, 0, 255, 255, 0, 0}, .colours = 2, .entry = 24, .palette = palettes[0].second}))
              .pixels == wanted);
}

TEST_CASE("runs of a TGA go on from row to row") {
    const File runs{0x82, 0, 0, 255, 0x02, 1, 1, 1, 2, 2, 2, 3, 3, 3};
    CHECK(decode(tga({.size = {3, 2}, .kind = 10, .pixels = runs})).pixels ==
          Pixels{255, 0, 0, 255, 0, 0, 255, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3});
    CHECK(decode(tga({.size = {1, 3}, .kind = 11, .bits = 8, .descriptor = 0x30, .pixels = {0x00, 9, 0x81, 7}})).pixels ==
          Pixels{7, 7, 7, 7, 7, 7, 9, 9, 9});
    CHECK(refusal(tga({.size = {3, 2}, .kind = 10, .pixels = {0x82, 0, 0, 255, 0x82, 1, 1}})) == "the TGA is cut off");
    CHECK(refusal(tga({.size = {9999, 9999}, .kind = 10, .pixels = File(100)})) == "the TGA is cut off");
    CHECK(refusal(tga({.size = {9999, 9999}, .kind = 2, .pixels = File(100)})) == "the TGA is cut off");
}
