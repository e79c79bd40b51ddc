// SPDX-License-Identifier: MIT
#pragma once

#include <denim/tensor/shape.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Rows and columns of a picture.
struct Size {
    std::size_t height = 0, width = 0;

    [[nodiscard]] constexpr std::size_t pixels() const { return height * width; }

    friend constexpr bool operator==(const Size&, const Size&) = default;
};

/// A colour, each part 0 to 255.
struct Colour {
    std::uint8_t red = 0, green = 0, blue = 0;

    friend constexpr bool operator==(const Colour&, const Colour&) = default;
};

inline constexpr Colour white{255, 255, 255};

/// A picture in memory: (height, width, 3) bytes, red, green and blue, rows from the top, without gaps.
struct Picture {
    static constexpr std::size_t channels = 3;

    Size size;
    std::vector<std::uint8_t> pixels;

    Picture() = default;
    /// A picture of one colour.
    explicit Picture(Size extent, Colour colour = white) : size(extent), pixels(extent.pixels() * channels) {
        for (std::size_t i = 0; i < pixels.size(); i += channels) {
            pixels[i] = colour.red;
            pixels[i + 1] = colour.green;
            pixels[i + 2] = colour.blue;
        }
    }
    /// Takes (height, width, 3) bytes as they are.
    Picture(Size extent, std::vector<std::uint8_t> bytes) : size(extent), pixels(std::move(bytes)) {
        if (pixels.size() != extent.pixels() * channels)
            throw std::invalid_argument("denim: a picture of " + std::to_string(extent.height) + " x " +
                                        std::to_string(extent.width) + " pixels takes " +
                                        std::to_string(extent.pixels() * channels) + " bytes, " +
                                        std::to_string(pixels.size()) + " came");
    }

    [[nodiscard]] Shape shape() const { return {size.height, size.width, channels}; }
    /// The three bytes of a pixel.
    [[nodiscard]] std::uint8_t* at(std::size_t y, std::size_t x) { return pixels.data() + (y * size.width + x) * channels; }
    [[nodiscard]] const std::uint8_t* at(std::size_t y, std::size_t x) const {
        return pixels.data() + (y * size.width + x) * channels;
    }

    friend bool operator==(const Picture&, const Picture&) = default;
};

}  // namespace denim::inline DENIM_TARGET
