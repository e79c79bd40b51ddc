// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/print.hpp"
#include "fashion/wardrobe/trouser_cut.hpp"

#include <memory>

namespace denim::inline DENIM_TARGET::wardrobe {

/// How a pair of jeans was washed.
struct Wash {
    Colour colour, faded;
    double thighs = 0, knees = 0, shins = 0;  ///< how much it has faded there, 0 to 1
    double acid = 0;                          ///< in clouds
    double slub = 1;                          ///< how uneven the yarn is
    double overall = 0;                       ///< brighter from the hip to the knee, all over the leg
};

inline Wash wash(const TrouserRates& rates, Dice& dice) {
    Wash w;
    w.colour = pick(rates.palette, dice, 10);
    const double light = w.colour.luminance();
    const bool blue = w.colour.blue > w.colour.red + 8, can_fade = blue || (light > 25 && light < 190);
    w.faded = dice.chance(0.8) ? lighter(w.colour, dice.between(0.3, 0.65)) : lighter(w.colour, 0.4) * 0.97 + Colour{6, 2, -16};
    if (can_fade && dice.chance(rates.faded)) {
        w.thighs = dice.between(0.1, 0.75), w.knees = dice.between(0, 0.6),
        w.shins = dice.chance(0.35) ? dice.between(0.1, 0.5) : 0;
        w.overall = dice.between(0, 0.3);
    }
    if (can_fade && dice.chance(rates.acid)) w.acid = dice.between(0.2, 0.55);
    w.slub = dice.between(0.5, 1.6);
    if (!blue && light > 190) w.thighs *= 0.3;
    return w;
}

/// Denim: blue warp over white weft, worn white where the leg bends and where it is sat upon.
inline Fabric denim_cloth(const Wash& w, const TrouserCut& cut, Dice& dice) {
    const Noise noise{dice.seed()};
    const auto seams = std::make_shared<const TrouserCut>(cut);
    const double k = 1 / cut.length, thigh_y = 1 - 0.34 * k, knee_y = std::max(0.2, 1 - 0.57 * k),
                 reach = dice.between(0.1, 0.18) * k, narrow = dice.between(0.2, 0.36), shift = dice.between(-0.12, 0.08),
                 leaning = dice.spread(0.2);  // no two legs are worn alike
    const double shown = 0.5 + 0.5 * std::min(1.0, w.colour.luminance() / 110);
    return {
        w.colour, [=](const Spot& s) {
            const double x = s.pixel.x, y = s.pixel.y;
            const double yarn =
                w.slub * (2.6 * noise(x * 1.1, y * 0.22) + 2.2 * noise(x * 0.9, y * 0.9) + 1.5 * std::sin((x + 2 * y) * 1.25)) +
                2 * noise(x / 14, y / 18 + 30);
            const double height = s.place.y, width = std::max(0.02, seams->width_at(height));
            const double off = (std::abs(s.place.x) - seams->middle_at(height)) / width - shift;
            const auto bump = [](double d) { return std::exp(-d * d); };
            const double across = bump(off / narrow) * (1 + 0.16 * noise(x / 9, y / 3.5 + 11)) *
                                  (1 + (s.place.x < 0 ? leaning : -leaning));
            double worn = across * (w.thighs * bump((height - thigh_y) / reach) +
                                    w.knees * bump((height - knee_y) / (reach * 0.8)) + w.shins * bump((height - 0.2) / 0.12));
            worn += w.overall * bump((height - 0.62) / 0.3);
            if (w.acid > 0)
                worn += w.acid * std::clamp(0.5 + noise(x / 10, y / 13) * 0.6 + 0.35 * noise(x / 2.5, y / 3), 0.0, 1.4);
            return mix(w.colour, w.faded, std::clamp(worn, 0.0, 0.92)) + yarn * shown;
        }};
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
