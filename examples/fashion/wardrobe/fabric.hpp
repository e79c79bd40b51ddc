// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/colour.hpp"
#include "fashion/wardrobe/curve.hpp"
#include "fashion/wardrobe/dice.hpp"
#include "fashion/wardrobe/noise.hpp"

#include <functional>
#include <utility>

namespace denim::inline DENIM_TARGET::wardrobe {

/// Where a fabric is looked at: `pixel` on the photograph (y down), `place` on the object (y up).
struct Spot {
    Point pixel, place;
};

/// What a part is made of: a colour at each spot, and the colour that it has on the whole.
class Fabric {
public:
    using Weave = std::function<Colour(const Spot&)>;

    Fabric(Colour colour) : colour_(colour) {}  // NOLINT: a colour is a fabric
    Fabric(Colour colour, Weave weave) : colour_(colour), weave_(std::move(weave)) {}

    [[nodiscard]] Colour colour() const { return colour_; }
    [[nodiscard]] bool plain() const { return !weave_; }
    [[nodiscard]] Colour operator()(const Spot& spot) const { return weave_ ? weave_(spot) : colour_; }

private:
    Colour colour_;
    Weave weave_;
};

/// Cloth or skin with a grain: `fine` from pixel to pixel, `coarse` over some pixels, `broad` over large parts; in levels.
inline Fabric grained(Colour colour, Dice& dice, double fine, double coarse, double broad) {
    const Noise noise{dice.seed()};
    const double scale = 0.35 + 0.65 * std::min(1.0, colour.luminance() / 130);
    return {colour, [=](const Spot& s) {
                const double x = s.pixel.x, y = s.pixel.y;
                return colour + scale * (fine * noise(x * 0.9, y * 0.9) + coarse * noise(x / 5 + 90, y / 5) +
                                         broad * noise(x / 40, y / 40 + 70));
            }};
}

inline Fabric smooth(Colour colour, Dice& dice) { return grained(colour, dice, 1.5, 1, 2); }
inline Fabric leather(Colour colour, Dice& dice) { return grained(colour, dice, 2, 1.5, 5); }
inline Fabric suede(Colour colour, Dice& dice) { return grained(colour, dice, 5, 4, 5); }

/// Threads over and under: a fine check of `depth` levels on every other pixel.
inline Fabric canvas(Colour colour, Dice& dice) {
    const Fabric ground = grained(colour, dice, 3, 1.5, 3);
    const double depth = dice.between(2, 7);
    return {colour, [=](const Spot& s) {
                const auto thread = static_cast<int>(s.pixel.x) + static_cast<int>(s.pixel.y);
                return ground(s) + (thread % 2 == 0 ? depth : -depth) * 0.5;
            }};
}

/// Twill of yarn: wool of trousers, `depth` levels between the ridges.
inline Fabric twill(Colour colour, Dice& dice, double depth) {
    const Fabric ground = grained(colour, dice, 3, 1.5, 2);
    const double pitch = dice.between(2.2, 4);
    return {colour, [=](const Spot& s) { return ground(s) + depth * std::sin((s.pixel.x + 2 * s.pixel.y) * 2.8 / pitch); }};
}

/// Ribs across (angle 0: lines that stand upright) that darken the fabric by `depth`: elastic, cuffs, rope.
inline Fabric ribbed(Fabric ground, double pitch, double angle, double depth) {
    const double cx = std::cos(angle) * 6.2832 / pitch, cy = std::sin(angle) * 6.2832 / pitch;
    return {ground.colour() * (1 - depth / 2),
            [=](const Spot& s) { return ground(s) * (1 - depth * (0.5 + 0.5 * std::sin(s.pixel.x * cx + s.pixel.y * cy))); }};
}

/// Straw, jute, cork: short strokes of light and dark.
inline Fabric rope(Colour colour, Dice& dice) {
    const Noise noise{dice.seed()};
    const double pitch = dice.between(3, 6), lean = dice.between(-0.6, 0.6);
    return {colour, [=](const Spot& s) {
                const double row = std::floor(s.pixel.y / pitch);
                const double strand =
                    std::sin((s.pixel.x + lean * s.pixel.y + 7 * noise.lattice(3, static_cast<int>(row))) * 1.9);
                const double gap = std::abs(s.pixel.y / pitch - row - 0.5) * 2;
                return colour * (1.03 + 0.18 * strand - 0.26 * gap * gap + 0.05 * noise(s.pixel.x, s.pixel.y));
            }};
}

inline Fabric glitter(Colour colour, Dice& dice) {
    const Noise noise{dice.seed()};
    return {colour, [=](const Spot& s) {
                return colour + 24 * noise(s.pixel.x * 0.6, s.pixel.y * 0.6) +
                       22 * noise.lattice(static_cast<int>(s.pixel.x), static_cast<int>(s.pixel.y));
            }};
}

/// Metal and patent: bands of light along the outline's height.
inline Fabric mirror_like(Colour colour, Dice& dice) {
    const Noise noise{dice.seed()};
    const double pitch = dice.between(14, 40);
    return {colour, [=](const Spot& s) {
                const double wave = noise(s.pixel.x / pitch, s.pixel.y / pitch * 1.6);
                return wave > 0 ? mix(colour, paper, std::min(0.75, wave * 0.4)) : colour * std::max(0.35, 1 + wave * 0.3);
            }};
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
