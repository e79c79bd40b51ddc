// SPDX-License-Identifier: MIT
#pragma once

// How the camera was held, as files say it. Exif 2.3, section 4.6; XMP, part 2, section 3.

#include <denim/image/bytes.hpp>

#include <optional>

namespace denim::inline DENIM_TARGET::detail {

constexpr std::string_view exif_prefix{"Exif\0\0", 6};

/// The orientation (1 to 8) in the first directory of a TIFF, as Exif has it; nothing if it is not there or makes no sense.
inline std::optional<int> tiff_orientation(Bytes tiff) {
    constexpr std::size_t entry_size = 12, tag = 0x0112, short_type = 3, long_type = 4;
    const bool little = starts_with(tiff, {"II*\0", 4});
    if (!little && !starts_with(tiff, {"MM\0*", 4})) return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t count) {
        return little ? little_endian(tiff, at, count) : big_endian(tiff, at, count);
    };
    const std::size_t directory = number(4, 4), entries = number(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + i * entry_size;
        if (entry + entry_size > tiff.size()) break;
        const std::size_t type = number(entry + 2, 2);
        if (number(entry, 2) != tag || (type != short_type && type != long_type)) continue;
        const std::size_t value = number(entry + 8, type == short_type ? 2 : 4);
        return value >= 1 && value <= 8 ? std::optional{static_cast<int>(value)} : std::nullopt;
    }
    return std::nullopt;
}

/// The orientation in a packet of XMP, an attribute or an element; nothing if it is not there.
inline std::optional<int> xmp_orientation(Bytes packet) {
    const std::string_view text{reinterpret_cast<const char*>(packet.data()), packet.size()};
    constexpr std::string_view name = "tiff:Orientation";
    for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at)) {
        at += name.size();
        const std::string_view rest = text.substr(at, 16);
        const std::size_t digit = rest.find_first_not_of(" \t\r\n=>\"'");
        if (digit == 0 || digit == std::string_view::npos || rest[digit] < '1' || rest[digit] > '8') continue;
        return rest[digit] - '0';
    }
    return std::nullopt;
}

/// What the parts of one file say: of several Exif segments the first counts, and XMP only where that says nothing.
class Orientation {
public:
    /// `tiff` is what stands behind "Exif\0\0".
    void read_exif(Bytes tiff) {
        if (!seen_exif_) exif_ = tiff_orientation(tiff);
        seen_exif_ = true;
    }
    void read_xmp(Bytes packet) {
        if (!xmp_) xmp_ = xmp_orientation(packet);
    }
    [[nodiscard]] int value() const { return exif_ ? *exif_ : xmp_.value_or(1); }

private:
    bool seen_exif_ = false;
    std::optional<int> exif_, xmp_;
};

}  // namespace denim::inline DENIM_TARGET::detail
