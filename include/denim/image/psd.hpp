// SPDX-License-Identifier: MIT
#pragma once

// The merged picture of a PSD, RGB or grey, 8 or 16 bits a sample, as it is or packed; Adobe's Photoshop file formats
// specification. It is laid over white already, so that its alpha says nothing more. Here because stb_image takes the white out
// again by numbers that may leave what a byte holds.

#include <denim/image/raster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

struct PsdHeader {
    Size size;
    std::size_t channels = 0, sample = 0;  ///< channels as stored, bytes of a sample
    bool colour = false, packed = false;
    std::size_t start = 0;  ///< where the rows begin, or when packed the table of their lengths
};

/// Nothing if the header is cut off or damaged, or speaks of another mode than RGB and grey.
inline std::optional<PsdHeader> read_psd_header(std::span<const std::uint8_t> file) {
    const auto number = [&](std::size_t at, std::size_t bytes) {
        std::size_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | file[at + i];
        return value;
    };
    constexpr std::size_t fixed = 26, largest_side = 300'000, grey = 1, colour = 3;
    if (file.size() < fixed || number(4, 2) != 1) return std::nullopt;
    const std::size_t bits = number(22, 2), mode = number(24, 2);
    PsdHeader header{{number(14, 4), number(18, 4)}, number(12, 2), bits / 8, mode == colour};
    if ((bits != 8 && bits != 16) || (mode != grey && mode != colour) || header.channels < (header.colour ? 3u : 1u) ||
        header.channels > 56 || header.size.height > largest_side || header.size.width > largest_side)
        return std::nullopt;
    std::size_t at = fixed;
    for (int section = 0; section < 3; ++section) {  // colours, resources, layers
        if (file.size() - at < 4) return std::nullopt;
        const std::size_t length = number(at, 4);
        at += 4;
        if (file.size() - at < length) return std::nullopt;
        at += length;
    }
    if (file.size() - at < 2 || number(at, 2) > 1) return std::nullopt;
    header.packed = number(at, 2) == 1;
    header.start = at + 2;
    return header;
}

/// Undoes PackBits: returns how many bytes of `from` fill `to`, or nothing if there are too few or a run is too long.
inline std::optional<std::size_t> unpack_bits(std::span<const std::uint8_t> from, std::span<std::uint8_t> to) {
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

/// Nothing if samples are missing.
inline std::optional<Raster> read_psd(std::span<const std::uint8_t> file, const PsdHeader& header) {
    const std::size_t rows = header.channels * header.size.height, bytes = header.size.width * header.sample;
    const std::size_t shown = header.colour ? 3 : 1, table = header.packed ? 2 * rows : 0;
    std::span<const std::uint8_t> left = file.subspan(header.start);
    if (left.size() < table || (!header.packed && left.size() / rows < bytes)) return std::nullopt;
    left = left.subspan(table);
    Raster raster{header.size};
    std::fill_n(raster.words(), header.size.pixels(), -1);
    std::vector<std::uint8_t> row(bytes);
    for (std::size_t n = 0; n < rows; ++n) {
        std::size_t taken = bytes;
        if (header.packed) {
            const auto packed = unpack_bits(left, row);
            if (!packed) return std::nullopt;
            taken = *packed;
        } else {
            std::copy_n(left.begin(), bytes, row.begin());
        }
        left = left.subspan(taken);
        if (n >= shown * header.size.height) continue;
        auto* to = reinterpret_cast<std::uint8_t*>(raster.words() + n % header.size.height * header.size.width);
        for (std::size_t x = 0; x < header.size.width; ++x)
            for (std::size_t c = n / header.size.height; c < 3; c += shown)
                to[x * sizeof(Raster::Word) + c] = row[x * header.sample];  // of two bytes the first counts
    }
    return raster;
}

}  // namespace denim::inline DENIM_TARGET::detail
