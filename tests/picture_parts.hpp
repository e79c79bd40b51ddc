// SPDX-License-Identifier: MIT
#pragma once

// Picture files put together from their parts, so that tests can leave some out, change others and write what no program would.

#include "picture_files.hpp"

#include <array>
#include <utility>

namespace picture_files {

inline void append_big(File& file, std::size_t value, unsigned bytes) {
    while (bytes-- > 0) file.push_back(static_cast<std::uint8_t>(value >> (8 * bytes)));
}
inline void append_little(File& file, std::size_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) file.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}
inline void append(File& file, const File& more) { file.insert(file.end(), more.begin(), more.end()); }
inline File text(std::string_view letters) { return {letters.begin(), letters.end()}; }

/// A TIFF with one entry, the orientation.
inline File tiff(unsigned orientation) {
    return {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, static_cast<std::uint8_t>(orientation),
            0,   0,   0,  0, 0, 0, 0};
}
inline File xmp(std::string_view said) {
    return text("<x:xmpmeta><rdf:Description " + std::string{said} + "</rdf:Description></x:xmpmeta>");
}

// --- PNG

inline void append_chunk(File& file, std::string_view name, const File& data) {
    append_big(file, data.size(), 4);
    const std::size_t start = file.size();
    append(file, name);
    append(file, data);
    std::uint32_t sum = 0xffffffff;
    for (std::size_t i = start; i < file.size(); ++i) {
        sum ^= file[i];
        for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0xedb88320u : 0u);
    }
    append_big(file, ~sum, 4);
}

/// A zlib stream that stores its bytes as they are.
inline File stored(const File& bytes) {
    File stream{0x78, 0x01};
    for (std::size_t at = 0; at == 0 || at < bytes.size(); at += 65535) {
        const std::size_t count = std::min<std::size_t>(65535, bytes.size() - at);
        stream.push_back(at + count == bytes.size() ? 1 : 0);
        append_little(stream, count, 2);
        append_little(stream, ~count, 2);
        stream.insert(stream.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                      bytes.begin() + static_cast<std::ptrdiff_t>(at + count));
    }
    std::size_t low_sum = 1, high_sum = 0;
    for (const std::uint8_t byte : bytes) {
        low_sum = (low_sum + byte) % 65521;
        high_sum = (high_sum + low_sum) % 65521;
    }
    append_big(stream, high_sum << 16 | low_sum, 4);
    return stream;
}

struct PngParts {
    Size size = {};
    unsigned depth = 8, kind = 2, interlaced = 0;
    std::vector<std::pair<std::string, File>> chunks = {};  // between IHDR and IDAT
    File stream = {};
};

inline File png(const PngParts& parts) {
    File file = text("\x89PNG\r\n\x1a\n"), header;
    append_big(header, parts.size.width, 4);
    append_big(header, parts.size.height, 4);
    append(header, {parts.depth, parts.kind, 0, 0, parts.interlaced});
    append_chunk(file, "IHDR", header);
    for (const auto& [name, data] : parts.chunks) append_chunk(file, name, data);
    append_chunk(file, "IDAT", parts.stream);
    append_chunk(file, "IEND", {});
    return file;
}

/// The rows of a picture behind filters of nothing.
inline File rgb_rows(const Picture& picture) {
    File rows;
    for (std::size_t y = 0; y < picture.size.height; ++y) {
        rows.push_back(0);
        rows.insert(rows.end(), picture.at(y, 0), picture.at(y, 0) + 3 * picture.size.width);
    }
    return rows;
}

inline File png(const Picture& picture, const std::vector<std::pair<std::string, File>>& chunks) {
    return png({.size = picture.size, .chunks = chunks, .stream = stored(rgb_rows(picture))});
}

/// A PNG that says it has that size, and has next to none of its pixels.
inline File png_header(std::size_t width, std::size_t height) {
    return png({.size = {height, width}, .stream = stored(File(16))});
}

// --- GIF

struct GifParts {
    Size canvas = {};
    std::size_t left = 0, top = 0;
    Size frame = {};
    std::vector<unsigned> colours = {};  // of {black, red, green, white}
    unsigned background = 0;
    int transparent = -1;
    bool interlaced = false;
};

inline File gif(const GifParts& parts) {
    File file = text("GIF89a");
    append(file, {low(parts.canvas.width), high(parts.canvas.width), low(parts.canvas.height), high(parts.canvas.height), 0x91,
                  parts.background, 0, 0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 255});
    if (parts.transparent >= 0) append(file, {0x21, 0xF9, 4, 1, 0, 0, static_cast<unsigned>(parts.transparent), 0});
    append(file, {0x2C, low(parts.left), high(parts.left), low(parts.top), high(parts.top), low(parts.frame.width),
                  high(parts.frame.width), low(parts.frame.height), high(parts.frame.height), parts.interlaced ? 0x40u : 0u});
    append_gif_pixels(file, parts.colours);
    file.push_back(0x3B);
    return file;
}

