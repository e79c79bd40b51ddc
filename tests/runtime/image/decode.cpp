// SPDX-License-Identifier: MIT
#include <denim/image/decode.hpp>

#include <doctest/doctest.h>

#include "picture_parts.hpp"
#include "refusal.hpp"

using namespace denim;
using namespace picture_files;

namespace {

int largest_difference(const Picture& a, const Picture& b) {
    REQUIRE(a.size == b.size);
    int largest = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i) largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
    return largest;
}

}  // namespace

TEST_CASE("every kind of file gives its pixels") {
    const Picture picture = pattern({13, 21});
    CHECK(decode(encode_png(picture)) == picture);
    CHECK(decode(pnm(picture)) == picture);
    CHECK(decode(bmp(picture)) == picture);
    CHECK(decode(tga(picture)) == picture);
    for (const bool packed : {false, true})
        for (const unsigned bits : {8u, 16u})
            for (const int alpha : {-1, 255}) CHECK(decode(psd(picture, bits, alpha, packed)) == picture);
    const Picture smooth = slope({40, 30});
    CHECK(largest_difference(decode(encode_jpeg(smooth, 100)), smooth) < 8);
}

TEST_CASE("of a GIF the first picture is taken") {
    const Picture picture = decode(gif({2, 3}, {{0, 1, 2, 3, 2, 1}, {3, 3, 3, 3, 3, 3}}));
    const std::vector<std::uint8_t> wanted{0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 255, 0, 255, 0, 255, 0, 0};
    CHECK(picture.pixels == wanted);
}

TEST_CASE("grey becomes RGB, and what is transparent is laid over white") {
    const Picture picture = pattern({5, 6}), grey = decode(grey_pnm(picture));
    const Picture half = decode(tga(picture, 128)), none = decode(tga(picture, 0));
    for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
        CHECK(grey.pixels[i] == picture.pixels[i / 3 * 3]);
        CHECK(std::abs(half.pixels[i] - (picture.pixels[i] * 128 + 255 * 127) / 255.0) <= 0.5);
        CHECK(none.pixels[i] == 255);
    }
}

TEST_CASE("a camera's orientation is followed") {
    const Size size{24, 40};
    const File jpeg = encode_jpeg(slope(size), 100);
    const Picture straight = decode(jpeg);
    // Where the pixel of the straight picture's corner (0, 0) and (0, last) lie, as Exif's figure has it.
    struct Expected {
        unsigned orientation;
        bool exchanged, from_below, from_right;  // the first corner's row and column, seen in the result
    };
    for (const auto [orientation, exchanged, below, right] : {Expected{1, false, false, false},
                                                              {2, false, false, true},
                                                              {3, false, true, true},
                                                              {4, false, true, false},
                                                              {5, true, false, false},
                                                              {6, true, false, true},
                                                              {7, true, true, true},
                                                              {8, true, true, false}})
        for (const bool little : {true, false}) {
            CAPTURE(orientation);
            const Picture picture = decode(with_orientation(jpeg, orientation, little));
            REQUIRE(picture.size == (exchanged ? Size{size.width, size.height} : size));
            for (const std::size_t y : {0u, 5u, 23u})
                for (const std::size_t x : {0u, 11u, 39u}) {
                    std::size_t row = exchanged ? x : y, column = exchanged ? y : x;
                    if (below) row = picture.size.height - 1 - row;
                    if (right) column = picture.size.width - 1 - column;
                    CHECK(std::equal(straight.at(y, x), straight.at(y, x) + 3, picture.at(row, column)));
                }
        }
    CHECK(decode(with_orientation(jpeg, 0)) == straight);
    CHECK(decode(with_orientation(jpeg, 9)) == straight);
}

