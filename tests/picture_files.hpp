// SPDX-License-Identifier: MIT
#pragma once

// Small picture files, byte by byte, for tests of what reads them.

#include <denim/image/encode.hpp>

#include <initializer_list>
#include <string_view>

namespace picture_files {

using denim::Picture;
using denim::Size;
using File = std::vector<std::uint8_t>;

/// A picture whose every pixel differs from its neighbours.
inline Picture pattern(Size size, unsigned seed = 0) {
    Picture picture{size};
    for (std::size_t y = 0; y < size.height; ++y)
        for (std::size_t x = 0; x < size.width; ++x)
            for (std::size_t c = 0; c < 3; ++c)
                picture.at(y, x)[c] = static_cast<std::uint8_t>(31 * x + 57 * y + 85 * c + 11 * x * y + 101 * seed);
    return picture;
}

/// A picture that a JPEG keeps well: slow changes of colour.
inline Picture slope(Size size, unsigned seed = 0) {
    Picture picture{size};
    for (std::size_t y = 0; y < size.height; ++y)
        for (std::size_t x = 0; x < size.width; ++x) {
            picture.at(y, x)[0] = static_cast<std::uint8_t>(255 * x / size.width);
            picture.at(y, x)[1] = static_cast<std::uint8_t>(255 * y / size.height);
            picture.at(y, x)[2] = static_cast<std::uint8_t>(37 * seed);
        }
    return picture;
}

inline void append(File& file, std::string_view text) {
    for (const char letter : text) file.push_back(static_cast<std::uint8_t>(letter));
}
inline void append(File& file, std::initializer_list<unsigned> bytes) {
    for (const unsigned byte : bytes) file.push_back(static_cast<std::uint8_t>(byte));
}
inline unsigned low(std::size_t number) { return static_cast<unsigned>(number & 255); }
inline unsigned high(std::size_t number) { return static_cast<unsigned>(number >> 8 & 255); }

inline File pnm(const Picture& picture) {
    File file;
    append(file, "P6\n" + std::to_string(picture.size.width) + " " + std::to_string(picture.size.height) + "\n255\n");
    file.insert(file.end(), picture.pixels.begin(), picture.pixels.end());
    return file;
}

/// A PNM of one channel: the picture's red.
inline File grey_pnm(const Picture& picture) {
    File file;
    append(file, "P5\n" + std::to_string(picture.size.width) + " " + std::to_string(picture.size.height) + "\n255\n");
    for (std::size_t i = 0; i < picture.pixels.size(); i += 3) file.push_back(picture.pixels[i]);
    return file;
}

inline File bmp(const Picture& picture) {
    const auto [height, width] = picture.size;
    const std::size_t row = (3 * width + 3) / 4 * 4, size = 54 + row * height;
    File file;
    append(file, "BM");
    append(file, {low(size), high(size),  low(size >> 16), 0, 0, 0, 0, 0,  54, 0, 0, 0, 40, 0, 0, 0, low(width), high(width), 0,
                  0,         low(height), high(height),    0, 0, 1, 0, 24, 0});
    file.resize(54);
    for (std::size_t y = height; y-- > 0;) {
        for (std::size_t x = 0; x < width; ++x) append(file, {picture.at(y, x)[2], picture.at(y, x)[1], picture.at(y, x)[0]});
        file.resize(file.size() + row - 3 * width);
    }
    return file;
}

/// 24 bits, or 32 with `alpha` for every pixel.
inline File tga(const Picture& picture, int alpha = -1) {
    const auto [height, width] = picture.size;
    File file;
    append(file, {0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, low(width), high(width), low(height), high(height), alpha < 0 ? 24u : 32u,
                  alpha < 0 ? 0x20u : 0x28u});
    for (std::size_t i = 0; i < picture.pixels.size(); i += 3) {
        append(file, {picture.pixels[i + 2], picture.pixels[i + 1], picture.pixels[i]});
        if (alpha >= 0) file.push_back(static_cast<std::uint8_t>(alpha));
    }
    return file;
}

/// With alpha there is a fourth channel; packed, every row is a run of what it is, and its last pixel stands behind a no-op.
inline File psd(const Picture& picture, unsigned bits = 8, int alpha = -1, bool packed = false) {
    const auto [height, width] = picture.size;
    const unsigned channels = alpha < 0 ? 3 : 4, bytes = bits / 8;
    File file;
    append(file, "8BPS");
    append(file, {0, 1, 0, 0, 0, 0, 0, 0, 0, channels, 0, 0, high(height), low(height), 0, 0, high(width), low(width), 0, bits, 0, 3});
    file.resize(file.size() + 12 + 2);  // no colour table, no resources, no layers
    if (packed) {
        file.back() = 1;
        for (std::size_t row = 0; row < channels * height; ++row) append(file, {0, low(width * bytes + 4)});
    }
    for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t i = 0; i < width * height; ++i) {
            const unsigned value = c == 3 ? static_cast<unsigned>(alpha) : picture.pixels[i * 3 + c];
            const bool last = (i + 1) % width == 0;
            if (packed && i % width == 0) append(file, {low(width * bytes - bytes - 1)});
            if (packed && last) append(file, {128u, bits == 8 ? 0u : 255u});
            if (!(packed && last && bits == 16)) append(file, {value});
            if (bits == 16) append(file, {value});  // a run of two equal bytes, where it is the last
        }
    return file;
}

