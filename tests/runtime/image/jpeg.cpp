// SPDX-License-Identifier: MIT
#include <denim/image/decode.hpp>

#include <doctest/doctest.h>

#include "picture_parts.hpp"
#include "refusal.hpp"

using namespace denim;
using namespace picture_files;

namespace {

constexpr unsigned frame = 0xC0, huffman = 0xC4, scan = 0xDA, quantisation = 0xDB, interval = 0xDD, application1 = 0xE1;

File with_byte(File file, std::size_t at, unsigned value) {
    file.at(at) = static_cast<std::uint8_t>(value);
    return file;
}
File exif(unsigned orientation) {
    File data = text(std::string_view("Exif\0\0", 6));
    append(data, tiff(orientation));
    return data;
}
File xmp_segment(std::string_view said) {
    File data = text(std::string_view("http://ns.adobe.com/xap/1.0/\0", 29));
    append(data, xmp(said));
    return data;
}

}  // namespace

TEST_CASE("bytes that belong to no segment are passed over, between segments and before the end") {
    const File jpeg = encode_jpeg(slope({30, 20}));
    const Picture picture = decode(jpeg);
    const File strays[] = {{0xFF, 0x00}, {0xFF, 0x01}, {0, 0, 0}, {0xFF, 0x00, 0xFF, 0x00}, {0xFF, 0xFF}, {0xFF, 0xD3}};
    for (const File& stray : strays) {
        CAPTURE(unsigned{stray[1]});
        for (const unsigned code : {quantisation, frame, huffman, scan})
            CHECK(decode(with_bytes(jpeg, segment(jpeg, code), stray)) == picture);
    }
    for (const File& restart : {File{0xFF, 0xD0}, File{0xFF, 0xD7, 0xFF, 0xD0}, File{0xFF, 0xFF, 0xD0}})
        CHECK(decode(with_bytes(jpeg, jpeg.size() - 2, restart)) == picture);
    CHECK(decode(with_bytes(jpeg, jpeg.size() - 2, {0xFF, 0xFF})) == picture);
}

TEST_CASE("kinds of JPEG that are not read are named") {
    const File jpeg = encode_jpeg(slope({30, 20}));
    const std::size_t at = segment(jpeg, frame);
    const auto kind = [&](unsigned code) { return refusal(with_byte(jpeg, at + 1, code)); };
    for (const unsigned code : {0xC9u, 0xCAu, 0xCBu, 0xCDu})
        CHECK(kind(code) == "the JPEG is of a kind that is not read: its coding is arithmetic");
    CHECK(kind(0xC3) == "the JPEG is of a kind that is not read: it is lossless");
    for (const unsigned code : {0xC5u, 0xC6u, 0xC7u})
        CHECK(kind(code) == "the JPEG is of a kind that is not read: it is hierarchical");
    CHECK(refusal(with_byte(with_byte(jpeg, at + 1, 0xC1), at + 4, 12)) ==
          "the JPEG is of a kind that is not read: its samples have 12 bits, not 8");
    CHECK(refusal(with_byte(with_byte(jpeg, at + 5, 0), at + 6, 0)) ==
          "the JPEG is of a kind that is not read: its height does not stand in its frame");
    CHECK(refusal(with_byte(jpeg, at + 9, 2)) == "the JPEG is of a kind that is not read: it has 2 components, not 1, 3 or 4");
    CHECK(refusal(with_byte(with_byte(jpeg, at + 11, 0x31), at + 14, 0x21)) ==
          "the JPEG is of a kind that is not read: its components' sizes are no whole multiples");
}

TEST_CASE("a JPEG that lacks what its pixels need is refused") {
    const File jpeg = encode_jpeg(slope({30, 20}));
    CHECK(refusal(without_segment(jpeg, quantisation)) == "the JPEG is damaged: it lacks a quantisation table");
    CHECK(refusal(without_segment(jpeg, huffman)) == "the JPEG is damaged: it lacks a Huffman table");
    CHECK(refusal(with_byte(jpeg, segment(jpeg, quantisation) + 4, 2)) == "the JPEG is damaged: it lacks a quantisation table");
    CHECK(refusal(without_segment(jpeg, frame)) == "the JPEG is damaged: a scan stands before its frame");
    CHECK(refusal(with_byte(jpeg, segment(jpeg, scan) + 5, 9)) ==
          "the JPEG is damaged: a scan is of a component that its frame does not name");
    CHECK(refusal(with_byte(jpeg, segment(jpeg, quantisation) + 4, 0x10)) ==
          "the JPEG is damaged: a quantisation table is cut off");
    File grey = jpeg;  // a scan of the first component only
    const auto at = static_cast<std::ptrdiff_t>(segment(jpeg, scan));
    grey.erase(grey.begin() + at + 7, grey.begin() + at + 11);
    grey[static_cast<std::size_t>(at) + 3] = 8;
    grey[static_cast<std::size_t>(at) + 4] = 1;
    CHECK(refusal(grey) == "the JPEG is cut off or damaged: a component has no scan");
    const std::size_t first = segment(jpeg, frame);
    const File again(jpeg.begin() + static_cast<std::ptrdiff_t>(first), jpeg.begin() + static_cast<std::ptrdiff_t>(first) + 19);
    CHECK(refusal(with_bytes(jpeg, first, again)) == "the JPEG is damaged: it has more than one frame");
}

