// SPDX-License-Identifier: MIT
#include <denim/image/decode.hpp>

#include <doctest/doctest.h>

#include "picture_parts.hpp"
#include "refusal.hpp"

using namespace denim;
using namespace picture_files;

namespace {

/// Samples of a picture, with a number for each pixel and channel.
struct Samples {
    Size size;
    unsigned depth, channels;
    [[nodiscard]] unsigned at(std::size_t y, std::size_t x, unsigned c) const {
        return static_cast<unsigned>((40503 * (1 + x) + 7919 * y * (x + 3) + 25013 * c) >> 3) & ((1u << depth) - 1);
    }
};

/// The rows of a part of it as a stream has them, the filter of each its number modulo five.
void append_rows(File& stream, const Samples& samples, Size first, Size step, bool filtered) {
    const std::size_t pixel = std::max(1u, samples.channels * samples.depth / 8);
    File above;
    unsigned number = 0;
    for (std::size_t y = first.height; y < samples.size.height; y += step.height) {
        File row;
        unsigned bits = 0, count = 0;
        for (std::size_t x = first.width; x < samples.size.width; x += step.width)
            for (unsigned c = 0; c < samples.channels; ++c) {
                bits = bits << samples.depth | samples.at(y, x, c);
                for (count += samples.depth; count >= 8; count -= 8)
                    row.push_back(static_cast<std::uint8_t>(bits >> (count - 8)));
            }
        if (count > 0) row.push_back(static_cast<std::uint8_t>(bits << (8 - count)));
        if (row.empty()) return;
        above.resize(row.size());
        const unsigned filter = filtered ? number++ % 5 : 0;
        stream.push_back(static_cast<std::uint8_t>(filter));
        for (std::size_t i = 0; i < row.size(); ++i) {
            const int a = i < pixel ? 0 : row[i - pixel], b = above[i], c = i < pixel ? 0 : above[i - pixel], p = a + b - c;
            const int near_a = std::abs(p - a), near_b = std::abs(p - b), near_c = std::abs(p - c);
            const int paeth = near_a <= near_b && near_a <= near_c ? a : near_b <= near_c ? b : c;
            const int guesses[] = {0, a, b, (a + b) / 2, paeth};
            stream.push_back(static_cast<std::uint8_t>(row[i] - guesses[filter]));
        }
        above = row;
    }
}

File rows_of(const Samples& samples, bool interlaced, bool filtered = true) {
    File stream;
    if (!interlaced) {
        append_rows(stream, samples, {0, 0}, {1, 1}, filtered);
        return stream;
    }
    const Size passes[][2] = {{{0, 0}, {8, 8}}, {{0, 4}, {8, 8}}, {{4, 0}, {8, 4}}, {{0, 2}, {4, 4}},
                              {{2, 0}, {4, 2}}, {{0, 1}, {2, 2}}, {{1, 0}, {2, 1}}};
    for (const auto& [first, step] : passes) append_rows(stream, samples, first, step, filtered);
    return stream;
}

File palette_of(unsigned colours) {
    File palette;
    for (unsigned i = 0; i < colours; ++i) append(palette, {i * 5 & 255, 255 - i, i * 77 & 255});
    return palette;
}

int over_white(int value, int alpha) { return (value * alpha + 255 * (255 - alpha) + 127) / 255; }

}  // namespace

