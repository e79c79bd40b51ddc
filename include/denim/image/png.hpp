// SPDX-License-Identifier: MIT
#pragma once

// PNG: chunks with their checksums, the checksum of the stream, and how the camera was held (eXIf, XMP); W3C's PNG, third
// edition. Here because stb_image looks at no checksum and holds the samples several times. Its inflate is what opens the
// stream.

#include <denim/image/orientation.hpp>
#include <denim/image/picture_error.hpp>
#include <denim/image/png_rows.hpp>
#include <denim/image/stb_calls.hpp>

#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

constexpr std::string_view png_signature{"\x89PNG\r\n\x1a\n", 8};

[[noreturn]] inline void throw_damaged_png(const std::string& reason) { throw PictureError("the PNG is damaged: " + reason); }

/// What the chunk IHDR says, which has to be the first. Throws PictureError.
inline PngHeader read_png_header(Bytes file) {
    constexpr std::size_t first = 8, length = 13;
    if (file.size() >= first && !starts_with(file, png_signature))
        throw_damaged_png("its signature is changed, as a text's would be");
    if (file.size() < first + 12 + length) throw PictureError("the header of the PNG is cut off or damaged");
    const Bytes chunk = file.subspan(first);
    if (starts_with(chunk.subspan(4), "CgBI"))
        throw PictureError("the PNG is of Apple's own kind (CgBI), which only Apple's programs read");
    if (!starts_with(chunk.subspan(4), "IHDR") || big_endian(chunk, 0, 4) != length)
        throw_damaged_png("it does not begin with IHDR");
    if (big_endian(chunk, 8 + length, 4) != crc32(chunk.subspan(4, 4 + length)))
        throw_damaged_png("the checksum of its chunk IHDR is wrong");
    PngHeader header;
    header.size = {big_endian(chunk, 12, 4), big_endian(chunk, 8, 4)};
    header.depth = chunk[16];
    header.interlaced = chunk[20] == 1;
    const unsigned type = chunk[17];
    const unsigned channels[] = {1, 0, 3, 1, 2, 0, 4};
    header.channels = type <= 6 ? channels[type] : 0;
    header.palette = type == 3;
    const bool depth_fits = header.depth == 8 || (header.depth == 16 && type != 3) ||
                            ((header.depth == 1 || header.depth == 2 || header.depth == 4) && (type == 0 || type == 3));
    if (header.channels == 0 || !depth_fits)
        throw_damaged_png("there is no kind " + std::to_string(type) + " with " + std::to_string(header.depth) + " bits");
    if (chunk[18] != 0 || chunk[19] != 0 || chunk[20] > 1) throw_damaged_png("it names a method that there is not");
    return header;
}

/// The chunks of a PNG that its picture needs.
struct PngChunks {
    PngHeader header;
    PngColours colours;
    Orientation orientation;
    std::vector<Bytes> data;  ///< parts of the zlib stream
    std::size_t data_bytes = 0;
};

/// The XMP in a chunk iTXt that holds it as it is; empty if it holds something else.
inline Bytes xmp_in(Bytes text) {
    constexpr std::string_view keyword{"XML:com.adobe.xmp\0\0\0", 20};  // and no compression
    return starts_with(text, keyword) ? text.subspan(keyword.size()) : Bytes{};
}

inline void read_png_palette(Bytes chunk, PngChunks& chunks) {
    if (chunk.size() % 3 != 0 || chunk.size() > 3 * chunks.colours.palette.size())
        throw_damaged_png("its palette has no whole colours");
    for (std::size_t i = 0; i < chunk.size() / 3; ++i)
        for (std::size_t c = 0; c < 3; ++c) chunks.colours.palette[i][c] = chunk[3 * i + c];
    chunks.colours.count = chunk.size() / 3;
}

inline void read_png_transparency(Bytes chunk, PngChunks& chunks) {
    const PngHeader& header = chunks.header;
    if (header.palette) {
        if (chunk.size() > chunks.colours.count) throw_damaged_png("more colours are transparent than it has");
        for (std::size_t i = 0; i < chunk.size(); ++i) chunks.colours.palette[i][3] = chunk[i];
        return;
    }
    if (header.alpha()) throw_damaged_png("a colour is transparent, though its pixels have alpha");
    if (chunk.size() < 2 * header.channels) throw_damaged_png("its transparent colour is cut off");
    for (std::size_t c = 0; c < header.channels; ++c)
        chunks.colours.transparent[c] = big_endian(chunk, 2 * c, 2) & ((std::size_t{1} << header.depth) - 1);
    chunks.colours.has_transparent = true;
}