// --- BMP

struct BmpParts {
    Size size = {};
    unsigned bits = 24, compression = 0, header = 40;
    File masks = {};    // behind the forty bytes that all headers share
    File palette = {};  // four bytes a colour; three behind a header of twelve
    File pixels = {};
    bool from_top = false;
};

inline File bmp(const BmpParts& parts) {
    File rest;
    append_little(rest, parts.header, 4);
    const unsigned side = parts.header == 12 ? 2 : 4;
    append_little(rest, parts.size.width, side);
    append_little(rest, parts.from_top ? ~parts.size.height + 1 : parts.size.height, side);
    append_little(rest, 1, 2);
    append_little(rest, parts.bits, 2);
    if (parts.header > 12) {
        append_little(rest, parts.compression, 4);
        rest.resize(32);
        append_little(rest, parts.palette.size() / 4, 4);
        rest.resize(40);
        append(rest, parts.masks);
        rest.resize(std::max<std::size_t>(rest.size(), parts.header));
    }
    append(rest, parts.palette);
    File file = text("BM");
    append_little(file, 14 + rest.size() + parts.pixels.size(), 4);
    append_little(file, 0, 4);
    append_little(file, 14 + rest.size(), 4);
    append(file, rest);
    append(file, parts.pixels);
    return file;
}

// --- TGA

struct TgaParts {
    Size size = {};
    unsigned kind = 2, bits = 24, descriptor = 0x20;
    File pixels = {};
    unsigned first = 0, colours = 0, entry = 0;  // the palette, and bits of a colour in it
    File palette = {};
};

inline File tga(const TgaParts& parts) {
    File file;
    append(file, {2,
                  parts.colours > 0 ? 1u : 0u,
                  parts.kind,
                  low(parts.first),
                  high(parts.first),
                  low(parts.colours),
                  high(parts.colours),
                  parts.entry,
                  0,
                  0,
                  0,
                  0,
                  low(parts.size.width),
                  high(parts.size.width),
                  low(parts.size.height),
                  high(parts.size.height),
                  parts.bits,
                  parts.descriptor,
                  'i',
                  'd'});
    append(file, parts.palette);
    append(file, parts.pixels);
    return file;
}

// --- PSD

struct PsdParts {
    Size size = {};
    unsigned channels = 3, bits = 8, mode = 3, version = 1;
    File resources = {}, layers = {}, rows = {};  // the rows with what is before them, the number of their compression
};

inline File psd(const PsdParts& parts) {
    File file = text("8BPS");
    append_big(file, parts.version, 2);
    append_big(file, 0, 6);
    append_big(file, parts.channels, 2);
    append_big(file, parts.size.height, 4);
    append_big(file, parts.size.width, 4);
    append_big(file, parts.bits, 2);
    append_big(file, parts.mode, 2);
    append_big(file, 0, 4);
    for (const File* section : {&parts.resources, &parts.layers}) {
        append_big(file, section->size(), 4);
        append(file, *section);
    }
    append(file, parts.rows);
    return file;
}

// --- JPEG

/// Where the segment with that code begins, at its 0xFF.
inline std::size_t segment(const File& jpeg, unsigned code) {
    std::size_t at = 2;
    while (jpeg.at(at + 1) != code) at += 2 + (std::size_t{jpeg.at(at + 2)} << 8 | jpeg.at(at + 3));
    return at;
}
inline File without_segment(File jpeg, unsigned code) {
    const auto at = static_cast<std::ptrdiff_t>(segment(jpeg, code));
    const auto length = jpeg[static_cast<std::size_t>(at) + 2] << 8 | jpeg[static_cast<std::size_t>(at) + 3];
    jpeg.erase(jpeg.begin() + at, jpeg.begin() + at + 2 + length);
    return jpeg;
}
inline File with_bytes(File file, std::size_t at, const File& bytes) {
    file.insert(file.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin(), bytes.end());
    return file;
}
/// The JPEG with a segment in front of the others.
inline File with_segment(const File& jpeg, unsigned code, const File& data) {
    File whole{0xFF, static_cast<std::uint8_t>(code)};
    append_big(whole, data.size() + 2, 2);
    append(whole, data);
    return with_bytes(jpeg, 2, whole);
}

}  // namespace picture_files
