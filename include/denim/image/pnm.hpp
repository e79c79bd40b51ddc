// SPDX-License-Identifier: MIT
#pragma once

// Binary PNM, grey (P5) and colour (P6), one or two bytes a sample; netpbm's manual, pgm and ppm. Here because older
// stb_image takes the two bytes of a sample in the wrong order and writes beyond its memory.

#include <denim/image/bytes.hpp>
#include <denim/image/raster.hpp>

#include <optional>

namespace denim::inline DENIM_TARGET::detail {

struct PnmHeader {
    Size size;
    std::size_t largest = 0, channels = 0, start = 0;  ///< value of white, channels, where the samples begin
};

/// Nothing if the header is cut off or damaged.
inline std::optional<PnmHeader> read_pnm_header(Bytes file) {
    if (file.size() < 2 || file[0] != 'P' || (file[1] != '5' && file[1] != '6')) return std::nullopt;
    std::size_t at = 2;
    const auto space = [&] { return file[at] == ' ' || (file[at] >= '\t' && file[at] <= '\r'); };
    const auto number = [&]() -> std::size_t {
        for (; at < file.size() && (space() || file[at] == '#'); ++at)
            if (file[at] == '#')
                while (at + 1 < file.size() && file[at] != '\n') ++at;
        std::size_t value = 0;
        for (; at < file.size() && file[at] >= '0' && file[at] <= '9' && value < 100'000'000; ++at)
            value = 10 * value + file[at] - '0';
        return value;
    };
    PnmHeader header;
    header.size.width = number();
    header.size.height = number();
    header.largest = number();
    header.channels = file[1] == '6' ? 3 : 1;
    if (at >= file.size() || !space() || header.largest == 0 || header.largest > 65535) return std::nullopt;
    header.start = at + 1;
    return header;
}

/// Nothing if samples are missing.
inline std::optional<Raster> read_pnm(Bytes file, const PnmHeader& header) {
    const std::size_t sample = header.largest > 255 ? 2 : 1, pixel = sample * header.channels;
    if ((file.size() - header.start) / pixel < header.size.pixels()) return std::nullopt;
    Raster raster{header.size};
    const std::uint8_t* from = file.data() + header.start;
    for (std::size_t i = 0; i < header.size.pixels(); ++i, from += pixel) {
        std::uint8_t word[] = {0, 0, 0, 255};
        for (std::size_t c = 0; c < 3; ++c) {
            const std::uint8_t* number = from + (header.channels == 3 ? c * sample : 0);
            const std::size_t value = sample == 2 ? std::size_t{number[0]} << 8 | number[1] : number[0];
            word[c] = to_byte(std::min(value, header.largest), header.largest);
        }
        std::memcpy(raster.words() + i, word, sizeof word);
    }
    return raster;
}

}  // namespace denim::inline DENIM_TARGET::detail
