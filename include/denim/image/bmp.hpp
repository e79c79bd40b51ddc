// SPDX-License-Identifier: MIT
#pragma once

// BMP of Windows and OS/2: palettes of 1 to 8 bits, runs (RLE4, RLE8), 16 to 32 bits with masks; Microsoft's "Bitmap Storage".
// Here because stb_image reads no runs, none with a palette behind 24 bits, and takes a fourth byte that nothing uses for
// alpha.

#include <denim/image/bytes.hpp>
#include <denim/image/density.hpp>
#include <denim/image/raster.hpp>

#include <algorithm>
#include <bit>
#include <string>

namespace denim::inline DENIM_TARGET::detail {

struct BmpHeader {
    Size size;
    std::size_t bits = 0, palette = 0, entry = 4, colours = 0, start = 0;  ///< palette and start: places in the file
    bool from_top = false, runs = false;
    std::array<std::uint32_t, 4> masks{};  ///< red, green, blue, alpha of a pixel
};

/// Throws PictureError if the header is cut off, or damaged, or of a kind that is not read.
inline BmpHeader read_bmp_header(Bytes file) {
    constexpr std::size_t core = 12, common = 40, before = 14;
    enum Compression : std::size_t { none, runs8, runs4, masks, jpeg, png, alpha_masks };
    const auto number = [&](std::size_t at, std::size_t count) { return little_endian(file, before + at, count); };
    const auto refuse = [](const std::string& reason) {
        throw PictureError("the BMP is of a kind that is not read: " + reason);
    };
    const std::size_t length = number(0, 4), fields = length == core ? core : std::min(length, common);
    if (file.size() < before + fields || (length != core && length < 16) ||
        (length > core && length < common && length % 2 != 0))
        throw PictureError("the header of the BMP is cut off or damaged");
    BmpHeader header;
    std::size_t compression = none, used = 0;
    if (length == core) {
        header.size = {number(6, 2), number(4, 2)};
        header.bits = number(10, 2);
        header.entry = 3;
    } else {
        const auto sign = [](std::size_t value) { return static_cast<std::int32_t>(static_cast<std::uint32_t>(value)); };
        const std::int64_t width = sign(number(4, 4)), height = sign(number(8, 4));
        if (width < 0) throw PictureError("the BMP is damaged: its width is negative");
        header.size = {static_cast<std::size_t>(std::abs(height)), static_cast<std::size_t>(width)};
        header.from_top = height < 0;
        header.bits = number(14, 2);
        if (length >= 20) compression = number(16, 4);
        if (length >= 36) used = number(32, 4);
    }
    const bool windows = length == common || length >= 52, os2 = length == 64;
    if (compression == jpeg && !os2) refuse("its pixels are a JPEG");
    if (compression == png) refuse("its pixels are a PNG");
    if (compression > alpha_masks || (os2 && compression >= masks))
        refuse("its compression is number " + std::to_string(compression));
    if (header.bits == 0 ||
        (header.bits > 8 ? header.bits != 16 && header.bits != 24 && header.bits != 32 : !std::has_single_bit(header.bits)))
        refuse("it has " + std::to_string(header.bits) + " bits a pixel");
    header.runs = compression == runs8 || compression == runs4;
    if (header.runs && header.bits != (compression == runs8 ? 8u : 4u))
        throw PictureError("the BMP is damaged: its runs are not of " + std::to_string(header.bits) + " bits");
    header.palette = before + length;
    if (compression == masks || compression == alpha_masks) {
        if (!windows || (header.bits != 16 && header.bits != 32))
            throw PictureError("the BMP is damaged: its pixels cannot have masks");
        const std::size_t count = compression == alpha_masks || length >= 56 ? 4 : 3;
        if (file.size() < before + common + 4 * count) throw PictureError("the header of the BMP is cut off or damaged");
        for (std::size_t c = 0; c < count; ++c) header.masks[c] = static_cast<std::uint32_t>(number(common + 4 * c, 4));
        if (length == common) header.palette += 4 * count;
        for (const std::uint32_t mask : header.masks)
            if (mask != 0 && !std::has_single_bit((std::uint64_t{mask} >> std::countr_zero(mask)) + 1))
                throw PictureError("the BMP is damaged: a mask has gaps");
        if ((header.masks[0] | header.masks[1] | header.masks[2]) == 0)
            throw PictureError("the BMP is damaged: its masks are empty");
    } else if (header.bits == 16) {
        header.masks = {31u << 10, 31u << 5, 31u, 0};
    } else {
        header.masks = {255u << 16, 255u << 8, 255u, 0};
    }
    header.start = little_endian(file, 10, 4);
    if (header.bits <= 8) {
        const std::size_t most = std::size_t{1} << header.bits;
        header.colours = used == 0 || used > most ? most : used;
        if (header.start > header.palette)
            header.colours = std::min(header.colours, (header.start - header.palette) / header.entry);
    }
    // Some writers name no place, or the palette's.
    if (header.start == 0 || (header.bits <= 8 && header.start == header.palette))
        header.start = header.palette + (header.bits <= 8 ? header.colours : used) * header.entry;
    if (header.start < before + length) throw PictureError("the BMP is damaged: its pixels begin inside of its header");
    return header;
}

/// Undoes the runs of RLE8 and RLE4: gives `put` the column, the row in the file's order and the colour of each pixel that
/// there is.
template <class Put>
void read_bmp_runs(Bytes left, const BmpHeader& header, const Put& put) {
    const bool halves = header.bits == 4;
    std::size_t x = 0, y = 0;
    const auto take = [&](std::size_t count) {
        if (left.size() < count) throw PictureError("the BMP is cut off");
        const Bytes taken = left.first(count);
        left = left.subspan(count);
        return taken;
    };
    const auto half = [](unsigned byte, std::size_t i) { return i % 2 == 0 ? byte >> 4 : byte & 15u; };
    const auto pixel = [&](unsigned colour) {
        if (x < header.size.width) put(x, y, colour);  // some writers fill up a row's last byte or run
        ++x;
    };
    while (y < header.size.height) {
        if (left.empty() && y + 1 == header.size.height && x >= header.size.width) return;
        const Bytes pair = take(2);
        const std::size_t count = pair[0], code = pair[1];
        if (count > 0) {
            for (std::size_t i = 0; i < count; ++i) pixel(halves ? half(pair[1], i) : pair[1]);
        } else if (code == 0) {
            x = 0;
            ++y;
        } else if (code == 1) {
            return;
        } else if (code == 2) {
            const Bytes move = take(2);
            x += move[0];
            y += move[1];
        } else {
            const std::size_t bytes = halves ? (code + 1) / 2 : code;
            const Bytes colours = take(bytes + bytes % 2);
            for (std::size_t i = 0; i < code; ++i) pixel(halves ? half(colours[i / 2], i) : colours[i]);
        }
    }
}

/// What is transparent is laid over white; alpha that is 0 everywhere was never written. Throws PictureError.
inline Raster read_bmp(Bytes file, const BmpHeader& header) {
    const std::size_t height = header.size.height, width = header.size.width;  // lambdas of clang 16 capture no structured binding
    const std::size_t used = (width * header.bits + 7) / 8, stride = (width * header.bits + 31) / 32 * 4;
    if (file.size() < header.start || (header.bits <= 8 && header.palette + header.colours * header.entry > file.size()) ||
        (!header.runs && file.size() - header.start < (height - 1) * stride + used))
        throw PictureError("the BMP is cut off");
    if (header.runs) check_density("BMP", file.size(), header.size, 128);  // 255 pixels for two bytes
    const auto pack = [](std::uint8_t red, std::uint8_t green, std::uint8_t blue, std::uint8_t alpha) {
        const std::uint8_t bytes[] = {red, green, blue, alpha};
        Raster::Word word;
        std::memcpy(&word, bytes, sizeof word);
        return word;
    };
    std::array<Raster::Word, 256> colours;
    colours.fill(pack(0, 0, 0, 255));
    for (std::size_t i = 0; i < header.colours; ++i) {
        const std::uint8_t* entry = file.data() + header.palette + i * header.entry;
        colours[i] = pack(entry[2], entry[1], entry[0], 255);
    }
    Raster raster{header.size};
    const auto row = [&](std::size_t y) { return raster.words() + (header.from_top ? y : height - 1 - y) * width; };
    const Bytes pixels = file.subspan(header.start);
    if (header.runs) {
        std::fill_n(raster.words(), header.size.pixels(), colours[0]);
        read_bmp_runs(pixels, header, [&](std::size_t x, std::size_t y, unsigned colour) { row(y)[x] = colours[colour]; });
        return raster;
    }
    const auto part = [&](std::size_t value, std::size_t c) {
        const std::uint32_t mask = header.masks[c];
        if (mask == 0) return std::uint8_t{0};
        const auto shift = static_cast<unsigned>(std::countr_zero(mask));
        return to_byte((value & mask) >> shift, mask >> shift);
    };
    const bool bytewise = header.bits >= 24 && header.masks == std::array<std::uint32_t, 4>{255u << 16, 255u << 8, 255u, 0};
    unsigned any_alpha = 0;
    for (std::size_t y = 0; y < height; ++y) {
        const std::uint8_t* from = pixels.data() + y * stride;
        Raster::Word* to = row(y);
        for (std::size_t x = 0; x < width; ++x) {
            if (header.bits <= 8) {
                const std::size_t bit = x * header.bits;
                to[x] = colours[from[bit / 8] >> (8 - header.bits - bit % 8) & ((1u << header.bits) - 1)];
                continue;
            }
            const std::size_t bytes = header.bits / 8;
            if (bytewise) {
                to[x] = pack(from[x * bytes + 2], from[x * bytes + 1], from[x * bytes], 255);
                continue;
            }
            const std::size_t value = little_endian({from + x * bytes, bytes}, 0, bytes);
            const std::uint8_t alpha = header.masks[3] == 0 ? std::uint8_t{255} : part(value, 3);
            any_alpha |= alpha;
            to[x] = pack(part(value, 0), part(value, 1), part(value, 2), alpha);
        }
    }
    if (header.masks[3] != 0 && any_alpha != 0) lay_over_white(raster);
    return raster;
}

}  // namespace denim::inline DENIM_TARGET::detail
