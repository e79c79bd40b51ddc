// SPDX-License-Identifier: MIT
#pragma once

// From the bytes of a PNG's stream to pixels: filters, samples of 1 to 16 bits, palettes, interlacing; W3C's PNG, sections 7
// to 9.

#include <denim/image/bytes.hpp>
#include <denim/image/picture_error.hpp>
#include <denim/image/raster.hpp>

#include <cstdlib>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// One of the pictures that an interlaced one is sent as: every `step`th pixel from `first` on.
struct PngPass {
    Size first, step;

    [[nodiscard]] Size of(Size size) const {
        const auto count = [](std::size_t extent, std::size_t from, std::size_t by) {
            return extent > from ? (extent - from + by - 1) / by : 0;
        };
        return {count(size.height, first.height, step.height), count(size.width, first.width, step.width)};
    }
};

constexpr PngPass whole_png[] = {{{0, 0}, {1, 1}}};
constexpr PngPass interlaced_png[] = {{{0, 0}, {8, 8}}, {{0, 4}, {8, 8}}, {{4, 0}, {8, 4}}, {{0, 2}, {4, 4}},
                                      {{2, 0}, {4, 2}}, {{0, 1}, {2, 2}}, {{1, 0}, {2, 1}}};

struct PngHeader {
    Size size;
    std::size_t depth = 8, channels = 3;
    bool palette = false, interlaced = false;

    [[nodiscard]] bool alpha() const { return channels == 2 || channels == 4; }
    [[nodiscard]] std::size_t row_bytes(std::size_t width) const { return (width * channels * depth + 7) / 8; }
    [[nodiscard]] std::span<const PngPass> passes() const {
        return interlaced ? std::span<const PngPass>{interlaced_png} : whole_png;
    }
    /// What the stream holds: each row behind a byte that names its filter.
    [[nodiscard]] std::size_t stored_bytes() const {
        std::size_t bytes = 0;
        for (const PngPass& pass : passes())
            if (const Size part = pass.of(size); part.pixels() > 0) bytes += part.height * (1 + row_bytes(part.width));
        return bytes;
    }
};

struct PngColours {
    std::array<std::array<std::uint8_t, 4>, 256> palette;
    std::size_t count = 0;
    bool has_transparent = false;
    std::array<std::size_t, 3> transparent{};  ///< samples of the one colour that is

    PngColours() { palette.fill({0, 0, 0, 255}); }
};

/// Undoes the filter of a row whose pixels are `pixel` bytes apart; `previous` is the row above, of zeros at first.
template <std::size_t pixel>
void undo_png_filter(unsigned filter, std::uint8_t* row, const std::uint8_t* previous, std::size_t bytes) {
    const auto add = [](std::uint8_t& to, int value) { to = static_cast<std::uint8_t>(to + value); };
    if (filter == 2)
        for (std::size_t i = 0; i < bytes; ++i) add(row[i], previous[i]);
    if (filter == 1)
        for (std::size_t i = pixel; i < bytes; ++i) add(row[i], row[i - pixel]);
    if (filter == 3) {
        for (std::size_t i = 0; i < pixel; ++i) add(row[i], previous[i] / 2);
        for (std::size_t i = pixel; i < bytes; ++i) add(row[i], (row[i - pixel] + previous[i]) / 2);
    }
    if (filter == 4) {
        for (std::size_t i = 0; i < pixel; ++i) add(row[i], previous[i]);
        for (std::size_t i = pixel; i < bytes; ++i) {  // Paeth: of left, above and the corner the one next to their plane
            const int left = row[i - pixel], above = previous[i], corner = previous[i - pixel];
            const int from_left = std::abs(above - corner), from_above = std::abs(left - corner);
            const int from_corner = std::abs(left + above - 2 * corner);
            const int upright = from_above <= from_corner ? above : corner;
            add(row[i], from_left <= from_above && from_left <= from_corner ? left : upright);
        }
    }
    if (filter > 4) throw PictureError("the PNG is damaged: there is no filter " + std::to_string(filter));
}

