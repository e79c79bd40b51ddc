// SPDX-License-Identifier: MIT
#include <denim/image/decode.hpp>

#include <doctest/doctest.h>

#include "picture_parts.hpp"
#include "refusal.hpp"

using namespace denim;
using namespace picture_files;

namespace {

const File four_colours{0, 0,   0, 9, 0,   0,   255, 9,
                        0, 255, 0, 9, 255, 255, 255, 9};  // black, red, green, white; the fourth byte says nothing

/// Pixels of these four.
std::vector<std::uint8_t> of_colours(std::initializer_list<int> colours) {
    const std::uint8_t table[][3] = {{0, 0, 0}, {255, 0, 0}, {0, 255, 0}, {255, 255, 255}};
    std::vector<std::uint8_t> pixels;
    for (const int colour : colours) pixels.insert(pixels.end(), table[colour], table[colour] + 3);
    return pixels;
}

File masks(std::initializer_list<std::size_t> values) {
    File bytes;
    for (const std::size_t value : values) append_little(bytes, value, 4);
    return bytes;
}
File words(std::initializer_list<std::size_t> values, unsigned bytes) {
    File data;
    for (const std::size_t value : values) append_little(data, value, bytes);
    return data;
}

}  // namespace

TEST_CASE("palettes of a BMP are of 1 to 8 bits, and may be short, or stand behind 24 bits") {
    const auto wanted = of_colours({1, 3, 0, 2, 2, 1});
    CHECK(decode(bmp({.size = {2, 3}, .bits = 8, .palette = four_colours, .pixels = {2, 2, 1, 0, 1, 3, 0, 0}})).pixels ==
          wanted);
    CHECK(decode(bmp({.size = {2, 3}, .bits = 4, .palette = four_colours, .pixels = {0x22, 0x10, 0, 0, 0x13, 0x00, 0, 0}}))
              .pixels == wanted);
    CHECK(
        decode(bmp({.size = {2, 3}, .bits = 2, .palette = four_colours, .pixels = {0b10100100, 0, 0, 0, 0b01110000, 0, 0, 0}}))
            .pixels == wanted);
    CHECK(
        decode(bmp({.size = {2, 3}, .bits = 8, .palette = four_colours, .pixels = {1, 3, 0, 0, 2, 2, 1, 0}, .from_top = true}))
            .pixels == wanted);
    for (const unsigned place : {0u, 54u}) {  // of the pixels, as some writers have it
        File file = bmp({.size = {2, 3}, .bits = 8, .palette = four_colours, .pixels = {2, 2, 1, 0, 1, 3, 0, 0}});
        file[10] = static_cast<std::uint8_t>(place);
        CHECK(decode(file).pixels == wanted);
    }
    const File two(four_colours.begin(), four_colours.begin() + 8);
    CHECK(decode(bmp({.size = {1, 3}, .bits = 1, .palette = two, .pixels = {0b10100000, 0, 0, 0}})).pixels ==
          of_colours({1, 0, 1}));
    CHECK(decode(bmp({.size = {1, 3}, .bits = 8, .palette = two, .pixels = {1, 0, 7, 0}})).pixels == of_colours({1, 0, 0}));
    const File old{0, 0, 0, 0, 0, 255, 0, 255, 0, 255, 255, 255};
    CHECK(decode(bmp({.size = {2, 3}, .bits = 8, .header = 12, .palette = old, .pixels = {2, 2, 1, 0, 1, 3, 0, 0}})).pixels ==
          wanted);
    CHECK(
        decode(bmp({.size = {1, 2}, .bits = 24, .palette = four_colours, .pixels = {0, 0, 255, 255, 255, 255, 0, 0}})).pixels ==
        of_colours({1, 3}));
}

TEST_CASE("sixteen bits of a BMP are five for each colour, or what masks say") {
    const std::vector<std::uint8_t> wanted{255, 0, 0, 0, 255, 0, 0, 0, 255, 132, 132, 132};
    const File plain = words({31 << 10, 31 << 5, 31 | 0x8000, 16 << 10 | 16 << 5 | 16}, 2);
    CHECK(decode(bmp({.size = {1, 4}, .bits = 16, .pixels = plain})).pixels == wanted);
    const File green = words({31 << 11, 63 << 5, 31, 16 << 11 | 32 << 5 | 16}, 2);
    const BmpParts parts{
        .size = {1, 4}, .bits = 16, .compression = 3, .masks = masks({31 << 11, 63 << 5, 31}), .pixels = green};
    const std::vector<std::uint8_t> finer{255, 0, 0, 0, 255, 0, 0, 0, 255, 132, 130, 132};
    CHECK(decode(bmp(parts)).pixels == finer);
    BmpParts with_palette = parts;
    with_palette.palette = four_colours;
    CHECK(decode(bmp(with_palette)).pixels == finer);
    for (const unsigned header : {52u, 56u, 108u, 124u}) {
        BmpParts later = parts;
        later.header = header;
        CHECK(decode(bmp(later)).pixels == finer);
    }
}

