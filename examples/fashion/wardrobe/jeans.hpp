// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/denim_cloth.hpp"
#include "fashion/wardrobe/five_pockets.hpp"
#include "fashion/wardrobe/trouser_folds.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

namespace detail {

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
    if (dice.chance(rates.plain)) {
        plain_trousers(wear, cut, rates, dice);
        return wear;
    }
    const Wash w = wash(rates, dice);
    const Fabric cloth = denim_cloth(w, cut, dice);
    trouser_back(wear, cut, 0.01, smooth(darker(w.colour, dice.between(0.55, 0.8)), dice), dice);
    const int body = wear.fill(cut.outline(dice.between(-0.003, 0.01), dice.between(0, 0.006), dice.between(0.002, 0.014)),
                               cloth, {.edge = dice.between(0.15, 0.38), .round = dice.between(0.02, 0.045)});
    trouser_folds(wear, cut, body, dice.between(0.3, 1.2) * (w.colour.luminance() > 190 ? 0.5 : 1), dice);
    const double pale = w.colour.luminance();
    const Colour thread = dice.chance(rates.golden_thread) && pale < 200
                              ? dyed(dice.any(Colour{196, 136, 66}, Colour{206, 152, 84}, Colour{170, 110, 60}), dice, 8)
                          : pale < 140 ? lighter(w.colour, dice.between(0.1, 0.4))
                                       : darker(w.colour, dice.between(0.7, 0.9));
    five_pockets(wear, cut, body, w.colour, thread, dice.of(rates.seam), dice);
    detail::wear_and_tear(wear, cut, body, w, rates, dice);
    return wear;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
