// SPDX-License-Identifier: MIT
#pragma once

// A picture in, the same picture as another camera might have seen it out. One turn of coordinates and one turn of colours,
// whatever is asked for; whole numbers, so that a seed gives the same bits on every machine.

#include <denim/data/change_colours.hpp>
#include <denim/data/move_pixels.hpp>
#include <denim/machine/accepted.hpp>
#include <denim/machine/random.hpp>
#include <denim/tensor/shape.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// How far pictures may be changed while a network learns; every range is drawn from evenly, in both directions.
struct Augmentation {
    bool flip = false;          ///< left to right, every second picture
    float shift = 0;            ///< share of the height and of the width; whole pixels, unless turned, zoomed or cropped too
    float turn = 0;             ///< degrees, about the middle
    float zoom = 0;             ///< 0.1: from 0.9 to 1.1 times as large
    float crop = 0;             ///< 0.1: a window of 0.9 to 1 of each side, anywhere in the picture, fills it
    float brightness = 0;       ///< share of the whole range, 255, that is added
    float contrast = 0;         ///< 0.1: distances from each channel's mean grow by 0.9 to 1.1
    float saturation = 0;       ///< 0.1: distances from grey grow by 0.9 to 1.1
    float hue = 0;              ///< degrees on the circle of colours
    float erase = 0;            ///< how likely a rectangle of one colour hides a part (Zhong et al., "Random erasing", 2020)
    std::uint8_t ground = 255;  ///< what comes in from outside of the picture

    static constexpr Accepted degrees{.highest = 360};

    friend bool operator==(const Augmentation&, const Augmentation&) = default;

    static constexpr const char* name = "Augmentation";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("flip", flip, from_0_to_1);
        each("shift", shift, from_0_to_1);
        each("turn", turn, degrees);
        each("zoom", zoom, from_0_to_1);
        each("crop", crop, from_0_to_1);
        each("brightness", brightness, from_0_to_1);
        each("contrast", contrast, from_0_to_1);
        each("saturation", saturation, from_0_to_1);
        each("hue", hue, degrees);
        each("erase", erase, from_0_to_1);
        each("ground", ground, Accepted{.highest = 255});
    }
    /// Throws std::invalid_argument if a setting is not accepted, or changes nothing of such pictures.
    void check(Shape of) const {
        check_settings_of(*this);
        if (of.vector() && *this != Augmentation{.ground = ground})
            throw std::invalid_argument("denim: Augmentation: it changes pictures, but these are vectors of " + std::to_string(of.channels) + " numbers");
        if ((saturation > 0 || hue > 0) && of.channels != 3)
            throw std::invalid_argument("denim: Augmentation: saturation and hue are of pictures with 3 channels, but got " + std::to_string(of.channels));
    }

    /// Writes `in`, a plain (H, W, C) block of bytes, changed, to `out`, another one. Hue and saturation are of pictures with
    /// three channels.
    void apply(const std::uint8_t* in, Shape shape, std::uint8_t* out, Random random) const;

    /// The same as floats from 0 to 1.
    void apply(const std::uint8_t* in, Shape shape, float* out, Random random) const {
        std::vector<std::uint8_t> bytes(shape.size());
        apply(in, shape, bytes.data(), random);
        for (std::size_t i = 0; i < bytes.size(); ++i) out[i] = static_cast<float>(bytes[i]) * (1.0f / 255);
    }

    /// The numbers that sample `sample` draws in an epoch, the same for any number of threads.
    static Random random_of(Seed seed, std::uint64_t epoch, std::uint64_t sample) {
        constexpr std::uint64_t apart = 0x617567'6d656e74;  // from the numbers of dropout and order
        return Random{Seed{seed.value ^ apart}, epoch << 32 | (sample & 0xFFFFFFFF)};
    }
};

inline void Augmentation::apply(const std::uint8_t* in, Shape shape, std::uint8_t* out, Random random) const {
    // All numbers are drawn whatever is asked for, so that one range leaves the others' numbers alone.
    const auto either_way = [&](float range) { return random.uniform(-1, 1) * static_cast<double>(range); };
    const bool flipped = random.uniform() < 0.5 && flip;
    const double height = static_cast<double>(shape.height), width = static_cast<double>(shape.width);
    double right = either_way(shift) * width, down = either_way(shift) * height;
    if (turn == 0 && zoom == 0 && crop == 0) right = std::round(right), down = std::round(down);  // what is sharp stays sharp
    const double angle = either_way(turn);
    const double larger = std::max(1 + either_way(zoom), 0.05),
                 window = std::max(1 - random.uniform() * static_cast<double>(crop), 0.05);
    const double window_x = random.uniform() * (1 - window) * width, window_y = random.uniform() * (1 - window) * height;
    const double added = either_way(brightness) * 255, factor = 1 + either_way(contrast);
    const double saturated = 1 + either_way(saturation), turned_hue = either_way(hue);

    if (right == 0 && down == 0 && angle == 0 && larger == 1 && window == 1) {
        if (flipped)
            detail::flip_pixels(in, shape, out);
        else
            std::memcpy(out, in, shape.size());
    } else {
        const double scale = window / larger, c = std::cos(angle * std::numbers::pi / 180) * scale,
                     s = std::sin(angle * std::numbers::pi / 180) * scale;
        std::array<double, 6> map{c, s, 0, -s, c, 0};
        // The middle of the new picture shows the middle of the window, moved.
        map[2] = window_x + (width / 2 - right) * window - c * width / 2 - s * height / 2 + (c + s) / 2 - 0.5;
        map[5] = window_y + (height / 2 - down) * window + s * width / 2 - c * height / 2 + (c - s) / 2 - 0.5;
        if (flipped) map = {-c, -s, width - 1 - map[2], map[3], map[4], map[5]};
        const detail::PixelMap fixed{map};
        switch (shape.channels) {
            case 1:
                detail::move_pixels<1>(in, shape, fixed, ground, out);
                break;
            case 3:
                detail::move_pixels<3>(in, shape, fixed, ground, out);
                break;
            case 4:
                detail::move_pixels<4>(in, shape, fixed, ground, out);
                break;
            default:
                throw std::invalid_argument("denim: pictures of 1, 3 or 4 channels can be moved, but got " +
                                            std::to_string(shape.channels));
        }
    }
    if (factor != 1 || added != 0) detail::stretch_values(out, shape, factor, added);
    if (shape.channels == 3 && (saturated != 1 || turned_hue != 0))
        detail::turn_colours(out, shape.height * shape.width, detail::colour_matrix(turned_hue, saturated));

    if (random.uniform() >= static_cast<double>(erase)) return;
    const double area = random.uniform(0.02, 0.2) * height * width, aspect = std::exp(random.uniform(-1.2, 1.2));
    const auto side = [](double length, std::size_t limit) {
        return std::clamp<std::size_t>(static_cast<std::size_t>(length + 0.5), 1, limit);
    };
    const std::size_t rows = side(std::sqrt(area * aspect), shape.height),
                      columns = side(std::sqrt(area / aspect), shape.width);
    const std::size_t top = random.below(static_cast<std::uint32_t>(shape.height - rows + 1));
    const std::size_t left = random.below(static_cast<std::uint32_t>(shape.width - columns + 1));
    const Random::Block colour = random.block(1000);
    for (std::size_t y = top; y < top + rows; ++y)
        for (std::size_t x = left; x < left + columns; ++x)
            for (std::size_t c = 0; c < shape.channels; ++c)
                out[(y * shape.width + x) * shape.channels + c] = static_cast<std::uint8_t>(colour[c % 4] >> 24);
}

}  // namespace denim::inline DENIM_TARGET
