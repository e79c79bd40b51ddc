// SPDX-License-Identifier: MIT
#pragma once

// The first picture of a GIF on its canvas; CompuServe's GIF89a. Here because stb_image takes nine bytes of memory for each
// pixel of the canvas and exchanges red and blue of its background.

#include <denim/image/bytes.hpp>
#include <denim/image/density.hpp>
#include <denim/image/raster.hpp>

#include <optional>
#include <string>

namespace denim::inline DENIM_TARGET::detail {

/// The canvas that the first bytes of a GIF name; nothing if they are cut off.
inline std::optional<Size> read_gif_size(Bytes file) {
    if (file.size() < 13) return std::nullopt;
    return Size{little_endian(file, 8, 2), little_endian(file, 6, 2)};
}

/// The first picture of a GIF: where it stands on the canvas, its colours and its coded pixels.
struct GifFrame {
    std::size_t left = 0, top = 0;
    Size size;
    bool interlaced = false;
    Bytes palette, canvas_palette;       ///< three bytes a colour
    std::size_t background = 0;          ///< in the canvas's palette
    std::optional<std::size_t> clear{};  ///< the colour that is transparent
    unsigned code_bits = 0;              ///< of a colour, in the coded pixels
    Bytes data;                          ///< blocks, each behind its length
};

/// Throws PictureError.
inline GifFrame read_gif_frame(Bytes file) {
    std::size_t at = 6;
    const auto take = [&](std::size_t count) {
        if (file.size() - at < count) throw PictureError("the GIF is cut off");
        at += count;
        return file.subspan(at - count, count);
    };
    const auto palette = [&](unsigned flags) { return (flags & 0x80) != 0 ? take(std::size_t{6} << (flags & 7)) : Bytes{}; };
    if (!starts_with(file, "GIF87a") && !starts_with(file, "GIF89a"))
        throw PictureError("the header of the GIF is cut off or damaged");
    GifFrame frame;
    const Bytes screen = take(7);
    const Size canvas = *read_gif_size(file);
    frame.background = screen[5];
    frame.canvas_palette = palette(screen[4]);
    for (;;) {
        const unsigned kind = take(1)[0];
        if (kind == 0x3B) throw PictureError("the GIF is damaged: it ends before its first picture");
        if (kind == 0x2C) break;
        if (kind != 0x21) throw PictureError("the GIF is damaged: there is no block of the kind " + std::to_string(kind));
        const unsigned label = take(1)[0];
        for (std::size_t length = take(1)[0]; length > 0; length = take(1)[0]) {
            const Bytes block = take(length);
            if (label == 0xF9 && length >= 4)
                frame.clear = (block[0] & 1) != 0 ? std::optional<std::size_t>{block[3]} : std::nullopt;
        }
    }
    const Bytes place = take(9);
    frame.left = little_endian(place, 0, 2);
    frame.top = little_endian(place, 2, 2);
    frame.size = {little_endian(place, 6, 2), little_endian(place, 4, 2)};
    frame.interlaced = (place[8] & 0x40) != 0;
    frame.palette = palette(place[8]);
    if (frame.palette.empty()) frame.palette = frame.canvas_palette;
    frame.code_bits = take(1)[0];
    frame.data = file.subspan(at);
    if (frame.left + frame.size.width > canvas.width || frame.top + frame.size.height > canvas.height)
        throw PictureError("the GIF is damaged: its first picture leaves the canvas");
    if (frame.palette.empty()) throw PictureError("the GIF is damaged: its first picture has no colours");
    if (frame.code_bits < 1 || frame.code_bits > 11)
        throw PictureError("the GIF is damaged: a colour of 1 to 11 bits was expected, but it has " +
                           std::to_string(frame.code_bits));
    return frame;
}

/// The codes of growing length in a GIF's blocks.
class GifCodes {
public:
    explicit GifCodes(Bytes blocks) : left_(blocks) {}

    unsigned next(unsigned bits) {
        while (held_ < bits) {
            if (in_block_ == 0) {
                in_block_ = byte();
                if (in_block_ == 0) throw PictureError("the GIF is damaged: its first picture lacks pixels");
            }
            word_ |= byte() << held_;
            held_ += 8;
            --in_block_;
        }
        const unsigned code = word_ & ((1u << bits) - 1);
        word_ >>= bits;
        held_ -= bits;
        return code;
    }

private:
    unsigned byte() {
        if (left_.empty()) throw PictureError("the GIF is cut off");
        const unsigned value = left_.front();
        left_ = left_.subspan(1);
        return value;
    }

