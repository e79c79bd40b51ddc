// SPDX-License-Identifier: MIT
#pragma once

// From a painted sheet to a photograph: the light of the ground, the lens, the exposure.

#include "fashion/wardrobe/painter.hpp"

#include <denim/image/picture.hpp>

namespace denim::inline DENIM_TARGET::wardrobe {

/// One way to photograph. Measured on real photographs: trousers are 10 to 40 levels brighter 2 pixels inside of their outline
/// than in their middle, and at 5 pixels hardly darker.
struct Camera {
    double rounding = 1;    ///< of the edge shading that a part asks for
    double glare = 0;       ///< how much of the white ground's light comes over the outline
    double reach = 4;       ///< over so many pixels
    double softness = 0.7;  ///< standard deviation of what the lens makes of a point, in pixels
    double gamma = 1, saturation = 1;
    double grain = 0.8;  ///< the sensor's noise, in levels
};

inline Camera camera(Dice& dice) {
    return {.rounding = dice.between(0.05, 0.6),
            .glare = dice.chance(0.75) ? dice.between(0.02, 0.2) : 0,
            .reach = dice.between(2.5, 6),
            .softness = dice.between(0.4, 0.85),
            .gamma = dice.between(0.88, 1.16),
            .saturation = dice.chance(0.4) ? dice.between(0.78, 1.2) : 1,
            .grain = dice.between(0.3, 1.4)};
}

namespace detail {

/// The ground shines over the outline of what lies on it.
inline void spill_light(Sheet& sheet, double glare, double reach) {
    Mask covered{.width = photograph_width, .height = photograph_height, .value = sheet.covered};
    const Mask inside = blurred(std::move(covered), reach);
    for (std::size_t i = 0; i < sheet.covered.size(); ++i) {
        const float share = static_cast<float>(glare) * sheet.covered[i] * (1 - inside.value[i]);
        for (float& part : std::span{sheet.rgb}.subspan(3 * i, 3)) part += share * (255 - part);
    }
}

/// No lens draws an outline in one pixel: a bell curve over five, down the columns and along the rows; around the sheet it
/// is white.
inline void soften(Sheet& sheet, double deviation) {
    const double near = std::exp(-0.5 / (deviation * deviation)), far = std::exp(-2 / (deviation * deviation)),
                 sum = 1 + 2 * near + 2 * far;
    const auto middle = static_cast<float>(1 / sum), one = static_cast<float>(near / sum), two = static_cast<float>(far / sum);
    constexpr std::ptrdiff_t row = 3 * photograph_width, margin = 2, step = row + 6 * margin;
    std::vector<float> across((photograph_height + 2 * margin) * step, 255.0F), down = across;
    const auto begin = [](std::vector<float>& sheet_with_margin, std::ptrdiff_t y) {
        return sheet_with_margin.data() + (y + margin) * step + 3 * margin;
    };
    const auto pass = [&](std::vector<float>& from, std::vector<float>& to, std::ptrdiff_t next) {
        for (std::ptrdiff_t y = 0; y < photograph_height; ++y) {
            const float* a = begin(from, y);
            float* b = begin(to, y);
            for (std::ptrdiff_t x = 0; x < row; ++x)
                b[x] = middle * a[x] + one * (a[x - next] + a[x + next]) + two * (a[x - 2 * next] + a[x + 2 * next]);
        }
    };
    for (std::ptrdiff_t y = 0; y < photograph_height; ++y) std::copy_n(sheet.rgb.data() + y * row, row, begin(across, y));
    pass(across, down, step);
    pass(down, across, 3);
    for (std::ptrdiff_t y = 0; y < photograph_height; ++y) std::copy_n(begin(across, y), row, sheet.rgb.data() + y * row);
}

}  // namespace detail

/// What the camera makes of a sheet: what is white stays white.
inline Picture exposed(Sheet sheet, const Camera& camera, std::uint32_t seed) {
    detail::spill_light(sheet, camera.glare, camera.reach);
    detail::soften(sheet, camera.softness);
    const Noise noise{seed};
    std::array<double, 1025> curve_of{};
    for (std::size_t i = 0; i < curve_of.size(); ++i)
        curve_of[i] = 255 * std::pow(static_cast<double>(i) / 1024, camera.gamma);
    const auto toned = [&](float value) {
        return curve_of[static_cast<std::size_t>(std::clamp(static_cast<double>(value), 0.0, 255.0) * (1024 / 255.0) + 0.5)];
    };
    Picture picture{Size{photograph_height, photograph_width}};
    for (std::size_t i = 0; i < sheet.covered.size(); ++i) {
        const float* from = sheet.rgb.data() + 3 * i;
        if (from[0] >= 255 && from[1] >= 255 && from[2] >= 255) continue;
        const Colour seen{toned(from[0]), toned(from[1]), toned(from[2])};
        const Colour grey = Colour{} + seen.luminance();
        const double speck = camera.grain * static_cast<double>(sheet.covered[i]) * 1.7 *
                             noise.lattice(static_cast<int>(i % photograph_width), static_cast<int>(i / photograph_width));
        const Colour kept = mix(grey, seen, camera.saturation) + speck;
        const double parts[3]{kept.red, kept.green, kept.blue};
        for (std::size_t c = 0; c < 3; ++c)
            picture.pixels[3 * i + c] = static_cast<std::uint8_t>(std::clamp(parts[c], 0.0, 255.0) + 0.5);
    }
    return picture;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