TEST_CASE("the fourth byte of a BMP's pixel is alpha where a mask says so, and nothing else") {
    const File pixels{0, 0, 255, 0, 255, 0, 0, 128};  // red, blue
    const std::vector<std::uint8_t> opaque{255, 0, 0, 0, 0, 255}, laid_over{255, 255, 255, 127, 127, 255};
    for (const unsigned header : {40u, 108u, 124u})
        CHECK(decode(bmp({.size = {1, 2}, .bits = 32, .header = header, .pixels = pixels})).pixels == opaque);
    BmpParts parts{.size = {1, 2}, .bits = 32, .compression = 3, .masks = masks({255 << 16, 255 << 8, 255}), .pixels = pixels};
    CHECK(decode(bmp(parts)).pixels == opaque);
    parts.header = 56;
    CHECK(decode(bmp(parts)).pixels == opaque);
    parts.masks = masks({255 << 16, 255 << 8, 255, 0xFF000000});
    CHECK(decode(bmp(parts)).pixels == laid_over);
    parts.header = 40;
    parts.compression = 6;
    CHECK(decode(bmp(parts)).pixels == laid_over);
    parts.pixels[7] = 0;
    CHECK(decode(bmp(parts)).pixels == opaque);  // no alpha was ever written
}

TEST_CASE("runs of a BMP: RLE8 and RLE4, with what is left out") {
    const auto wanted = of_colours({2, 2, 2, 0, 0, 1, 3, 2, 1, 0});
    const auto runs = [](unsigned compression, const File& pixels) {
        return bmp({.size = {2, 5},
                    .bits = compression == 1 ? 8u : 4u,
                    .compression = compression,
                    .palette = four_colours,
                    .pixels = pixels});
    };
    CHECK(decode(runs(1, {0, 4, 1, 3, 2, 1, 1, 0, 0, 0, 3, 2, 2, 0, 0, 1})).pixels == wanted);
    CHECK(decode(runs(1, {0, 5, 1, 3, 2, 1, 0, 0, 0, 0, 9, 2, 0, 0, 0, 1})).pixels !=
          wanted);  // a run that leaves its row is cut
    CHECK(decode(runs(2, {0, 4, 0x13, 0x21, 1, 0, 0, 0, 3, 0x22, 0, 1})).pixels == wanted);
    CHECK(decode(runs(2, {4, 0x13, 1, 0, 0, 0, 3, 0x22, 0, 1})).pixels == of_colours({2, 2, 2, 0, 0, 1, 3, 1, 3, 0}));
    CHECK(decode(runs(1, {1, 1, 0, 2, 1, 1, 2, 3, 0, 1})).pixels == of_colours({0, 0, 3, 3, 0, 1, 0, 0, 0, 0}));
    CHECK(refusal(runs(1, {5, 1, 0, 0, 3})) == "the BMP is cut off");
    CHECK(refusal(runs(1, {5, 1, 0, 0, 0, 5, 1, 1})) == "the BMP is cut off");
    CHECK(decode(runs(1, {5, 1, 0, 0, 5, 1})).pixels == of_colours({1, 1, 1, 1, 1, 1, 1, 1, 1, 1}));
}

TEST_CASE("kinds of BMP that are not read, and damaged ones, are named") {
    const File pixels(64);
    const auto kind = [&](BmpParts parts) {
        parts.size = {2, 2};
        parts.pixels = pixels;
        return refusal(bmp(parts));
    };
    CHECK(kind({.bits = 0, .compression = 4}) == "the BMP is of a kind that is not read: its pixels are a JPEG");
    CHECK(kind({.bits = 0, .compression = 5}) == "the BMP is of a kind that is not read: its pixels are a PNG");
    CHECK(kind({.bits = 64}) == "the BMP is of a kind that is not read: it has 64 bits a pixel");
    CHECK(kind({.compression = 11}) == "the BMP is of a kind that is not read: its compression is number 11");
    CHECK(kind({.bits = 24, .compression = 1}) == "the BMP is damaged: its runs are not of 24 bits");
    CHECK(kind({.bits = 16, .compression = 3, .masks = masks({5, 2, 8})}) == "the BMP is damaged: a mask has gaps");
    CHECK(kind({.bits = 16, .compression = 3, .masks = masks({0, 0, 0})}) == "the BMP is damaged: its masks are empty");
    CHECK(kind({.bits = 24, .compression = 3, .masks = masks({1, 2, 4})}) ==
          "the BMP is damaged: its pixels cannot have masks");
    CHECK(refusal(bmp({.size = {2, 0xFFFFFFFF}, .pixels = pixels})) == "the BMP is damaged: its width is negative");
    File inside = bmp({.size = {2, 2}, .pixels = pixels});
    inside[10] = 20;
    CHECK(refusal(inside) == "the BMP is damaged: its pixels begin inside of its header");
    CHECK(refusal(bmp({.size = {9999, 9999}, .bits = 32, .pixels = pixels})) == "the BMP is cut off");
    CHECK(refusal(bmp({.size = {9999, 9999}, .bits = 8, .compression = 1, .palette = four_colours, .pixels = {0, 1}})) ==
          "the BMP is damaged: it has 9999 x 9999 pixels, more than its 72 bytes can hold");
}
