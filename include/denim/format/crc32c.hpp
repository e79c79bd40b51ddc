// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace denim::inline DENIM_TARGET {

/// The checksum CRC-32C (Castagnoli) of bytes, RFC 3720 appendix B.4: eight tables, so that eight bytes go in at a time.
inline std::uint32_t crc32c(std::span<const std::byte> bytes) {
    using Tables = std::array<std::array<std::uint32_t, 256>, 8>;
    static constexpr Tables tables = [] {
        Tables all{};
        for (std::uint32_t n = 0; n < 256; ++n) {
            std::uint32_t sum = n;
            for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0x82f63b78u : 0u);
            all[0][n] = sum;
        }
        for (std::size_t table = 1; table < 8; ++table)
            for (std::size_t n = 0; n < 256; ++n) all[table][n] = (all[table - 1][n] >> 8) ^ all[0][all[table - 1][n] & 255];
        return all;
    }();
    const auto byte = [&](std::size_t at) { return std::to_integer<std::uint32_t>(bytes[at]); };
    std::uint32_t sum = 0xffffffffu;
    std::size_t at = 0;
    for (; at + 8 <= bytes.size(); at += 8) {
        const std::uint32_t low = sum ^ (byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24);
        sum = tables[7][low & 255] ^ tables[6][(low >> 8) & 255] ^ tables[5][(low >> 16) & 255] ^ tables[4][low >> 24] ^
              tables[3][byte(at + 4)] ^ tables[2][byte(at + 5)] ^ tables[1][byte(at + 6)] ^ tables[0][byte(at + 7)];
    }
    for (; at < bytes.size(); ++at) sum = (sum >> 8) ^ tables[0][(sum ^ byte(at)) & 255];
    return ~sum;
}

}  // namespace denim::inline DENIM_TARGET