TEST_CASE("scans and the markers that restart them fit together") {
    const File jpeg = encode_jpeg(slope({30, 20}), 100);  // blocks of eight by eight: twelve
    CHECK(refusal(with_segment(jpeg, interval, {0, 12})) == "read");
    CHECK(refusal(with_segment(jpeg, interval, {0, 11})) ==
          "the JPEG is cut off or damaged: a marker that restarts its scan is missing");
    const std::size_t data = segment(jpeg, scan) + 14;
    CHECK(refusal(with_bytes(jpeg, data + 20, {0xFF, 0xD0})) ==
          "the JPEG is damaged: a marker restarts a scan that has no intervals");
}

TEST_CASE("a scan that breaks off before an end marker is read as far as it goes, as libjpeg reads it") {
    const File jpeg = encode_jpeg(slope({96, 40}));
    const std::size_t data = segment(jpeg, scan) + 14;
    File half(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(data + (jpeg.size() - data) / 2));
    if (half.back() == 0xFF) half.pop_back();
    CHECK(refusal(half) == "the JPEG is cut off: its end is missing");
    half.insert(half.end(), {0xFF, 0xD9});
    const Picture whole = decode(jpeg), read = decode(half);
    REQUIRE(read.size == whole.size);
    const std::size_t row = whole.pixels.size() / 96;
    CHECK(std::equal(whole.pixels.begin(), whole.pixels.begin() + static_cast<std::ptrdiff_t>(24 * row), read.pixels.begin()));
    CHECK(read != whole);
}

TEST_CASE("an Exif segment that makes no sense refuses no picture") {
    const File jpeg = encode_jpeg(slope({24, 40}));
    const Picture picture = decode(jpeg);
    const File whole = exif(6);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const File cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        if (refusal(with_segment(jpeg, application1, cut)) != "read") FAIL_CHECK("cut at " << size);
    }
    for (std::size_t at = 6; at < whole.size(); ++at)
        for (const unsigned value : {0u, 0x7Fu, 0xFFu}) {
            const Picture read = decode(with_segment(jpeg, application1, with_byte(whole, at, value)));
            CHECK(read.pixels.size() == picture.pixels.size());
        }
    CHECK(decode(with_segment(jpeg, application1, text("Exif"))) == picture);
}

TEST_CASE("of two Exif segments the first counts, and XMP where Exif says nothing") {
    const File jpeg = encode_jpeg(slope({24, 40}), 100);
    const Picture straight = decode(jpeg), turned = decode(with_orientation(jpeg, 6)),
                  mirrored = decode(with_orientation(jpeg, 2));
    REQUIRE(turned.size != straight.size);
    const auto of = [&](std::initializer_list<File> segments) {  // in this order
        File file = jpeg;
        for (auto data = std::rbegin(segments); data != std::rend(segments); ++data)
            file = with_segment(file, application1, *data);
        return decode(file);
    };
    CHECK(of({exif(6), exif(2)}) == turned);
    CHECK(of({exif(1), exif(6)}) == straight);
    CHECK(of({exif(0), exif(6)}) == straight);
    CHECK(of({xmp_segment("tiff:Orientation=\"6\"/>")}) == turned);
    CHECK(of({xmp_segment("><tiff:Orientation>2</tiff:Orientation>")}) == mirrored);
    CHECK(of({xmp_segment("tiff:Orientation=\"6\"/>"), exif(2)}) == mirrored);
    CHECK(of({exif(1), xmp_segment("tiff:Orientation=\"6\"/>")}) == straight);
    CHECK(of({exif(0), xmp_segment("tiff:Orientation=\"6\"/>")}) == turned);
    for (const char* nonsense :
         {"tiff:Orientation=\"9\"/>", "tiff:Orientation=\"/>", "tiff:OrientationX6/>", "tiff:Orientation"})
        CHECK(of({xmp_segment(nonsense)}) == straight);
    File long_type = exif(6);
    long_type[6 + 12] = 4;
    CHECK(of({long_type}) == turned);
}

TEST_CASE("few bytes are no large JPEG") {
    File jpeg = encode_jpeg(slope({30, 20}));
    const std::size_t at = segment(jpeg, frame);
    for (const std::size_t side : {at + 5, at + 7}) jpeg[side] = 0x27, jpeg[side + 1] = 0x0F;
    CHECK(refusal(jpeg) == "the JPEG is cut off: it has more pixels than its bytes can hold");
}

TEST_CASE("whatever the bytes of a JPEG, a refusal has a reason") {
    const File jpeg = encode_jpeg(slope({12, 9}));
    for (std::size_t i = 2; i < jpeg.size(); ++i)
        for (const unsigned value : {0u, 0xFFu, jpeg[i] ^ 1u, jpeg[i] ^ 0x80u}) {
            const std::string reason = refusal(with_byte(jpeg, i, value));
            CHECK_FALSE(reason.empty());
            CHECK_FALSE(reason.ends_with(": "));
        }
}