/// Goes through the chunks up to IEND and compares their checksums. Throws PictureError.
inline PngChunks read_png_chunks(Bytes file) {
    PngChunks chunks{read_png_header(file), {}, {}, {}, 0};
    for (Bytes left = file.subspan(png_signature.size());;) {
        if (left.size() < 12 || left.size() - 12 < big_endian(left, 0, 4)) throw PictureError("the PNG is cut off");
        const std::size_t length = big_endian(left, 0, 4);
        const Bytes named = left.subspan(4, 4 + length), chunk = named.subspan(4);
        std::string name;
        for (const std::uint8_t letter : named.first(4))
            name += letter >= 'A' && letter <= 'z' ? static_cast<char>(letter) : '?';
        if (big_endian(left, 8 + length, 4) != crc32(named))
            throw_damaged_png("the checksum of its chunk " + name + " is wrong");
        left = left.subspan(12 + length);
        if (name == "IEND") break;
        if (name == "IDAT") {
            chunks.data.push_back(chunk);
            chunks.data_bytes += length;
        } else if (name == "PLTE") {
            read_png_palette(chunk, chunks);
        } else if (name == "tRNS") {
            read_png_transparency(chunk, chunks);
        } else if (name == "eXIf") {
            chunks.orientation.read_exif(starts_with(chunk, exif_prefix) ? chunk.subspan(exif_prefix.size()) : chunk);
        } else if (name == "iTXt") {
            chunks.orientation.read_xmp(xmp_in(chunk));
        } else if (name != "IHDR" && (named[0] & 0x20) == 0) {
            throw_damaged_png("there is no chunk " + name + " that a picture needs");
        }
    }
    if (chunks.header.palette && chunks.colours.count == 0) throw_damaged_png("it has no palette");
    if (chunks.data_bytes == 0) throw_damaged_png("it has no pixels");
    return chunks;
}

/// Opens the zlib stream into `rows`, and compares its checksum. Throws PictureError.
inline void inflate_png(const PngChunks& chunks, std::span<std::uint8_t> rows) {
    std::vector<std::uint8_t> joined;
    if (chunks.data.size() > 1) {
        joined.reserve(chunks.data_bytes);
        for (const Bytes part : chunks.data) joined.insert(joined.end(), part.begin(), part.end());
    }
    const Bytes stream = chunks.data.size() > 1 ? Bytes{joined} : chunks.data.front();
    void* room = rows.data();
    std::optional<std::size_t> length = stb_inflate(stream, room, rows.size(), false);
    std::uint32_t sum = 0;
    if (length) {
        sum = adler32(rows.first(*length));
    } else if (stb_reason() == "output buffer limit") {  // it holds more than the pixels: all of it is summed
        const std::size_t guess = rows.size() + rows.size() / 8 + 4096;
        room = block_pool().allocate(guess);
        if (room != nullptr) length = stb_inflate(stream, room, guess, true);
        const Block all{room};
        if (length) {
            sum = adler32({all.bytes(), *length});
            std::copy_n(all.bytes(), rows.size(), rows.data());
        }
    }
    if (!length) throw_damaged_png("its stream cannot be decompressed: " + stb_reason());
    if (*length < rows.size()) throw PictureError("the PNG is cut off: its stream lacks pixels");
    // The stream may end before the chunks do. That four bytes are the sum by chance is as rare as damage that the sum
    // overlooks.
    const std::uint8_t wanted[] = {static_cast<std::uint8_t>(sum >> 24), static_cast<std::uint8_t>(sum >> 16),
                                   static_cast<std::uint8_t>(sum >> 8), static_cast<std::uint8_t>(sum)};
    if (std::find_end(stream.begin(), stream.end(), std::begin(wanted), std::end(wanted)) == stream.end())
        throw_damaged_png("the checksum of its stream is wrong");
}

/// The picture of a PNG, as the camera was held; what is transparent is laid over white. Throws PictureError.
inline Raster read_png(Bytes file) {
    PngChunks chunks = read_png_chunks(file);
    const std::size_t bytes = chunks.header.stored_bytes();
    constexpr std::size_t best_ratio = 1032;  // of deflate: 258 bytes for two bits
    if (bytes / best_ratio > chunks.data_bytes)
        throw PictureError("the PNG is cut off: it has more pixels than its stream can hold");
    if (bytes > std::size_t{std::numeric_limits<int>::max()} / 2)
        throw PictureError("the PNG has more samples than can be read");
    Raster raster;
    {
        const Block rows{block_pool().allocate(bytes)};
        inflate_png(chunks, {rows.bytes(), bytes});
        raster = Raster{chunks.header.size};
        read_png_rows({rows.bytes(), bytes}, chunks.header, chunks.colours, raster);
    }
    if (chunks.header.alpha() || chunks.header.palette || chunks.colours.has_transparent) lay_over_white(raster);
    return turned(std::move(raster), chunks.orientation.value());
}

}  // namespace denim::inline DENIM_TARGET::detail
