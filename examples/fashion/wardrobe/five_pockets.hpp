// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/fabric.hpp"
#include "fashion/wardrobe/trouser_folds.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// Scoop pockets with rivets, the coin pocket, the fly, waistband and loops: what makes five-pocket trousers.
inline void five_pockets(Drawing& wear, const TrouserCut& cut, int body, Colour cloth, Colour thread, double seam, Dice& dice) {
    const double k = 1 / cut.length, top = 1 - cut.band, w = cut.waist, loud = dice.between(0.15, 0.95);
    const Colour line = against(cloth, cloth.luminance() > 190 ? seam * 0.5 : seam),
                 rivet = dice.any(Colour{184, 124, 74}, Colour{186, 186, 190}, Colour{70, 62, 56});
    const auto twice = [&](const Path& path, Point by) {
        wear.stitch(path, 0.0032, thread, {.alpha = loud, .inside = body});
        wear.stitch(moved(path, by), 0.0032, thread, {.alpha = loud * 0.8, .inside = body});
    };
    const double dip = dice.between(0.004, 0.016);
    const Path band = curve({{-w - 0.02, top + 0.004}, {0, top - dip}, {w + 0.02, top + 0.004}});
    wear.line(band, 0.005, line, {.alpha = 0.9, .inside = body});
    wear.stitch(moved(band, {0, 0.006}), 0.003, thread, {.alpha = loud, .inside = body});
    wear.stitch(moved(band, {0, cut.band - 0.008}), 0.003, thread, {.alpha = loud, .inside = body});
    // fly: opens to the left for some makers, to the right for others
    const double side = dice.chance(0.75) ? 1 : -1, depth = dice.between(0.11, 0.15) * k;
    wear.line({{0, 1}, {0, cut.crotch}}, 0.005, line, {.alpha = 0.85, .inside = body});
    twice(curve({{side * 0.024, top}, {side * 0.024, top - depth * 0.6}, {side * 0.015, top - depth * 0.9}, {0, top - depth}}),
          {-side * 0.006, 0});
    wear.dot({side * 0.004, 1 - cut.band * 0.5}, 0.009, 0.009, rivet, {.edge = 0.3, .round = 0.005});
    if (dice.chance(0.15)) {
        for (int i = 1; i < 4; ++i)
            wear.dot({side * 0.004, top - 0.032 * i * k}, 0.007, 0.007, rivet, {.edge = 0.3, .round = 0.005});
    }
    for (const double x : {-0.74, -0.42, 0.42, 0.74}) {
        wear.fill({{x * w - 0.006, 1.002}, {x * w + 0.006, 1.002}, {x * w + 0.006, top - 0.006}, {x * w - 0.006, top - 0.006}},
                  smooth(against(cloth, 0.1), dice), {.edge = 0.12, .round = 0.006, .inside = body});
    }
    const double scoop = dice.between(0.5, 0.62), deep = dice.between(0.05, 0.085) * k;
    for (const double s : {-1.0, 1.0}) {
        const Path pocket = curve({{s * w * scoop, top},
                                   {s * w * (scoop + 0.06), top - deep * 0.62},
                                   {s * w * 0.86, top - deep * 0.97},
                                   {s * (cut.outer_at(top - deep) + 0.01), top - deep}});
        wear.line(pocket, 0.0055, line, {.alpha = 0.95, .inside = body});
        twice(moved(pocket, {0, -0.006}), {0, -0.007});
        if (s < 0 || dice.chance(0.1))
            wear.line({{s * w * 0.68, top - deep * 0.72}, {s * w * 0.95, top - deep * 0.68}}, 0.004, line, {.inside = body});
        wear.dot(pocket[2], 0.005, 0.005, rivet, {.inside = body});
        wear.dot(at(pocket, 0.9), 0.005, 0.005, rivet, {.inside = body});
    }
    const double hem_y = dice.between(0.014, 0.03);
    for (const double s : {-1.0, 1.0}) {
        if (dice.chance(0.55)) {
            Path seam_line;
            for (const Point p : cut.outer) seam_line.push_back({s * (p.x - 0.011), p.y});
            wear.line(part_of(seam_line, 0.08, 1), 0.004, line, {.alpha = 0.55 * seam * 2, .inside = body});
            if (dice.chance(0.5))
                wear.stitch(part_of(seam_line, 0.08, 0.4), 0.003, thread, {.alpha = loud * 0.7, .inside = body});
        }
        if (dice.chance(0.5)) {
            Path seam_line;
            for (const Point p : cut.inner) seam_line.push_back({s * (p.x + 0.007), p.y});
            wear.stitch(seam_line, 0.003, thread, {.alpha = loud * 0.8, .inside = body});
        }
        if (dice.chance(0.85)) {
            const Path hem{{s * cut.hem, hem_y}, {s * cut.hem_gap, hem_y + 0.006}};
            wear.stitch(hem, 0.0034, thread, {.alpha = loud, .inside = body});
            wear.fold(moved(hem, {0, -0.004}), 0.006, 0.16, body, 0.004);
        }
    }
}

/// Five pockets, plain cloth and thread of its colour: shops call them jeans as often as trousers.
inline void plain_trousers(Drawing& wear, const TrouserCut& cut, const TrouserRates& rates, Dice& dice) {
    const Colour colour = pick({{dye::black, 5},
                                {dye::navy, 1.6},
                                {dye::white, 1.2},
                                {dye::soot, 1.2},
                                {dye::grey, 0.8},
                                {dye::cream, 0.6},
                                {dye::beige, 0.7},
                                {dye::olive, 0.6},
                                {dye::tan, 0.5},
                                {dye::brown, 0.2}},
                               dice);
    trouser_back(wear, cut, 0.01, smooth(darker(colour, dice.between(0.6, 0.85)), dice), dice);
    const int body = wear.fill(cut.outline(dice.between(-0.003, 0.01), dice.between(0, 0.006), dice.between(0.002, 0.014)),
                               dice.chance(0.5) ? twill(colour, dice, dice.between(0.5, 2.5)) : canvas(colour, dice),
                               {.edge = dice.between(0.14, 0.36), .round = dice.between(0.018, 0.045)});
    trouser_folds(wear, cut, body, dice.between(0.3, 1.0) * (colour.luminance() > 190 ? 0.5 : 1), dice);
    five_pockets(wear, cut, body, colour, against(colour, dice.between(0.05, 0.3)), dice.of(rates.seam), dice);
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
