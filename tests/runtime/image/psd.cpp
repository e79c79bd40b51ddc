// SPDX-License-Identifier: MIT
#include <denim/image/decode.hpp>

#include <doctest/doctest.h>

#include "picture_parts.hpp"
#include "refusal.hpp"

using namespace denim;
using namespace picture_files;

namespace {

using Pixels = std::vector<std::uint8_t>;

/// Layers, of which a section says how many there are.
File layers(int count) {
    File section;
    append_big(section, 2, 4);
    append_big(section, static_cast<std::size_t>(static_cast<unsigned>(count) & 0xFFFF), 2);
    append_big(section, 0, 4);
    return section;
}

}  // namespace

TEST_CASE("the alpha of a PSD says what is laid over white, unless that is done") {
    // Two pixels: red that is transparent, red by half.
    const PsdParts parts{.size = {1, 2}, .channels = 4, .rows = {0, 0, 255, 255, 0, 0, 0, 0, 0, 128}};
    CHECK(decode(psd(parts)).pixels == Pixels{255, 255, 255, 255, 127, 127});
    PsdParts done = parts;
    done.rows = {0, 0, 255, 255, 255, 127, 255, 127, 0, 128};
    CHECK(decode(psd(done)).pixels == Pixels{255, 255, 255, 255, 127, 127});
    PsdParts layered = parts;
    layered.layers = layers(-1);
    CHECK(decode(psd(layered)).pixels == Pixels{255, 255, 255, 255, 127, 127});
    layered.layers = layers(1);  // the channel is a selection
    CHECK(decode(psd(layered)).pixels == Pixels{255, 0, 0, 255, 0, 0});
    CHECK(decode(psd({.size = {1, 2}, .channels = 2, .mode = 1, .rows = {0, 0, 0, 100, 0, 255}})).pixels ==
          Pixels{255, 255, 255, 100, 100, 100});
    CHECK(decode(psd({.size = {1, 1}, .channels = 5, .rows = {0, 0, 255, 0, 0, 128, 7}})).pixels == Pixels{255, 127, 127});
}

TEST_CASE("the size of a PSD stands in front of sections however long") {
    const File file = psd({.size = {1, 2}, .resources = File(70'000), .rows = {0, 0, 1, 2, 3, 4, 5, 6}});
    CHECK(decode(file).pixels == Pixels{1, 3, 5, 2, 4, 6});
    CHECK(examine(std::span{file}.first(1 << 16)).size == Size{1, 2});
}

TEST_CASE("kinds of PSD that are not read are named") {
    const auto kind = [](PsdParts parts) {
        parts.size = {1, 1};
        if (parts.rows.empty()) parts.rows = File(10);
        return refusal(psd(parts));
    };
    CHECK(kind({.mode = 4}) == "the PSD is of a kind that is not read: its colours are CMYK, RGB or grey were expected");
    CHECK(kind({.mode = 9}) == "the PSD is of a kind that is not read: its colours are Lab, RGB or grey were expected");
    CHECK(kind({.bits = 32}) == "the PSD is of a kind that is not read: its samples have 32 bits, 8 or 16 were expected");
    CHECK(kind({.version = 2}) == "the PSD is of a kind that is not read: a large document (PSB)");
    CHECK(kind({.rows = {0, 2, 0, 0, 0, 0, 0, 0}}) ==
          "the PSD is of a kind that is not read: its merged picture is compressed by zlib");
    CHECK(kind({.rows = {0, 9, 0, 0, 0, 0, 0, 0}}) == "the PSD is damaged: there is no compression number 9");
    CHECK(kind({.channels = 2}) == "the header of the PSD is cut off or damaged");
    CHECK(refusal(psd({.size = {9999, 9999}, .rows = {0, 1}})) == "the PSD is cut off");
    CHECK(refusal(psd({.size = {9999, 9999}, .rows = {0, 0}})) == "the PSD is cut off");
}