/// Writes the samples of a row as pixels that are `step` apart.
inline void write_png_row(Bytes row, std::size_t width, const PngHeader& header, const PngColours& colours, Raster::Word* to,
                          std::size_t step) {
    if (header.depth == 8 && header.channels >= 3 && !colours.has_transparent) {
        for (std::size_t x = 0; x < width; ++x, to += step) {
            const std::uint8_t* from = row.data() + x * header.channels;
            const std::uint8_t word[] = {from[0], from[1], from[2], header.channels == 4 ? from[3] : std::uint8_t{255}};
            std::memcpy(to, word, sizeof word);
        }
        return;
    }
    const std::size_t largest = (std::size_t{1} << header.depth) - 1, shown = header.channels >= 3 ? 3 : 1;
    const auto sample = [&](std::size_t n) -> std::size_t {
        if (header.depth == 8) return row[n];
        if (header.depth == 16) return std::size_t{row[2 * n]} << 8 | row[2 * n + 1];
        const std::size_t bit = n * header.depth;
        return row[bit / 8] >> (8 - header.depth - bit % 8) & largest;
    };
    const auto byte = [&](std::size_t value) {
        return static_cast<std::uint8_t>(header.depth == 16 ? value >> 8 : header.depth == 8 ? value : value * 255 / largest);
    };
    for (std::size_t x = 0; x < width; ++x, to += step) {
        std::array<std::uint8_t, 4> word{0, 0, 0, 255};
        if (header.palette) {
            word = colours.palette[sample(x)];
        } else {
            bool transparent = colours.has_transparent;
            for (std::size_t c = 0; c < shown; ++c) {
                const std::size_t value = sample(x * header.channels + c);
                word[c] = byte(value);
                transparent = transparent && value == colours.transparent[c];
            }
            if (shown == 1) word[1] = word[2] = word[0];
            if (header.alpha()) word[3] = byte(sample(x * header.channels + shown));
            if (transparent) word[3] = 0;
        }
        std::memcpy(to, word.data(), word.size());
    }
}

/// Turns the stream's bytes, `header.stored_bytes()` of them, which are changed, into pixels with alpha.
template <std::size_t pixel>
void read_png_rows(std::span<std::uint8_t> stored, const PngHeader& header, const PngColours& colours, Raster& raster) {
    const std::vector<std::uint8_t> zeros(header.row_bytes(header.size.width));
    std::uint8_t* at = stored.data();
    for (const PngPass& pass : header.passes()) {
        const Size part = pass.of(header.size);
        if (part.pixels() == 0) continue;
        const std::size_t bytes = header.row_bytes(part.width);
        const std::uint8_t* previous = zeros.data();
        for (std::size_t y = 0; y < part.height; ++y) {
            undo_png_filter<pixel>(at[0], at + 1, previous, bytes);
            write_png_row({at + 1, bytes}, part.width, header, colours,
                          raster.words() + (pass.first.height + y * pass.step.height) * header.size.width + pass.first.width,
                          pass.step.width);
            previous = at + 1;
            at += 1 + bytes;
        }
    }
}

inline void read_png_rows(std::span<std::uint8_t> stored, const PngHeader& header, const PngColours& colours, Raster& raster) {
    switch (header.channels * header.depth / 8) {
        case 2:
            return read_png_rows<2>(stored, header, colours, raster);
        case 3:
            return read_png_rows<3>(stored, header, colours, raster);
        case 4:
            return read_png_rows<4>(stored, header, colours, raster);
        case 6:
            return read_png_rows<6>(stored, header, colours, raster);
        case 8:
            return read_png_rows<8>(stored, header, colours, raster);
        default:
            return read_png_rows<1>(stored, header, colours, raster);
    }
}

}  // namespace denim::inline DENIM_TARGET::detail
