// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// Bytes as text and back: RFC 4648.

namespace denim::inline DENIM_TARGET::detail {

inline constexpr std::string_view base64_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as text: four letters for each three, '=' at the end where bytes are missing.
inline std::string to_base64(std::span<const std::uint8_t> bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
        std::uint32_t word = 0;
        for (std::size_t n = 0; n < 3; ++n) word = word << 8 | (n < count ? bytes[at + n] : 0u);
        for (std::size_t n = 0; n < 4; ++n) text += n <= count ? base64_letters[word >> (18 - 6 * n) & 63] : '=';
    }
    return text;
}

/// The way back; lines are whole groups of four letters.
inline std::vector<std::byte> from_base64(std::span<const char* const> lines) {
    std::array<std::uint8_t, 256> values{};
    values.fill(255);
    for (std::size_t n = 0; n < base64_letters.size(); ++n)
        values[static_cast<unsigned char>(base64_letters[n])] = static_cast<std::uint8_t>(n);
    std::vector<std::byte> bytes;
    for (const char* const& text : lines) {
        const std::string_view line{text};
        if (line.size() % 4 != 0)
            throw std::invalid_argument("denim: embedded text comes in groups of four letters; a line was cut");
        for (std::size_t at = 0; at < line.size(); at += 4) {
            const bool last = &text == &lines.back() && at + 4 == line.size();
            const std::size_t missing = !last ? 0 : line[at + 2] == '=' ? 2 : line[at + 3] == '=' ? 1 : 0;
            std::uint32_t word = 0;
            for (std::size_t n = 0; n < 4; ++n) {
                const std::uint8_t value = n < 4 - missing ? values[static_cast<unsigned char>(line[at + n])] : std::uint8_t{0};
                if (value == 255)
                    throw std::invalid_argument("denim: embedded text holds a letter that is not one of base64's");
                word = word << 6 | value;
            }
            for (std::size_t n = 0; n < 3 - missing; ++n) bytes.push_back(static_cast<std::byte>(word >> (16 - 8 * n)));
        }
    }
    return bytes;
}

}  // namespace denim::inline DENIM_TARGET::detail