TEST_CASE("whatever is cut off is an error, wherever the cut is") {
    const Picture picture = pattern({30, 20});
    const std::pair<const char*, File> files[] = {
        {"JPEG", encode_jpeg(picture)},
        {"PNG", encode_png(picture)},
        {"PNM", pnm(picture)},
        {"BMP", bmp(picture)},
        {"TGA", tga(picture)},
        {"PSD", psd(picture)},
        {"PSD, packed", psd(picture, 16, 9, true)},
        {"GIF", gif({30, 20}, {std::vector<unsigned>(600, 2)})},
    };
    for (const auto& [kind, whole] : files) {
        CAPTURE(kind);
        CHECK(refusal(whole) == "read");
        for (std::size_t size = 0; size + 16 < whole.size(); size += size < 100 ? 1 : 17) {
            CAPTURE(size);
            CHECK(refusal(File(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))) != "read");
        }
    }
    const File jpeg = encode_jpeg(picture);
    CHECK(refusal(File(jpeg.begin(), jpeg.end() - 1)) == "the JPEG is cut off: its end is missing");
    CHECK(refusal(File(jpeg.begin(), jpeg.end() - 2)) == "the JPEG is cut off: its end is missing");
    File longer = jpeg;
    append(longer, "what some cameras append");
    CHECK(refusal(longer) == "read");
    CHECK(refusal(with_orientation(cut(jpeg, 0.9), 6)) == "the JPEG is cut off: its end is missing");
}

TEST_CASE("what is no picture says so") {
    File text;
    append(text, "category,subclass\n1,2\n");
    CHECK(refusal({}) == "the file is empty");
    CHECK(refusal(text) == "it is not a picture that can be read (JPEG, PNG, BMP, GIF, TGA, PSD, PNM)");
    CHECK(refusal(File(5000)) == "it is not a picture that can be read (JPEG, PNG, BMP, GIF, TGA, PSD, PNM)");
    File damaged = encode_jpeg(pattern({64, 64}));
    damaged[2 + 2 + 16 + 2] = 0;  // into the first table
    damaged[damaged.size() / 4] = 0xFF;
    damaged[damaged.size() / 4 + 1] = 0xC0;
    CHECK(refusal(damaged) != "read");
}

TEST_CASE("what would make older stb_image write beyond its memory is refused or read right") {
    const Picture picture = pattern({16, 16});
    File jpeg = encode_jpeg(picture);
    for (std::size_t i = 0; i + 30 < jpeg.size(); ++i)
        if (jpeg[i] == 0xFF && jpeg[i + 1] == 0xC4) {
            jpeg[i + 10] = 0xFF;
            jpeg[i + 11] = 0xFF;
            break;
        }
    CHECK(refusal(jpeg).starts_with("the JPEG is damaged: a Huffman table"));
    jpeg.insert(jpeg.begin(), 0xFF);  // still one to stb
    CHECK(refusal(jpeg).starts_with("the JPEG is damaged: a Huffman table"));
    for (const std::size_t channels : {1u, 3u}) {  // PNM of 16 bits
        File file;
        append(file, (channels == 3 ? "P6\n" : "P5\n") + std::string{"16 # a comment\n16\n65535\n"});
        for (std::size_t i = 0; i < picture.pixels.size(); i += 3 / channels) append(file, {picture.pixels[i], 7});
        const Picture read = decode(file);
        for (std::size_t i = 0; i < read.pixels.size(); ++i)
            CHECK(std::abs(read.pixels[i] - picture.pixels[channels == 3 ? i : i / 3 * 3]) <= 1);
    }
}

TEST_CASE("a picture beyond the limits is refused before memory is taken") {
    CHECK(refusal(png_header(60'000, 60'000)) ==
          "the picture has 60000 x 60000 pixels, more than the 100000000 pixels that are allowed");
    CHECK(refusal(png_header(0xFFFFFFFF, 0xFFFFFFFF)).starts_with("the picture has 4294967295 x 4294967295 pixels"));
    CHECK(refusal(png_header(0, 5)) == "the picture has no pixels");
    File jpeg = encode_jpeg(pattern({8, 8}));
    for (std::size_t i = 0; i + 8 < jpeg.size(); ++i)
        if (jpeg[i] == 0xFF && jpeg[i + 1] == 0xC0) jpeg[i + 5] = jpeg[i + 7] = 0xEA, jpeg[i + 6] = jpeg[i + 8] = 0x60;
    CHECK(refusal(jpeg).starts_with("the picture has 60000 x 60000 pixels"));
    CHECK(refusal(pnm(pattern({10, 10})), {.pixels = 99}).starts_with("the picture has 10 x 10 pixels, more than the 99"));
    CHECK(refusal(pnm(pattern({10, 10})), {.pixels = 100}) == "read");
}

TEST_CASE("the cost of decoding is known before") {
    const PictureFacts facts = examine(encode_jpeg(pattern({100, 50})));
    CHECK(facts.size == Size{100, 50});
    CHECK(facts.memory >= 4 * 5000);
    CHECK(facts.memory <= 8 * 5000);
}
