// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/trouser_cut.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// How cloth falls: the shadow between the legs, the light along them, creases at the crotch, at the knees and above the hem.
inline void trouser_folds(Drawing& wear, const TrouserCut& cut, int body, double strength, Dice& dice) {
    const double low = cut.inner.front().y;
    wear.fold({{0, cut.crotch + 0.04}, {0, low - 0.01}}, 0.02, 0.3 * strength, body, 0.012);
    wear.line({{0, cut.crotch}, {0, low}}, 0.003, Colour{20, 20, 22}, {.alpha = 0.5 * strength, .inside = body});
    const double turn = dice.between(0.4, 0.75), light = -dice.between(0.0, 0.16) * strength,
                 dark = dice.between(0.02, 0.2) * strength;
    for (const double side : {-1.0, 1.0}) {
        Path ridge, valley;
        for (int i = 0; i <= 10; ++i) {
            const double y = 0.92 - 0.09 * i;
            ridge.push_back({side * (cut.inner_at(y) + cut.width_at(y) * turn), y});
            valley.push_back({side * (cut.inner_at(y) + cut.width_at(y) * 0.1), y});
        }
        wear.fold(ridge, 0.05 / cut.length, light, body, 0.03);
        wear.fold(part_of(valley, 0.3, 1), 0.035, dark, body, 0.02);
        // from the crotch towards the hips
        for (int i = dice.whole(1, 4); i > 0; --i) {
            const double y = cut.crotch + dice.between(-0.06, 0.06), reach = dice.between(0.04, 0.1);
            wear.fold(curve({{side * 0.008, y},
                             {side * reach * 0.5, y + dice.between(0.0, 0.02)},
                             {side * reach, y + dice.between(0.01, 0.06)}}),
                      0.012, strength * dice.between(-0.16, 0.3), body, 0.007);
        }
        for (int i = dice.whole(0, 5); i > 0; --i) {
            const double y = dice.between(0.04, 0.62), x = cut.inner_at(y) + cut.width_at(y) * dice.between(0.15, 0.85),
                         w = cut.width_at(y) * dice.between(0.15, 0.4), rise = dice.between(-0.04, 0.05);
            wear.fold(curve({{side * (x - w), y - rise * 0.6}, {side * x, y}, {side * (x + w), y + rise}}), 0.013,
                      strength * dice.between(-0.2, 0.28), body, 0.008);
        }
        if (dice.chance(0.35)) {  // long folds
            for (int i = dice.whole(1, 3); i > 0; --i) {
                const double t = dice.between(0.15, 0.85), high = dice.between(0.4, 0.8), foot = dice.between(0, 0.2);
                Path fall;
                for (int j = 0; j <= 8; ++j) {
                    const double y = high + (foot - high) * j / 8;
                    fall.push_back({side * (cut.inner_at(y) + cut.width_at(y) * t), y});
                }
                wear.fold(fall, 0.018, strength * dice.between(-0.16, 0.26), body, 0.012);
            }
        }
    }
}

/// The inside of the back, seen over the front's top.
inline void trouser_back(Drawing& wear, const TrouserCut& cut, double dip, Fabric fabric, Dice& dice) {
    const double high = dice.between(-0.004, 0.005), w = cut.waist - 0.003;
    const int back =
        wear.fill(join(curve({{-w, 1.0}, {-w * 0.5, 1.0 + high * 0.7}, {0, 1.0 + high}, {w * 0.5, 1.0 + high * 0.7}, {w, 1.0}}),
                       Path{{w, 0.98}, {0, 0.98 - dip}, {-w, 0.98}}),
                  std::move(fabric), {.edge = 0.15, .round = 0.01});
    if (dice.chance(0.4))
        wear.fill({{-0.02, 1.0}, {0.02, 1.0}, {0.02, 0.985}, {-0.02, 0.985}}, any_dye(dice), {.alpha = 0.8, .inside = back});
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