/// Coded pixels of four colours: LZW without compression, as the table is cleared before it grows.
inline void append_gif_pixels(File& file, const std::vector<unsigned>& colours) {
    file.push_back(2);
    File data;
    unsigned bits = 0, count = 0;
    const auto put = [&](unsigned code) {
        bits |= code << count;
        for (count += 3; count >= 8; count -= 8, bits >>= 8) data.push_back(static_cast<std::uint8_t>(bits & 255));
    };
    for (std::size_t i = 0; i < colours.size(); ++i) {
        if (i % 2 == 0) put(4);  // clear
        put(colours[i]);
    }
    put(5);  // end
    while (count != 0) put(0), count = count > 3 ? count : 0;
    for (std::size_t i = 0; i < data.size(); i += 255) {
        const std::size_t block = std::min<std::size_t>(255, data.size() - i);
        file.push_back(static_cast<std::uint8_t>(block));
        file.insert(file.end(), data.begin() + static_cast<std::ptrdiff_t>(i),
                    data.begin() + static_cast<std::ptrdiff_t>(i + block));
    }
    file.push_back(0);
}

/// Pictures of four colours, one after the other; `frames[i]` picks of {black, red, green, white}.
inline File gif(Size size, const std::vector<std::vector<unsigned>>& frames) {
    File file;
    append(file, "GIF89a");
    append(file, {low(size.width), high(size.width), low(size.height), high(size.height), 0x91, 0, 0});
    append(file, {0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 255});
    for (const auto& frame : frames) {
        append(file, {0x2C, 0, 0, 0, 0, low(size.width), high(size.width), low(size.height), high(size.height), 0});
        append_gif_pixels(file, frame);
    }
    file.push_back(0x3B);
    return file;
}

/// The JPEG with an Exif segment that gives its orientation, in little-endian or big-endian order.
inline File with_orientation(File jpeg, unsigned orientation, bool little = true) {
    File segment;
    append(segment, {0xFF, 0xE1, 0, 34});
    append(segment, std::string_view("Exif\0\0", 6));
    if (little)
        append(segment, {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0});
    else
        append(segment, {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0});
    jpeg.insert(jpeg.begin() + 2, segment.begin(), segment.end());
    return jpeg;
}

/// The first part of a file.
inline File cut(File file, double share) {
    file.resize(static_cast<std::size_t>(static_cast<double>(file.size()) * share));
    return file;
}

}  // namespace picture_files
