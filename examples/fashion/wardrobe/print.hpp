// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/fabric.hpp"
#include "fashion/wardrobe/palette.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// Spots of `ink` with a rim and a heart of `heart`, about `size` pixels apart: leopard, pony, splashes.
inline Fabric spotted(Fabric ground, Colour ink, Colour heart, double size, double threshold, Dice& dice) {
    const Noise noise{dice.seed()};
    return {mix(ground.colour(), ink, 0.35), [=](const Spot& s) {
                const double hill =
                    noise(s.pixel.x / size, s.pixel.y / size) + 0.25 * noise(s.pixel.x / size * 3, s.pixel.y / size * 3);
                if (hill > threshold + 0.85) return heart;
                return hill > threshold ? ink : ground(s);
            }};
}

inline Fabric leopard(Dice& dice) {
    const Colour ground = dyed(dice.any(Colour{205, 165, 115}, Colour{228, 218, 202}, Colour{170, 132, 98}), dice, 8);
    const Fabric hide = smooth(ground, dice);
    return spotted(hide, {36, 29, 26}, darker(ground, 0.72), dice.between(3.5, 8), dice.between(0.3, 0.75), dice);
}

/// Stripes of `ink`: every `pitch` pixels, `share` of it wide, turned by `angle` (0: upright).
inline Fabric striped(Fabric ground, Colour ink, double pitch, double angle, double share) {
    const double cx = std::cos(angle) / pitch, cy = std::sin(angle) / pitch;
    const double soft = 1.2 / pitch;
    return {mix(ground.colour(), ink, share), [=](const Spot& s) {
                const double phase = s.pixel.x * cx + s.pixel.y * cy, place = phase - std::floor(phase);
                const double inside = std::clamp(std::min(place, share - place) / soft + 0.5, 0.0, 1.0);
                return mix(ground(s), ink, inside);
            }};
}

/// Checks: bands both ways, each lets the ground shine through.
inline Fabric checked(Fabric ground, Colour ink, double pitch, double share, double strength) {
    const Fabric once = striped(ground, mix(ground.colour(), ink, strength), pitch, 0.02, share);
    return {mix(ground.colour(), ink, strength * share), [=](const Spot& s) {
                const double phase = s.pixel.y / pitch, place = phase - std::floor(phase);
                return mix(once(s), ink, place < share ? strength * 0.8 : 0);
            }};
}

/// Patches of several inks over each other: flowers, camouflage, paint.
inline Fabric patched(std::vector<Colour> inks, double size, double threshold, Dice& dice) {
    const Noise noise{dice.seed()};
    Colour mean{};
    for (const Colour& ink : inks) mean = mean + ink * (1.0 / static_cast<double>(inks.size()));
    return {mean, [=](const Spot& s) {
                Colour colour = inks[0];
                for (std::size_t i = 1; i < inks.size(); ++i) {
                    const double shift = 37.0 * static_cast<double>(i);
                    if (noise(s.pixel.x / size + shift, s.pixel.y / size - shift) > threshold) colour = inks[i];
                }
                return colour + 2 * noise(s.pixel.x, s.pixel.y);
            }};
}

inline Fabric camouflage(Dice& dice) {
    return patched({dyed(dye::olive, dice), {70, 62, 45}, {124, 114, 84}, {46, 48, 38}}, dice.between(10, 18),
                   dice.between(0.3, 0.7), dice);
}

inline Fabric floral(Colour ground, Dice& dice) {
    std::vector<Colour> inks{ground};
    for (int i = dice.whole(2, 4); i > 0; --i) inks.push_back(any_dye(dice));
    return patched(inks, dice.between(5, 16), dice.between(0.5, 1.1), dice);
}

/// Scales of a crocodile: darker lines around plates.
inline Fabric crocodile(Colour colour, Dice& dice) {
    const Noise noise{dice.seed()};
    const double pitch = dice.between(7, 13);
    return {colour, [=](const Spot& s) {
                const double bend = noise(s.pixel.x / 20, s.pixel.y / 20) * 2.5;
                const double row = std::floor((s.pixel.y + bend) / (pitch * 0.75));
                const double x = (s.pixel.x + bend) / pitch + 0.5 * row, y = (s.pixel.y + bend) / (pitch * 0.75);
                const double seam = std::min(std::min(x - std::floor(x), std::ceil(x) - x) * pitch,
                                             std::min(y - std::floor(y), std::ceil(y) - y) * pitch);
                const double plate = noise.lattice(static_cast<int>(std::floor(x)), static_cast<int>(row));
                return seam < 0.9 ? colour * 0.45 : colour * (1 + 0.1 * plate) + std::max(0.0, plate) * 10;
            }};
}

/// Acetate of two browns.
inline Fabric tortoise(Dice& dice) {
    const Colour amber =
        dyed(dice.any(Colour{150, 88, 40}, Colour{176, 112, 56}, Colour{112, 62, 34}, Colour{196, 150, 96}), dice, 8);
    const Noise noise{dice.seed()};
    const double size = dice.between(4, 9), cut = dice.between(-0.5, 0.5);
    return {mix(amber, {45, 28, 22}, 0.6), [=](const Spot& s) {
                const double hill =
                    noise(s.pixel.x / size, s.pixel.y / size) + 0.4 * noise(s.pixel.x / size * 2.3, s.pixel.y / size * 2.3);
                return mix({42, 27, 24}, amber, std::clamp((hill - cut) * 0.9, 0.0, 1.0));
            }};
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
