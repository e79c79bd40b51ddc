// SPDX-License-Identifier: MIT
#pragma once

// What the markers of a JPEG file say before any pixel is decoded: its size, how the camera was held, and whether the end is
// there. ITU-T T.81, annex B; Exif 2.3, section 4.6.

#include <denim/image/picture.hpp>

#include <algorithm>
#include <cstring>
#include <span>

namespace denim::inline DENIM_TARGET::detail {

struct JpegMarkers {
    Size size = {};               ///< zero if there is no frame
    std::size_t plane_bytes = 0;  ///< samples of all components, subsampled as they are
    bool progressive = false;
    bool complete = false;  ///< the end marker stands where it should
    bool sound = true;      ///< no Huffman table has more codes than there is room for
    int orientation = 1;    ///< 1 to 8, as Exif counts them
};

using Bytes = std::span<const std::uint8_t>;

/// Where the first segment of a JPEG may begin: behind the start marker, which more than one 0xFF may lead; 0 if it is no JPEG.
/// What stb takes for one has to be one here, so that nothing goes there unchecked.
inline std::size_t jpeg_start(Bytes file) {
    std::size_t at = 0;
    while (at < file.size() && file[at] == 0xFF) ++at;
    return at > 0 && at < file.size() && file[at] == 0xD8 ? at + 1 : 0;
}

/// The orientation that an Exif segment (from "Exif" on) asks for; 1 if it says nothing or is damaged.
inline int exif_orientation(Bytes segment) {
    constexpr std::size_t prefix = 6, entry_size = 12, orientation_tag = 0x0112, short_type = 3;
    if (segment.size() < prefix + 8 || std::memcmp(segment.data(), "Exif\0\0", prefix) != 0) return 1;
    const Bytes tiff = segment.subspan(prefix);
    const bool little = tiff[0] == 'I';
    const auto number = [&](std::size_t at, std::size_t count) -> std::size_t {
        std::size_t value = 0;
        if (at + count > tiff.size()) return 0;
        for (std::size_t i = 0; i < count; ++i) value = value << 8 | tiff[at + (little ? count - 1 - i : i)];
        return value;
    };
    const std::size_t directory = number(4, 4);
    const std::size_t entries = number(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + i * entry_size;
        if (entry + entry_size > tiff.size()) break;
        if (number(entry, 2) != orientation_tag || number(entry + 2, 2) != short_type) continue;
        const std::size_t value = number(entry + 8, 2);
        return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
    return 1;
}

/// Size and components of a start-of-frame segment.
inline void read_frame(Bytes segment, JpegMarkers& markers) {
    if (segment.size() < 6 || segment.size() < 6u + 3u * segment[5]) return;
    markers.size = {static_cast<std::size_t>(segment[1] << 8 | segment[2]),
                    static_cast<std::size_t>(segment[3] << 8 | segment[4])};
    std::size_t largest = 1, samples = 0;
    for (std::size_t i = 0; i < segment[5]; ++i) {
        const std::size_t factors = (segment[7 + 3 * i] >> 4) * (segment[7 + 3 * i] & 15u);
        largest = std::max(largest, factors);
        samples += factors;
    }
    markers.plane_bytes = markers.size.pixels() * samples / largest;
}

/// True if the segment is whole tables of at most 256 codes each: older stb_image writes beyond its own for others.
inline bool huffman_tables_fit(Bytes segment) {
    constexpr std::size_t head = 17, most = 256;
    while (!segment.empty()) {
        if (segment.size() < head) return false;
        std::size_t codes = 0;
        for (std::size_t i = 1; i < head; ++i) codes += segment[i];
        if (codes > most || segment.size() < head + codes) return false;
        segment = segment.subspan(head + codes);
    }
    return true;
}

inline JpegMarkers read_jpeg_markers(Bytes file) {
    enum : unsigned {
        first_frame = 0xC0,
        huffman = 0xC4,
        last_frame = 0xCF,
        arithmetic = 0xCC,
        extension = 0xC8,
        restart = 0xD0,
        start = 0xD8,
        end = 0xD9,
        scan = 0xDA,
        exif = 0xE1
    };
    JpegMarkers markers;
    bool inside_scan = false;
    for (std::size_t at = jpeg_start(file); at + 1 < file.size();) {
        const void* found = std::memchr(file.data() + at, 0xFF, file.size() - at - 1);
        if (found == nullptr) break;
        at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - file.data()) + 1;
        const unsigned code = file[at];
        if (code == 0xFF) continue;
        ++at;
        if (code <= 1 || (code >= restart && code <= start)) continue;
        if (code == end) {
            markers.complete = inside_scan;
            break;
        }
        if (at + 2 > file.size()) break;
        const std::size_t length = static_cast<std::size_t>(file[at] << 8 | file[at + 1]);
        if (length < 2) continue;
        if (at + length > file.size()) break;
        const Bytes segment = file.subspan(at + 2, length - 2);
        if (code >= first_frame && code <= last_frame && code != huffman && code != arithmetic && code != extension) {
            read_frame(segment, markers);
            markers.progressive = code == 0xC2;
        }
        if (code == huffman && !huffman_tables_fit(segment)) markers.sound = false;
        if (code == exif && markers.orientation == 1) markers.orientation = exif_orientation(segment);
        inside_scan = inside_scan || code == scan;
        at += length;
    }
    return markers;
}

}  // namespace denim::inline DENIM_TARGET::detail