TEST_CASE("every kind, depth, filter and interlacing of PNG gives its pixels") {
    struct Kind {
        unsigned kind, channels;
        std::vector<unsigned> depths;
    };
    const Kind kinds[] = {{0, 1, {1, 2, 4, 8, 16}}, {2, 3, {8, 16}}, {3, 1, {1, 2, 4, 8}}, {4, 2, {8, 16}}, {6, 4, {8, 16}}};
    for (const auto& [kind, channels, depths] : kinds)
        for (const unsigned depth : depths)
            for (const unsigned interlaced : {0u, 1u})
                for (const Size size : {Size{1, 1}, {3, 2}, {13, 10}, {2, 9}}) {
                    CAPTURE(kind);
                    CAPTURE(depth);
                    CAPTURE(interlaced);
                    const Samples samples{size, depth, channels};
                    PngParts parts{size, depth, kind, interlaced, {}, stored(rows_of(samples, interlaced == 1))};
                    const File palette = palette_of(1u << std::min(depth, 8u));
                    if (kind == 3) parts.chunks = {{"PLTE", palette}, {"tRNS", {0, 100}}};
                    const Picture picture = decode(png(parts));
                    REQUIRE(picture.size == size);
                    bool same = true;
                    for (std::size_t y = 0; y < size.height; ++y)
                        for (std::size_t x = 0; x < size.width; ++x)
                            for (unsigned c = 0; c < 3; ++c) {
                                const auto byte = [&](unsigned channel) {
                                    const unsigned value = samples.at(y, x, channel);
                                    return static_cast<int>(depth == 16 ? value >> 8 : value * 255 / ((1u << depth) - 1));
                                };
                                const unsigned index = samples.at(y, x, 0);
                                const int wanted = kind == 3   ? over_white(palette[3 * index + c], index == 0   ? 0
                                                                                                    : index == 1 ? 100
                                                                                                                 : 255)
                                                   : kind == 4 ? over_white(byte(0), byte(1))
                                                   : kind == 6 ? over_white(byte(c), byte(3))
                                                               : byte(kind == 0 ? 0 : c);
                                same = same && picture.at(y, x)[c] == wanted;
                            }
                    CHECK(same);
                }
}

TEST_CASE("one colour of a PNG may be transparent") {
    const Samples grey{{4, 4}, 4, 1}, colour{{4, 4}, 16, 3};
    File key;
    append_big(key, grey.at(2, 1, 0), 2);
    Picture picture = decode(png({{4, 4}, 4, 0, 0, {{"tRNS", key}}, stored(rows_of(grey, false))}));
    for (std::size_t i = 0; i < 16; ++i) {
        const unsigned value = grey.at(i / 4, i % 4, 0);
        CHECK(picture.at(i / 4, i % 4)[1] == (value == grey.at(2, 1, 0) ? 255 : value * 17));
    }
    key.clear();
    for (unsigned c = 0; c < 3; ++c) append_big(key, colour.at(1, 3, c), 2);
    picture = decode(png({{4, 4}, 16, 2, 0, {{"tRNS", key}}, stored(rows_of(colour, false))}));
    for (std::size_t i = 0; i < 16; ++i) CHECK(picture.at(i / 4, i % 4)[0] == (i == 7 ? 255 : colour.at(i / 4, i % 4, 0) >> 8));
}

TEST_CASE("a PNG with a wrong checksum says so") {
    const Picture picture = pattern({9, 7});
    const File whole = png(picture, {{"tEXt", text("Comment")}});
    REQUIRE(decode(whole) == picture);
    std::size_t at = 8;
    for (const char* name : {"IHDR", "tEXt", "IDAT", "IEND"}) {
        const std::size_t length = std::size_t{whole[at + 2]} << 8 | whole[at + 3];
        for (const std::size_t byte : {at + 8, at + 8 + length + 3}) {
            File file = whole;
            file[byte] ^= 16;
            CHECK(refusal(file) == "the PNG is damaged: the checksum of its chunk " + std::string{name} + " is wrong");
        }
        at += 12 + length;
    }
    PngParts parts{.size = picture.size, .stream = stored(rgb_rows(picture))};
    parts.stream.back() ^= 1;
    CHECK(refusal(png(parts)) == "the PNG is damaged: the checksum of its stream is wrong");
    parts.stream.back() ^= 1;
    parts.stream[20] ^= 1;
    CHECK(refusal(png(parts)) == "the PNG is damaged: the checksum of its stream is wrong");
}

TEST_CASE("the stream of a PNG may hold more than its pixels, not less") {
    const Picture picture = pattern({9, 7});
    File rows = rgb_rows(picture);
    rows.resize(rows.size() + 100);
    CHECK(decode(png({.size = picture.size, .stream = stored(rows)})) == picture);
    File stream = stored(rgb_rows(picture));
    append(stream, {1, 2, 3});
    CHECK(decode(png({.size = picture.size, .stream = stream})) == picture);
    rows = rgb_rows(picture);
    rows.pop_back();
    CHECK(refusal(png({.size = picture.size, .stream = stored(rows)})) == "the PNG is cut off: its stream lacks pixels");
    stream = stored(rgb_rows(picture));
    stream.resize(stream.size() / 2);
    CHECK(refusal(png({.size = picture.size, .stream = stream}))
              .starts_with("the PNG is damaged: its stream cannot be decompressed"));
}

