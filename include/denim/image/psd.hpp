// SPDX-License-Identifier: MIT
#pragma once

// The merged picture of a PSD, RGB or grey, 8 or 16 bits a sample, as it is or packed; Adobe's Photoshop file formats
// specification. Here because stb_image takes the white out that it is laid over by numbers that may leave what a byte holds.

#include <denim/image/bytes.hpp>
#include <denim/image/picture_error.hpp>
#include <denim/image/raster.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

struct PsdHeader {
    Size size;
    std::size_t channels = 0, sample = 0;  ///< channels as stored, bytes of a sample
    std::size_t shown = 0;                 ///< channels of colour
};

/// What the first 26 bytes say. Throws PictureError if they are cut off or damaged, or speak of a kind that is not read.
inline PsdHeader read_psd_header(Bytes file) {
    constexpr std::size_t fixed = 26, largest_side = 300'000;
    constexpr std::string_view modes[] = {"bitmap", "", "a palette", "", "CMYK", "", "", "several channels", "two inks", "Lab"};
    const auto refuse = [](const std::string& reason) {
        throw PictureError("the PSD is of a kind that is not read: " + reason);
    };
    if (file.size() < fixed) throw PictureError("the header of the PSD is cut off or damaged");
    if (big_endian(file, 4, 2) == 2) refuse("a large document (PSB)");
    const std::size_t bits = big_endian(file, 22, 2), mode = big_endian(file, 24, 2), channels = big_endian(file, 12, 2);
    const PsdHeader header{{big_endian(file, 14, 4), big_endian(file, 18, 4)}, channels, bits / 8, mode == 3 ? 3u : 1u};
    if (mode < std::size(modes) && !modes[mode].empty())
        refuse("its colours are " + std::string{modes[mode]} + ", RGB or grey were expected");
    if (bits == 1 || bits == 32) refuse("its samples have " + std::to_string(bits) + " bits, 8 or 16 were expected");
    if (big_endian(file, 4, 2) != 1 || (bits != 8 && bits != 16) || (mode != 1 && mode != 3) || channels < header.shown ||
        channels > 56 || header.size.height > largest_side || header.size.width > largest_side)
        throw PictureError("the header of the PSD is cut off or damaged");
    return header;
}

/// Undoes PackBits: returns how many bytes of `from` fill `to`, or nothing if there are too few or a run is too long.
inline std::optional<std::size_t> unpack_bits(Bytes from, std::span<std::uint8_t> to) {
    std::size_t at = 0;
    for (std::size_t filled = 0; filled < to.size();) {
        if (at >= from.size()) return std::nullopt;
        const std::size_t code = from[at++];
        if (code == 128) continue;
        const bool repeated = code > 128;
        const std::size_t count = repeated ? 257 - code : code + 1, bytes = repeated ? 1 : count;
        if (from.size() - at < bytes || to.size() - filled < count) return std::nullopt;
        for (std::size_t i = 0; i < count; ++i) to[filled + i] = from[at + (repeated ? 0 : i)];
        at += bytes;
        filled += count;
    }
    return at;
}

/// The merged picture as bytes, and what its fourth channel is.
struct PsdMerged {
    Bytes rows;  ///< those of one channel behind those of another, when packed behind a table of their lengths
    bool packed = false;
    bool alpha = false;  ///< the channel behind the colours says what is transparent
};

/// Finds it behind colours, resources and layers. Throws PictureError.
inline PsdMerged find_merged(Bytes file, const PsdHeader& header) {
    std::size_t at = 26;
    PsdMerged merged;
    merged.alpha = header.channels > header.shown;
    for (int section = 0; section < 3; ++section) {
        const std::size_t length = big_endian(file, at, 4);
        if (file.size() - at < 4 || file.size() - at - 4 < length) throw PictureError("the PSD is cut off");
        at += 4;
        // Where there are layers, a negative count of them says that the channel is their transparency; else it is a selection.
        if (section == 2 && length >= 6 && big_endian(file, at, 4) >= 2)
            merged.alpha = merged.alpha && (big_endian(file, at + 4, 2) == 0 || big_endian(file, at + 4, 2) >= 0x8000);
        at += length;
    }
    if (file.size() - at < 2) throw PictureError("the PSD is cut off");
    const std::size_t compression = big_endian(file, at, 2), rows = header.channels * header.size.height;
    if (compression > 3)
        throw PictureError("the PSD is damaged: there is no compression number " + std::to_string(compression));
    if (compression > 1) throw PictureError("the PSD is of a kind that is not read: its merged picture is compressed by zlib");
    merged.packed = compression == 1;
    merged.rows = file.subspan(at + 2);
    // A packed row takes two bytes of the table, and two for 128 samples.
    const std::size_t bytes = header.size.width * header.sample, row = merged.packed ? 2 + 2 * ((bytes + 127) / 128) : bytes;
    if (merged.rows.size() / rows < row) throw PictureError("the PSD is cut off");
    if (merged.packed) merged.rows = merged.rows.subspan(2 * rows);
    return merged;
}

/// Lays what is transparent over white, unless the writer did: Photoshop's merged pictures are over white already, and no part
/// of a pixel of theirs can be darker than the white that shines through.
inline void settle_psd_alpha(Raster& raster) {
    constexpr int rounding = 2;
    auto* bytes = reinterpret_cast<std::uint8_t*>(raster.words());
    for (std::size_t i = 0; i < raster.size().pixels() * sizeof(Raster::Word); ++i)
        if (i % 4 != 3 && bytes[i] + rounding < 255 - bytes[i / 4 * 4 + 3]) return lay_over_white(raster);
}

/// What is transparent is laid over white. Throws PictureError.
inline Raster read_psd(Bytes file, const PsdHeader& header) {
    const PsdMerged merged = find_merged(file, header);
    Raster raster{header.size};
    std::fill_n(raster.words(), header.size.pixels(), -1);
    std::vector<std::uint8_t> row(header.size.width * header.sample);
    Bytes left = merged.rows;
    const std::size_t wanted = header.shown + (merged.alpha ? 1 : 0);
    for (std::size_t n = 0; n < header.channels * header.size.height; ++n) {
        std::size_t taken = row.size();
        if (merged.packed) {
            const auto packed = unpack_bits(left, row);
            if (!packed) throw PictureError("the PSD is cut off or damaged: a packed row has not its length");
            taken = *packed;
        } else {
            std::copy_n(left.begin(), taken, row.begin());
        }
        left = left.subspan(taken);
        const std::size_t channel = n / header.size.height;
        if (channel >= wanted) continue;
        auto* to = reinterpret_cast<std::uint8_t*>(raster.words() + n % header.size.height * header.size.width);
        const bool grey = header.shown == 1 && channel == 0;
        const std::size_t first = channel == header.shown ? 3 : channel, last = grey ? 2 : first;
        for (std::size_t x = 0; x < header.size.width; ++x)
            for (std::size_t c = first; c <= last; ++c)
                to[x * sizeof(Raster::Word) + c] = row[x * header.sample];  // of two bytes the first counts
    }
    if (merged.alpha) settle_psd_alpha(raster);
    return raster;
}

}  // namespace denim::inline DENIM_TARGET::detail
