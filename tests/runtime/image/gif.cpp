// SPDX-License-Identifier: MIT
#include <denim/image/decode.hpp>

#include <doctest/doctest.h>

#include "picture_parts.hpp"
#include "refusal.hpp"

using namespace denim;
using namespace picture_files;

namespace {

const Colour palette[] = {{0, 0, 0}, {255, 0, 0}, {0, 255, 0}, {255, 255, 255}};

Colour at(const Picture& picture, std::size_t y, std::size_t x) {
    const std::uint8_t* pixel = picture.at(y, x);
    return {pixel[0], pixel[1], pixel[2]};
}

/// Codes of LZW as an encoder writes them: the table grows, and is cleared only when `clear_at` strings are in it.
File compressed(const std::vector<std::uint8_t>& colours, unsigned code_bits, std::size_t clear_at) {
    File data;
    unsigned bits = 0, count = 0;
    const auto put = [&](unsigned code, unsigned width) {
        bits |= code << count;
        for (count += width; count >= 8; count -= 8, bits >>= 8) data.push_back(static_cast<std::uint8_t>(bits));
    };
    const unsigned clear = 1u << code_bits;
    std::vector<std::pair<unsigned, std::uint8_t>> strings;  // string `clear + 2 + i`: another and a colour behind it
    const auto width = [&] {
        unsigned result = code_bits + 1;
        while (result < 12 && clear + 2 + strings.size() > std::size_t{1} << result) ++result;
        return result;
    };
    put(clear, code_bits + 1);
    unsigned current = colours[0];
    for (std::size_t i = 1; i < colours.size(); ++i) {
        const auto known = std::find(strings.begin(), strings.end(), std::pair{current, colours[i]});
        if (known != strings.end()) {
            current = clear + 2 + static_cast<unsigned>(known - strings.begin());
            continue;
        }
        put(current, width());
        if (clear + 2 + strings.size() < 4096) strings.emplace_back(current, colours[i]);
        if (strings.size() == clear_at) {
            put(clear, width());
            strings.clear();
        }
        current = colours[i];
    }
    put(current, width());
    if (clear + 2 + strings.size() < 4096) strings.emplace_back(current, std::uint8_t{0});
    put(clear + 1, width());
    put(0, 7);
    File blocks{static_cast<std::uint8_t>(code_bits)};
    for (std::size_t i = 0; i < data.size(); i += 200) {
        const std::size_t block = std::min<std::size_t>(200, data.size() - i);
        blocks.push_back(static_cast<std::uint8_t>(block));
        blocks.insert(blocks.end(), data.begin() + static_cast<std::ptrdiff_t>(i),
                      data.begin() + static_cast<std::ptrdiff_t>(i + block));
    }
    blocks.push_back(0);
    return blocks;
}

}  // namespace

TEST_CASE("around a GIF's first picture is the background, in its own colours") {
    const Picture picture =
        decode(gif({.canvas = {4, 5}, .left = 2, .top = 1, .frame = {2, 2}, .colours = {3, 2, 2, 3}, .background = 1}));
    for (std::size_t y = 0; y < 4; ++y)
        for (std::size_t x = 0; x < 5; ++x) {
            const bool inside = y >= 1 && y < 3 && x >= 2 && x < 4;
            CHECK(at(picture, y, x) == palette[!inside ? 1 : (y + x) % 2 == 1 ? 3 : 2]);
        }
}

TEST_CASE("what is transparent in a GIF, or left out where a colour is transparent, is white") {
    const Picture picture =
        decode(gif({.canvas = {2, 3}, .frame = {2, 2}, .colours = {1, 2, 2, 1}, .background = 1, .transparent = 2}));
    const int wanted[] = {1, 3, 3, 3, 1, 3};
    for (std::size_t i = 0; i < 6; ++i) CHECK(at(picture, i / 3, i % 3) == palette[wanted[i]]);
    const Picture first = decode(gif({.canvas = {1, 2}, .frame = {1, 1}, .colours = {2}, .background = 0}));
    CHECK(at(first, 0, 1) == palette[0]);
}