TEST_CASE("the orientation of a PNG stands in eXIf, or in XMP") {
    const Picture straight = pattern({4, 6});
    File jpeg_like = text(std::string_view("Exif\0\0", 6)),
         compressed = text(std::string_view("XML:com.adobe.xmp\0\1\0\0\0", 22));
    append(jpeg_like, tiff(6));
    const auto xmp_chunk = [](std::string_view said) {
        File data = text(std::string_view("XML:com.adobe.xmp\0\0\0\0\0", 22));
        append(data, xmp(said));
        return data;
    };
    const Picture turned = decode(png(straight, {{"eXIf", tiff(6)}}));
    REQUIRE(turned.size == Size{6, 4});
    for (std::size_t y = 0; y < 4; ++y)
        for (std::size_t x = 0; x < 6; ++x) CHECK(std::equal(straight.at(y, x), straight.at(y, x) + 3, turned.at(x, 3 - y)));
    CHECK(decode(png(straight, {{"eXIf", jpeg_like}})) == turned);
    CHECK(decode(png(straight, {{"eXIf", tiff(6)}, {"eXIf", tiff(2)}})) == turned);
    CHECK(decode(png(straight, {{"eXIf", tiff(1)}, {"iTXt", xmp_chunk("tiff:Orientation=\"6\"/>")}})) == straight);
    CHECK(decode(png(straight, {{"iTXt", xmp_chunk("tiff:Orientation=\"6\"/>")}})) == turned);
    CHECK(decode(png(straight, {{"iTXt", xmp_chunk("><tiff:Orientation>6</tiff:Orientation>")}})) == turned);
    append(compressed, xmp("tiff:Orientation=\"6\"/>"));
    CHECK(decode(png(straight, {{"iTXt", compressed}})) == straight);
}

TEST_CASE("kinds of PNG that there are not, or that are not read, are named") {
    const Picture picture = pattern({4, 4});
    File apple = text("\x89PNG\r\n\x1a\n");
    append_chunk(apple, "CgBI", {0x50, 0x00, 0x20, 0x02});
    const File whole = png(picture, {});
    apple.insert(apple.end(), whole.begin() + 8, whole.end());
    CHECK(refusal(apple) == "the PNG is of Apple's own kind (CgBI), which only Apple's programs read");
    const File rows = stored(rgb_rows(picture));
    CHECK(refusal(png({.size = {4, 4}, .depth = 4, .stream = rows})) == "the PNG is damaged: there is no kind 2 with 4 bits");
    CHECK(refusal(png({.size = {4, 4}, .kind = 5, .stream = rows})) == "the PNG is damaged: there is no kind 5 with 8 bits");
    CHECK(refusal(png({.size = {4, 4}, .interlaced = 2, .stream = rows})) ==
          "the PNG is damaged: it names a method that there is not");
    CHECK(refusal(png({.size = {4, 4}, .kind = 3, .stream = rows})) == "the PNG is damaged: it has no palette");
    CHECK(refusal(png(picture, {{"HUGE", {}}})) == "the PNG is damaged: there is no chunk HUGE that a picture needs");
    CHECK(refusal(png(picture, {{"PLTE", {1, 2}}})) == "the PNG is damaged: its palette has no whole colours");
    CHECK(refusal(png({.size = {4, 4}})) == "the PNG is damaged: it has no pixels");
    File as_text = whole;
    as_text.erase(as_text.begin() + 4);
    CHECK(refusal(as_text) == "the PNG is damaged: its signature is changed, as a text's would be");
    File filter = rgb_rows(picture);
    filter[0] = 5;
    CHECK(refusal(png({.size = {4, 4}, .stream = stored(filter)})) == "the PNG is damaged: there is no filter 5");
}

TEST_CASE("few bytes are no large PNG") {
    CHECK(refusal(png({.size = {9999, 9999}, .depth = 1, .kind = 0, .stream = stored(File(100))})) ==
          "the PNG is cut off: it has more pixels than its stream can hold");
}
