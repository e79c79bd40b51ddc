// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/trimmings.hpp"
#include "fashion/wardrobe/trouser_cut.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// Waistband, fly, loops, belt; or elastic with a drawstring.
inline void trouser_waist(Drawing& wear, const TrouserCut& cut, int body, Colour cloth, bool elastic, double seam,
                          const TrouserRates& rates, Dice& dice) {
    const double top = 1 - cut.band, w = cut.waist, k = 1 / cut.length, dip = dice.between(0.003, 0.014);
    const Colour line = against(cloth, cloth.luminance() > 190 ? seam * 0.5 : seam);
    const Path band = curve({{-w - 0.02, top + 0.004}, {0, top - dip}, {w + 0.02, top + 0.004}});
    if (elastic) {
        wear.fill(join(Path{{-w - 0.05, 1.03}, {w + 0.05, 1.03}}, reversed(band)),
                  ribbed(smooth(darker(cloth, dice.between(0.85, 1)), dice), dice.between(2.5, 4.5), 0, dice.between(0.1, 0.3)),
                  {.edge = 0.1, .round = 0.01, .inside = body});
        for (int i = dice.whole(6, 16); i > 0; --i) {  // gathers
            const double x = dice.between(-0.95, 0.95) * w, length = dice.between(0.03, 0.14);
            wear.fold({{x, top}, {x * 1.08, top - length}}, 0.009, dice.between(-0.14, 0.26), body, 0.005);
        }
        if (dice.chance(0.75)) {
            const Colour cord = dice.chance(0.4) ? dyed(dye::white, dice, 8) : against(cloth, dice.between(0.1, 0.5));
            const double width = dice.between(0.006, 0.011);
            for (const double s : {-1.0, 1.0}) {
                const double x = s * dice.between(0.006, 0.03), y = top - dice.between(0.06, 0.17);
                wear.line(curve({{s * 0.006, top + cut.band * 0.5}, {s * 0.016, top - 0.03}, {x, y}}), width,
                          smooth(cord, dice), {.edge = 0.3, .round = 0.006});
                if (dice.chance(0.4)) wear.line({{x, y}, {x, y - 0.014}}, width * 1.4, metal(dice));
            }
            if (dice.chance(0.4)) bow(wear, {0, top + 0.004}, dice.between(0.018, 0.03), smooth(cord, dice));
        }
    } else {
        wear.line(band, 0.005, line, {.alpha = 0.85, .inside = body});
        const double side = dice.chance(0.6) ? 1 : -1, depth = dice.between(0.12, 0.17) * k;
        wear.line({{0, 1}, {0, cut.crotch}}, 0.0045, line, {.alpha = 0.8, .inside = body});
        if (dice.chance(0.6))
            wear.line(curve({{side * 0.022, top},
                             {side * 0.022, top - depth * 0.65},
                             {side * 0.012, top - depth * 0.93},
                             {0, top - depth}}),
                      0.0035, line, {.alpha = 0.7, .inside = body});
        if (dice.chance(0.65))
            wear.dot({side * dice.between(0.002, 0.02), 1 - cut.band * 0.5}, 0.008, 0.008,
                     dice.chance(0.3) ? metal(dice) : against(cloth, 0.5), {.edge = 0.3, .round = 0.005});
        if (dice.chance(0.65)) {
            for (const double x : {-0.7, -0.4, 0.4, 0.7}) {
                wear.fill({{x * w - 0.0055, 1.002},
                           {x * w + 0.0055, 1.002},
                           {x * w + 0.0055, top - 0.006},
                           {x * w - 0.0055, top - 0.006}},
                          smooth(against(cloth, 0.08), dice), {.edge = 0.12, .round = 0.006, .inside = body});
            }
        }
        if (dice.chance(rates.belted)) {
            const Colour belt = dice.chance(0.4)
                                    ? against(cloth, 0.15)
                                    : pick({{dye::black, 3}, {dye::tan, 1}, {dye::brown, 1}, {dye::beige, 0.5}}, dice);
            wear.line(moved(band, {0, cut.band * 0.5}), cut.band * dice.between(0.5, 0.8), leather(belt, dice),
                      {.edge = 0.3, .round = 0.01, .inside = body});
            if (dice.chance(0.6)) {
                buckle(wear, {dice.between(-0.01, 0.01), top + cut.band * 0.5 - dip}, cut.band * 0.42, metal(dice));
            } else {
                for (const double s : {-1.0, 1.0}) {
                    const double foot = dice.between(0.08, 0.17);
                    wear.line(curve({{0, top + 0.01}, {s * 0.035, top - 0.01}, {s * 0.028, top - foot}}), 0.015,
                              smooth(belt, dice), {.edge = 0.3, .round = 0.008});
                }
                wear.dot({0, top + 0.008}, 0.016, 0.014, darker(belt, 0.9), {.edge = 0.3, .round = 0.008});
            }
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