TEST_CASE("an interlaced GIF has its rows where they belong") {
    for (const std::size_t height : {1u, 2u, 3u, 5u, 8u, 13u}) {
        std::vector<unsigned> colours;
        for (const auto& [first, step] : {std::pair{0u, 8u}, {4u, 8u}, {2u, 4u}, {1u, 2u}})
            for (std::size_t y = first; y < height; y += step)
                colours.push_back(static_cast<unsigned>(y % 4)), colours.push_back(3);
        const Picture picture =
            decode(gif({.canvas = {height, 2}, .frame = {height, 2}, .colours = colours, .interlaced = true}));
        for (std::size_t y = 0; y < height; ++y) CHECK(at(picture, y, 0) == palette[y % 4]);
    }
}

TEST_CASE("the strings of LZW grow, fill the table, and begin again") {
    for (const std::size_t clear_at : {1000u, 3838u, 100'000u}) {
        const Size size{90, 300};
        std::vector<std::uint8_t> colours(size.pixels());
        unsigned state = 1;
        for (std::size_t i = 0; i < colours.size(); ++i) {
            if (i % 3 == 0) state = state * 1664525u + 1013904223u;
            colours[i] = static_cast<std::uint8_t>(i < 5000 ? 7 : state >> 24);
        }
        File file = text("GIF87a");
        append(file, {low(size.width), high(size.width), low(size.height), high(size.height), 0xF7, 0, 0});
        for (unsigned i = 0; i < 256; ++i) append(file, {i, 255 - i, i ^ 0x55});
        append(file, {0x2C, 0, 0, 0, 0, low(size.width), high(size.width), low(size.height), high(size.height), 0});
        append(file, compressed(colours, 8, clear_at));
        file.push_back(0x3B);
        const Picture picture = decode(file);
        REQUIRE(picture.size == size);
        bool same = true;
        for (std::size_t i = 0; i < colours.size(); ++i)
            same = same && picture.pixels[3 * i] == colours[i] && picture.pixels[3 * i + 1] == 255 - colours[i] &&
                   picture.pixels[3 * i + 2] == (colours[i] ^ 0x55);
        CHECK(same);
    }
}

TEST_CASE("a GIF that is damaged says how") {
    const GifParts parts{.canvas = {2, 2}, .frame = {2, 2}, .colours = {0, 1, 2, 3}};
    const File whole = gif(parts);
    REQUIRE(refusal(whole) == "read");
    constexpr std::size_t image = 25, codes = image + 10;
    File file = whole;
    file[image] = 0x3B;
    CHECK(refusal(file) == "the GIF is damaged: it ends before its first picture");
    file[image] = 0x20;
    CHECK(refusal(file) == "the GIF is damaged: there is no block of the kind 32");
    file = whole;
    file[image + 1] = 1;
    CHECK(refusal(file) == "the GIF is damaged: its first picture leaves the canvas");
    file = whole;
    file[codes] = 13;
    CHECK(refusal(file) == "the GIF is damaged: a colour of 1 to 11 bits was expected, but it has 13");
    file = whole;
    file[codes + 2] = 0xFF;
    CHECK(refusal(file) == "the GIF is damaged: its coded pixels name a string that there is not yet");
    file = whole;
    file[10] = 0x11;
    file.erase(file.begin() + 13, file.begin() + 25);
    CHECK(refusal(file) == "the GIF is damaged: its first picture has no colours");
    file = whole;
    file[4] = '8';
    CHECK(refusal(file) == "the header of the GIF is cut off or damaged");
    GifParts few = parts;
    few.colours.pop_back();
    CHECK(refusal(gif(few)) == "the GIF is damaged: its first picture lacks pixels");
    for (std::size_t i = 6; i < whole.size(); ++i)
        for (unsigned value = 0; value < 256; ++value) {
            file = whole;
            file[i] = static_cast<std::uint8_t>(value);
            CHECK_FALSE(refusal(file, {.pixels = 100}).ends_with(": "));
        }
}

TEST_CASE("few bytes are no large GIF") {
    CHECK(refusal(gif({.canvas = {9999, 9999}, .frame = {1, 1}, .colours = {1}})) ==
          "the GIF is damaged: it has 9999 x 9999 pixels, more than its 41 bytes can hold");
    CHECK(refusal(gif({.canvas = {1000, 1000}, .frame = {1, 1}, .colours = {1}})) == "read");
}
