// SPDX-License-Identifier: MIT
#pragma once

// TGA: grey, colour or palette, as it is or in runs, from any corner; Truevision's TGA 2.0. Here because stb_image mirrors none
// that runs from right to left, and takes a fourth byte for alpha that the header says is none.

#include <denim/image/bytes.hpp>
#include <denim/image/picture_error.hpp>
#include <denim/image/raster.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

struct TgaHeader {
    Size size;
    std::size_t pixel = 0, entry = 0;    ///< bytes of a pixel, and of a colour in the palette
    std::size_t first = 0, colours = 0;  ///< the palette's first number and how many follow
    std::size_t palette = 0, start = 0;  ///< where its colours, and where the pixels stand
    bool grey = false, packed = false, alpha = false, from_right = false, from_top = false;
};

/// Nothing if the bytes are no header of a TGA: no sign tells that they are one, but most other bytes make no sense as one.
inline std::optional<TgaHeader> read_tga_header(Bytes file) {
    if (file.size() < 18) return std::nullopt;
    const unsigned palettes = file[1], kind = file[2] & 7u, bits = file[16], alpha_bits = file[17] & 15u;
    TgaHeader header;
    header.size = {little_endian(file, 14, 2), little_endian(file, 12, 2)};
    header.packed = (file[2] & 8) != 0;
    header.grey = kind == 3;
    header.pixel = (bits + 7) / 8;
    header.from_right = (file[17] & 16) != 0;
    header.from_top = (file[17] & 32) != 0;
    header.palette = 18u + file[0];
    const auto whole = [](unsigned count) { return count == 15 || count == 16 || count == 24 || count == 32; };
    if (palettes > 1 || kind < 1 || kind > 3 || file[2] > 11 || (file[17] & 0xC0) != 0 || header.size.pixels() == 0)
        return std::nullopt;
    if (palettes == 1) {
        if (!whole(file[7])) return std::nullopt;
        header.first = little_endian(file, 3, 2);
        header.colours = little_endian(file, 5, 2);
        header.entry = (file[7] + 7u) / 8;
    }
    header.start = header.palette + header.colours * header.entry;
    if (kind == 1 ? palettes == 0 || (bits != 8 && bits != 16) : kind == 2 ? !whole(bits) : bits != 8 && bits != 16)
        return std::nullopt;
    if (kind != 1) header.entry = 0;
    // How many bits of a pixel, or of a colour that it names, are its alpha.
    const std::size_t coloured = kind == 1 ? header.entry : header.pixel;
    header.alpha = alpha_bits > 0 && (header.grey ? header.pixel == 2 : coloured == 2 ? alpha_bits == 1 : coloured == 4);
    return header;
}

/// A colour of two bytes (five bits each), three, or four.
inline std::array<std::uint8_t, 4> tga_colour(const std::uint8_t* from, std::size_t bytes, bool alpha) {
    std::array<std::uint8_t, 4> word{0, 0, 0, 255};
    if (bytes == 2) {
        const std::size_t value = from[0] | std::size_t{from[1]} << 8;
        for (std::size_t c = 0; c < 3; ++c) word[c] = to_byte(value >> (10 - 5 * c) & 31, 31);
        if (alpha && value >> 15 == 0) word[3] = 0;
    } else {
        for (std::size_t c = 0; c < 3; ++c) word[c] = from[2 - c];
        if (alpha) word[3] = from[3];
    }
    return word;
}

/// What is transparent is laid over white. Throws PictureError.
inline Raster read_tga(Bytes file, const TgaHeader& header) {
    const std::size_t pixels = header.size.pixels(), most = header.packed ? 128 : 1, head = header.packed ? 1 : 0;
    if (file.size() < header.start || (file.size() - header.start) / (header.pixel + head) < pixels / most)
        throw PictureError("the TGA is cut off");
    std::vector<std::array<std::uint8_t, 4>> palette;
    for (std::size_t i = 0; header.entry > 0 && i < header.colours; ++i)
        palette.push_back(tga_colour(file.data() + header.palette + i * header.entry, header.entry, header.alpha));
    const auto colour = [&](const std::uint8_t* from) -> std::array<std::uint8_t, 4> {
        if (header.grey) return {from[0], from[0], from[0], header.alpha ? from[1] : std::uint8_t{255}};
        if (header.entry == 0) return tga_colour(from, header.pixel, header.alpha);
        const std::size_t number = from[0] | (header.pixel == 2 ? std::size_t{from[1]} << 8 : 0u);
        if (number < header.first || number - header.first >= palette.size())
            throw PictureError("the TGA is damaged: it names the colour " + std::to_string(number) +
                               ", which its palette has not");
        return palette[number - header.first];
    };
    Raster raster{header.size};
    const std::size_t height = header.size.height, width = header.size.width;  // lambdas of clang 16 capture no structured binding
    std::size_t x = 0, y = 0;
    const auto put = [&](std::array<std::uint8_t, 4> word) {
        Raster::Word* row = raster.words() + (header.from_top ? y : height - 1 - y) * width;
        std::memcpy(row + (header.from_right ? width - 1 - x : x), word.data(), word.size());
        if (++x == width) x = 0, ++y;
    };
    Bytes left = file.subspan(header.start);
    const auto take = [&](std::size_t bytes) {
        if (left.size() < bytes) throw PictureError("the TGA is cut off");
        const Bytes taken = left.first(bytes);
        left = left.subspan(bytes);
        return taken;
    };
    for (std::size_t n = 0; n < pixels;) {
        const unsigned code = header.packed ? take(1)[0] : 0;
        const std::size_t count = std::min<std::size_t>((code & 127) + 1, pixels - n), stored = code >= 128 ? 1 : count;
        const Bytes bytes = take(stored * header.pixel);
        for (std::size_t i = 0; i < count; ++i, ++n) put(colour(bytes.data() + (stored == 1 ? 0 : i * header.pixel)));
    }
    if (header.alpha) lay_over_white(raster);
    return raster;
}

}  // namespace denim::inline DENIM_TARGET::detail