    Bytes left_;
    unsigned in_block_ = 0, word_ = 0, held_ = 0;
};

/// Undoes LZW: gives `put` the colour of each pixel, `pixels` times. Throws PictureError.
template <class Put>
void read_gif_pixels(const GifFrame& frame, std::size_t pixels, const Put& put) {
    constexpr unsigned most = 4096, none = most;
    const unsigned clear = 1u << frame.code_bits, end = clear + 1;
    struct Entry {
        std::uint16_t before;  // the string but its last colour
        std::uint16_t first, last;
    };
    std::array<Entry, most> table;
    std::array<std::uint16_t, most> string;  // of a code, from its end
    for (unsigned code = 0; code < clear; ++code)
        table[code] = {none, static_cast<std::uint16_t>(code), static_cast<std::uint16_t>(code)};
    GifCodes codes{frame.data};
    unsigned bits = frame.code_bits + 1, size = end + 1, previous = none;
    for (std::size_t done = 0; done < pixels;) {
        const unsigned code = codes.next(bits);
        if (code == clear) {
            bits = frame.code_bits + 1;
            size = end + 1;
            previous = none;
            continue;
        }
        if (code == end) throw PictureError("the GIF is damaged: its first picture lacks pixels");
        if (code > size || (code == size && (previous == none || size == most)) || (previous == none && code > end))
            throw PictureError("the GIF is damaged: its coded pixels name a string that there is not yet");
        if (previous != none && size < most) {
            table[size] = {static_cast<std::uint16_t>(previous), table[previous].first,
                           table[code == size ? previous : code].first};
            ++size;
        }
        std::size_t length = 0;
        for (unsigned part = code; part != none; part = table[part].before) string[length++] = table[part].last;
        for (; length > 0 && done < pixels; ++done) put(string[--length]);
        previous = code;
        if (size == 1u << bits && bits < 12) ++bits;
    }
}

/// The first picture on its canvas: around it is the background's colour, or nothing where a colour is transparent; what is
/// transparent is laid over white. Throws PictureError.
inline Raster read_gif(Bytes file) {
    const GifFrame frame = read_gif_frame(file);
    const auto word = [&](Bytes palette, std::size_t colour) {
        std::array<std::uint8_t, 4> bytes{0, 0, 0, 255};
        if (colour == frame.clear)
            bytes = {255, 255, 255, 255};
        else if (3 * colour + 3 <= palette.size())
            std::copy_n(palette.begin() + static_cast<std::ptrdiff_t>(3 * colour), 3, bytes.begin());
        Raster::Word packed;
        std::memcpy(&packed, bytes.data(), sizeof packed);
        return packed;
    };
    std::array<Raster::Word, 2048> colours;
    for (std::size_t colour = 0; colour < colours.size(); ++colour) colours[colour] = word(frame.palette, colour);

    const Size canvas = *read_gif_size(file);
    check_density("GIF", file.size(), canvas, 2560);  // strings of up to 3,838 pixels for twelve bits
    Raster raster{canvas};
    if (frame.size != canvas) {
        constexpr Raster::Word nothing = -1;  // white
        std::fill_n(raster.words(), canvas.pixels(),
                    frame.clear || frame.canvas_palette.empty() ? nothing : word(frame.canvas_palette, frame.background));
    }
    if (frame.size.pixels() == 0) return raster;
    constexpr std::size_t firsts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    std::size_t x = 0, y = 0, pass = 0;
    const auto row = [&] { return raster.words() + (frame.top + y) * canvas.width + frame.left; };
    Raster::Word* to = row();
    read_gif_pixels(frame, frame.size.pixels(), [&](std::size_t colour) {
        to[x] = colours[colour];
        if (++x < frame.size.width) return;
        x = 0;
        y += frame.interlaced ? steps[pass] : 1;
        while (frame.interlaced && y >= frame.size.height && pass < 3) y = firsts[++pass];
        if (y < frame.size.height) to = row();
    });
    return raster;
}

}  // namespace denim::inline DENIM_TARGET::detail
