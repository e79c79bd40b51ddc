// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/denim_cloth.hpp"
#include "fashion/wardrobe/trouser_folds.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

namespace detail {

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

/// What wear and scissors do: whiskers, holes, splashes, raw hems, patches.
inline void wear_and_tear(Drawing& wear, const TrouserCut& cut, int body, const Wash& w, const TrouserRates& rates,
                          Dice& dice) {
    const double strong = w.thighs + w.knees > 0 ? 1 : 0.4, pale = w.colour.luminance() > 190 ? 0.4 : 1;
    for (const double s : {-1.0, 1.0}) {
        for (int i = dice.whole(0, 6); i > 0; --i) {  // whiskers
            const double y = cut.crotch + dice.between(-0.04, 0.1), x = cut.hip * dice.between(0.25, 0.8),
                         r = dice.between(0.02, 0.05);
            wear.fold(curve({{s * (x - r), y - 0.012}, {s * x, y}, {s * (x + r), y + 0.022}}), 0.009,
                      strong * pale * (dice.chance(0.6) ? -dice.between(0.05, 0.24) : dice.between(0.05, 0.22)), body, 0.007);
        }
    }
    if (dice.chance(rates.torn)) {
        for (int i = dice.whole(1, 5); i > 0; --i) {
            const double s = dice.side(), y = dice.between(0.25, 0.66),
                         x = s * (cut.inner_at(y) + cut.width_at(y) * dice.between(0.3, 0.75)), rx = dice.between(0.012, 0.045),
                         ry = dice.between(0.004, 0.022);
            const Colour inside = dice.chance(0.6) ? Colour{226, 222, 216} : darker(w.colour, 0.45);
            const int hole = wear.fill(loop({{x - rx, y},
                                             {x - rx * 0.3, y + ry},
                                             {x + rx * 0.5, y + ry * 0.8},
                                             {x + rx, y},
                                             {x + rx * 0.3, y - ry},
                                             {x - rx * 0.5, y - ry * 0.9}}),
                                       smooth(inside, dice), {.edge = 0.15, .round = 0.006, .inside = body});
            for (int j = dice.whole(2, 7); j > 0; --j) {
                const double ty = y + dice.between(-ry, ry);
                wear.line({{x - rx, ty}, {x + rx, ty + dice.between(-0.004, 0.004)}}, 0.002, lighter(w.faded, 0.6),
                          {.alpha = 0.9, .inside = body});
            }
            (void)hole;
        }
    }
    if (dice.chance(rates.splashed)) {
        const Colour paint = dice.chance(0.7) ? Colour{240, 240, 238} : any_dye(dice);
        for (int i = dice.whole(8, 30); i > 0; --i) {
            const double y = dice.between(0.1, 0.92),
                         x = dice.side() * (cut.inner_at(y) + cut.width_at(y) * dice.between(0.1, 0.9)),
                         r = dice.between(0.0015, 0.005);
            wear.dot({x, y}, r, r * dice.between(0.8, 2.5), paint, {.alpha = 0.85, .inside = body});
        }
    }
    if (dice.chance(rates.patched)) {
        for (int i = dice.whole(1, 4); i > 0; --i) {
            const double y = dice.between(0.2, 0.85), x = dice.side() * cut.middle_at(y), r = dice.between(0.015, 0.04);
            const Colour patch = dice.chance(0.5) ? against(w.colour, 0.3) : any_dye(dice);
            const Path edge{{x - r, y - r}, {x + r, y - r * 0.9}, {x + r * 0.9, y + r}, {x - r, y + r}};
            wear.fill(edge, canvas(patch, dice), {.edge = 0.2, .round = 0.006, .inside = body});
            wear.stitch(join(edge, Path{edge[0]}), 0.003, against(patch, 0.5), {.inside = body});
        }
    }
    if (dice.chance(rates.raw_hem)) {
        for (const double s : {-1.0, 1.0}) {
            for (int i = 0; i < 26; ++i) {
                const double x = cut.hem_gap + (cut.hem - cut.hem_gap) * (i + 0.5) / 26;
                wear.line({{s * x, 0.006}, {s * x + dice.between(-0.003, 0.003), dice.between(-0.014, -0.002)}}, 0.002,
                          lighter(w.faded, 0.4), {.alpha = 0.8});
            }
        }
    }
    if (dice.chance(rates.cuffed)) {
        const double high = dice.between(0.025, 0.06);
        for (const double s : {-1.0, 1.0}) {
            const double out = cut.outer_at(high) + 0.006, in = std::max(0.002, cut.inner_at(high) - 0.004);
            wear.fill({{s * out, high},
                       {s * in, high + 0.004},
                       {s * std::max(0.002, cut.hem_gap - 0.004), 0.0},
                       {s * (cut.hem + 0.006), -0.003}},
                      canvas(lighter(w.colour, dice.between(0.1, 0.45)), dice), {.edge = 0.25, .round = 0.015});
            wear.fold({{s * out, high}, {s * in, high + 0.004}}, 0.008, 0.3, body, 0.004);
        }
    }
}

}  // namespace detail

/// Jeans from the front.
inline Drawing jeans(const TrouserRates& rates, Dice& dice) {
    Drawing wear;
    const TrouserCut cut = cut_trousers(rates, dice);
    const Wash w = wash(rates, dice);
    const Fabric cloth = denim_cloth(w, cut, dice);
    trouser_back(wear, cut, 0.01, smooth(darker(w.colour, dice.between(0.55, 0.8)), dice), dice);
    const int body = wear.fill(cut.outline(dice.between(-0.003, 0.01), dice.between(0, 0.006), dice.between(0.002, 0.014)),
                               cloth, {.edge = dice.between(0.15, 0.38), .round = dice.between(0.02, 0.045)});
    trouser_folds(wear, cut, body, dice.between(0.3, 0.9) * (w.colour.luminance() > 190 ? 0.5 : 1), dice);
    const double pale = w.colour.luminance();
    const Colour thread = dice.chance(rates.golden_thread) && pale < 200
                              ? dyed(dice.any(Colour{196, 136, 66}, Colour{206, 152, 84}, Colour{170, 110, 60}), dice, 8)
                          : pale < 140 ? lighter(w.colour, dice.between(0.1, 0.4))
                                       : darker(w.colour, dice.between(0.7, 0.9));
    detail::five_pockets(wear, cut, body, w.colour, thread, dice.of(rates.seam), dice);
    detail::wear_and_tear(wear, cut, body, w, rates, dice);
    return wear;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
