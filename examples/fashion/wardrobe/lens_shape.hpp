// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/curve.hpp"
#include "fashion/wardrobe/dice.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

enum class LensShape { rectangle, round, cat_eye, aviator, square, oval, hexagon, butterfly, browline };

/// The outline of the left lens, 1 wide and 1 high around 0; its outer side is at negative x.
inline Path lens_outline(LensShape shape, Dice& dice) {
    Path line;
    const double square =
        std::array{4.2, 2.05, 3.0, 2.4, 3.4, 2.25, 2.0, 2.9, 3.4}[static_cast<std::size_t>(shape)] * dice.between(0.92, 1.1);
    const double lifted = dice.between(0.12, 0.32), narrowed = dice.between(0.0, 0.13), drop = dice.between(0.04, 0.1),
                 tilt = dice.between(-0.05, 0.05);
    const int corners = dice.chance(0.5) ? 6 : 8;
    const double nose = shape == LensShape::round ? 0 : dice.between(0.04, 0.26);
    constexpr int steps = 64;
    for (int i = 0; i < steps; ++i) {
        const double angle = 2 * std::numbers::pi * i / steps, c = std::cos(angle), s = std::sin(angle);
        double x = std::copysign(std::pow(std::abs(c), 2 / square), c), y = std::copysign(std::pow(std::abs(s), 2 / square), s);
        if (shape == LensShape::hexagon) {  // a polygon with its corners taken off
            const double sector = 2 * std::numbers::pi / corners,
                         part = std::fmod(angle + (corners == 8 ? sector / 2 : 0), sector) - sector / 2;
            const double reach = std::min(1.0, std::cos(sector / 2) / std::cos(part) * 1.04) / std::cos(sector / 2) * 0.96;
            x = c * reach, y = s * reach;
        }
        const double below = std::max(0.0, -y), outside = std::max(0.0, -x);
        switch (shape) {
            case LensShape::cat_eye:
            case LensShape::butterfly:
                y += lifted * outside * (y > -0.2 ? 1 : 0.35);
                x *= 1 - (narrowed + 0.06) * below;
                break;
            case LensShape::aviator:
                x = x * (1 - 0.2 * below) - drop * below;
                y = y > 0 ? y * 0.86 : y * 1.12;
                break;
            case LensShape::browline:
                x *= 1 - 0.12 * below;
                break;
            case LensShape::rectangle:
            case LensShape::square:
                x *= 1 - narrowed * below;
                break;
            default:
                break;
        }
        if (x > 0) x *= 1 - nose * below * below;
        line.push_back({x / 2, y / 2 - tilt * x});
    }
    double left = 0, right = 0;
    for (const Point p : line) left = std::min(left, p.x), right = std::max(right, p.x);
    for (Point& p : line) p.x = (p.x - left) / (right - left) - 0.5;
    return line;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
