// SPDX-License-Identifier: MIT
#pragma once

// Bytes of files, and the numbers in them.

#include <denim/machine/target.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace denim::inline DENIM_TARGET::detail {

using Bytes = std::span<const std::uint8_t>;

/// The number in the `count` bytes at `at`, the highest byte first; 0 if they are not all there.
inline std::size_t big_endian(Bytes bytes, std::size_t at, std::size_t count) {
    std::size_t value = 0;
    if (at > bytes.size() || bytes.size() - at < count) return 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + i];
    return value;
}

/// The same with the lowest byte first.
inline std::size_t little_endian(Bytes bytes, std::size_t at, std::size_t count) {
    std::size_t value = 0;
    if (at > bytes.size() || bytes.size() - at < count) return 0;
    for (std::size_t i = count; i-- > 0;) value = value << 8 | bytes[at + i];
    return value;
}

inline bool starts_with(Bytes bytes, std::string_view text) {
    return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

/// A colour's part of `largest` as one of 255, rounded.
inline std::uint8_t to_byte(std::size_t value, std::size_t largest) {
    return static_cast<std::uint8_t>((value * 255 + largest / 2) / largest);
}

/// The checksum of PNG's chunks, CRC-32: eight tables, so that eight bytes go in at a time.
inline std::uint32_t crc32(Bytes bytes) {
    using Tables = std::array<std::array<std::uint32_t, 256>, 8>;
    static constexpr Tables tables = [] {
        Tables all{};
        for (std::uint32_t n = 0; n < 256; ++n) {
            std::uint32_t sum = n;
            for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0xedb88320u : 0u);
            all[0][n] = sum;
        }
        for (std::size_t table = 1; table < 8; ++table)
            for (std::size_t n = 0; n < 256; ++n) all[table][n] = (all[table - 1][n] >> 8) ^ all[0][all[table - 1][n] & 255];
        return all;
    }();
    std::uint32_t sum = 0xffffffffu;
    std::size_t at = 0;
    for (; at + 8 <= bytes.size(); at += 8) {
        const std::uint32_t low = sum ^ static_cast<std::uint32_t>(little_endian(bytes, at, 4));
        sum = tables[7][low & 255] ^ tables[6][(low >> 8) & 255] ^ tables[5][(low >> 16) & 255] ^ tables[4][low >> 24] ^
              tables[3][bytes[at + 4]] ^ tables[2][bytes[at + 5]] ^ tables[1][bytes[at + 6]] ^ tables[0][bytes[at + 7]];
    }
    for (; at < bytes.size(); ++at) sum = (sum >> 8) ^ tables[0][(sum ^ bytes[at]) & 255];
    return ~sum;
}

/// The checksum of a zlib stream, Adler-32 (RFC 1950).
inline std::uint32_t adler32(Bytes bytes) {
    constexpr std::size_t block = 5552;  // as many as the sums hold before they are reduced
    std::uint32_t low = 1, high = 0;
    while (!bytes.empty()) {
        const Bytes part = bytes.first(std::min(block, bytes.size()));
        for (const std::uint8_t byte : part) {
            low += byte;
            high += low;
        }
        low %= 65521;
        high %= 65521;
        bytes = bytes.subspan(part.size());
    }
    return high << 16 | low;
}

}  // namespace denim::inline DENIM_TARGET::detail
