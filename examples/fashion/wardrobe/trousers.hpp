// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/five_pockets.hpp"
#include "fashion/wardrobe/print.hpp"
#include "fashion/wardrobe/trouser_folds.hpp"
#include "fashion/wardrobe/trouser_waist.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

namespace detail {

inline Fabric trouser_cloth(Colour colour, const TrouserRates& rates, Dice& dice) {
    if (dice.chance(rates.printed)) {
        const bool dark = colour.luminance() < 140;
        const Colour ink = dice.chance(0.3) ? any_dye(dice)
                           : dark           ? lighter(colour, dice.between(0.2, 0.6))
                                            : darker(colour, dice.between(0.5, 0.8));
        switch (dice.weighted(rates.prints)) {
            case 0:
                return striped(smooth(colour, dice), ink, dice.between(4, 16), dice.between(-0.04, 0.04),
                               dice.between(0.1, 0.45));
            case 1:
                return checked(smooth(colour, dice), ink, dice.between(6, 24), dice.between(0.15, 0.5),
                               dice.between(0.25, 0.9));
            case 2:
                return leopard(dice);
            case 3:
                return floral(colour, dice);
            case 4:
                return camouflage(dice);
            default:
                return spotted(smooth(colour, dice), ink, ink, dice.between(3, 9), dice.between(0.4, 1.0), dice);
        }
    }
    if (dice.chance(rates.shiny)) {
        const int kind = dice.whole(0, 2);
        return kind == 0 ? leather(colour, dice) : kind == 1 ? grained(colour, dice, 2, 6, 9) : glitter(colour, dice);
    }
    switch (dice.whole(0, 3)) {
        case 0:
            return twill(colour, dice, dice.between(0.5, 3));
        case 1:
            return canvas(colour, dice);
        case 2:
            return grained(colour, dice, 3, 2, 3);
        default:
            return smooth(colour, dice);
    }
}

/// Pleats, pressed creases, slash pockets.
inline void tailoring(Drawing& wear, const TrouserCut& cut, int body, Colour cloth, double seam, const TrouserRates& rates,
                      Dice& dice) {
    const double top = 1 - cut.band, w = cut.waist, k = 1 / cut.length;
    const Colour line = against(cloth, cloth.luminance() > 190 ? seam * 0.5 : seam);
    const bool crease = dice.chance(rates.creased), pleat = dice.chance(rates.pleated), pockets = dice.chance(0.75);
    const double strength = dice.between(0.5, 1.2) * (cloth.luminance() > 190 ? 0.5 : 1), slant = dice.between(0.1, 0.17) * k,
                 entry = dice.between(0.66, 0.85);
    const int pleats = dice.whole(1, 2);
    const double pleat_foot = dice.between(0.07, 0.2) * k, pleat_x = dice.between(0.42, 0.6);
    for (const double s : {-1.0, 1.0}) {
        if (crease) {
            Path press;
            for (int i = 0; i <= 12; ++i) {
                const double y = (top - 0.04) * (1 - i / 12.0);
                press.push_back(
                    {s * std::lerp(cut.middle_at(y), w * pleat_x, std::clamp((y - cut.crotch) / (1 - cut.crotch), 0.0, 1.0)),
                     y});
            }
            wear.fold(press, 0.007, -0.28 * strength, body, 0.004);
            wear.fold(moved(press, {s * 0.01, 0}), 0.016, 0.2 * strength, body, 0.008);
        }
        if (pleat) {
            for (int i = 0; i < pleats; ++i) {
                const double x = w * (pleat_x + 0.2 * i);
                const Path fall{{s * x, top}, {s * (x + 0.006), top - pleat_foot * (1 - 0.25 * i)}};
                wear.line(fall, 0.0045, line, {.alpha = 0.8, .inside = body});
                wear.fold(moved(fall, {s * 0.009, 0}), 0.013, 0.28 * strength, body, 0.006);
                wear.fold(moved(fall, {-s * 0.008, 0}), 0.01, -0.18 * strength, body, 0.005);
            }
        }
        if (pockets)
            wear.line({{s * w * entry, top}, {s * (cut.outer_at(top - slant) - 0.003), top - slant}}, 0.005, line,
                      {.alpha = 0.85, .inside = body});
    }
}

/// Pockets on the thighs with flaps.
inline void cargo_pockets(Drawing& wear, const TrouserCut& cut, int body, const Fabric& cloth, Dice& dice) {
    const double y = dice.between(0.42, 0.55), high = dice.between(0.1, 0.15), out = dice.between(0.0, 0.014),
                 wide = dice.between(0.05, 0.09), flap = high * dice.between(0.2, 0.32);
    const Colour line = against(cloth.colour(), 0.4);
    for (const double s : {-1.0, 1.0}) {
        const double x1 = cut.outer_at(y) + out, x0 = x1 - wide - out, x2 = cut.outer_at(y - high) + out;
        const Path bag{{s * x0, y}, {s * x1, y}, {s * x2, y - high}, {s * (x0 + x2 - x1), y - high}};
        wear.fill(bag, cloth, {.edge = 0.32, .round = 0.012});
        wear.line(join(bag, Path{bag[0]}), 0.004, line, {.alpha = 0.7});
        wear.fill({{s * (x0 - 0.003), y + 0.006},
                   {s * (x1 + 0.004), y + 0.006},
                   {s * (x1 + 0.004), y - flap},
                   {s * (x0 - 0.003), y - flap}},
                  cloth, {.edge = 0.35, .round = 0.008});
        wear.line({{s * (x0 - 0.003), y - flap}, {s * (x1 + 0.004), y - flap}}, 0.005, line, {.alpha = 0.9});
        wear.dot({s * (x0 + wide * 0.5), y - flap * 0.55}, 0.005, 0.005, line);
    }
    (void)body;
}

/// Stripes down the side, ribbed cuffs, turn-ups, hem seams, studs.
inline void leg_details(Drawing& wear, const TrouserCut& cut, int body, Colour cloth, bool elastic, double seam,
                        const TrouserRates& rates, Dice& dice) {
    const Colour line = against(cloth, cloth.luminance() > 190 ? seam * 0.5 : seam);
    const bool ribs = (cut.fit == Fit::jogger || cut.fit == Fit::balloon) && dice.chance(0.8),
               stripe = dice.chance(rates.striped), hem = dice.chance(0.5), turned = !ribs && dice.chance(rates.turned_up),
               knees = dice.chance(rates.knee_seams);
    const Colour ribbon =
        pick({{dye::white, 3}, {dye::red, 1}, {dye::gold, 0.6}, {dye::black, 1.4}, {dye::cream, 1}, {dye::navy, 0.6}}, dice);
    const double width = dice.between(0.006, 0.026), high = dice.between(0.025, 0.055), hem_y = dice.between(0.02, 0.045);
    const int bands = dice.chance(0.35) ? 2 : 1;
    const bool studded = dice.chance(0.04);
    for (const double s : {-1.0, 1.0}) {
        Path side;
        for (const Point p : cut.outer) side.push_back({s * p.x, p.y});
        if (stripe) {
            for (int i = 0; i < bands; ++i)
                wear.line(moved(part_of(side, 0.04, 1), {-s * (0.006 + width * 0.5 + i * width * 1.8), 0}), width,
                          smooth(ribbon, dice), {.edge = 0.1, .round = 0.006, .inside = body});
        } else if (dice.chance(0.35)) {
            wear.line(moved(part_of(side, 0.1, 1), {-s * 0.012, 0}), 0.004, line, {.alpha = 0.5, .inside = body});
        }
        if (ribs) {
            const Path cuff{{s * (cut.outer_at(high) - 0.0), high},
                            {s * cut.inner_at(high), high},
                            {s * (cut.hem_gap + 0.004), -0.002},
                            {s * (cut.hem - 0.006), -0.002}};
            wear.fill(cuff, ribbed(smooth(darker(cloth, 0.93), dice), 3, 0, 0.22), {.edge = 0.25, .round = 0.012});
            wear.fold({cuff[0], cuff[1]}, 0.01, 0.3, body, 0.005);
        } else if (turned) {
            wear.line({{s * cut.outer_at(high), high}, {s * cut.inner_at(high), high + 0.003}}, 0.005, line,
                      {.alpha = 0.9, .inside = body});
            wear.fold({{s * cut.outer_at(high), high - 0.006}, {s * cut.inner_at(high), high - 0.003}}, 0.01, 0.22, body,
                      0.005);
        } else if (hem) {
            wear.line({{s * cut.hem, hem_y}, {s * cut.hem_gap, hem_y + 0.003}}, 0.004, line, {.alpha = 0.55, .inside = body});
        }
        if (knees) {
            const double y = dice.between(0.38, 0.5);
            wear.line(curve({{s * cut.outer_at(y), y}, {s * cut.middle_at(y), y + 0.02}, {s * cut.inner_at(y), y}}), 0.005,
                      line, {.alpha = 0.7, .inside = body});
        }
        if (studded) studs(wear, moved(part_of(side, 0.35, 0.95), {-s * 0.012, 0}), 14, 0.005, dyed(dye::silver, dice));
    }
    (void)elastic;
}

}  // namespace detail

/// Trousers that are no jeans, from the front.
inline Drawing trousers(const TrouserRates& rates, Dice& dice) {
    Drawing wear;
    const TrouserCut cut = cut_trousers(rates, dice);
    if (cut.fit != Fit::jogger && cut.fit != Fit::balloon && dice.chance(rates.five_pockets)) {
        plain_trousers(wear, cut, rates, dice);
        return wear;
    }
    const Colour colour = pick(rates.palette, dice);
    const Fabric cloth = detail::trouser_cloth(colour, rates, dice);
    const Colour shown = cloth.colour();
    const bool elastic = cut.fit == Fit::jogger || dice.chance(cut.fit == Fit::balloon ? 0.8 : rates.elastic);
    if (dice.chance(0.8)) trouser_back(wear, cut, 0.01, smooth(darker(shown, dice.between(0.6, 0.85)), dice), dice);
    const double lift = dice.between(-0.003, 0.01), sag = dice.between(0, 0.006), edge = dice.between(0.14, 0.36);
    const int body = wear.fill(
        cut.outline(lift, sag, dice.between(0.001, 0.014)), cloth,
        {.edge = edge, .round = dice.between(0.018, 0.045), .gloss = dice.chance(rates.shiny) ? dice.between(0.3, 1.2) : 0});
    const double strength = dice.between(0.4, 1.1) * (shown.luminance() > 190 ? 0.45 : 1), seam = dice.of(rates.seam);
    trouser_folds(wear, cut, body, strength, dice);
    if (cut.fit == Fit::culotte || cut.fit == Fit::wide || cut.fit == Fit::balloon) {
        for (int i = dice.whole(2, 8); i > 0; --i) {  // the fall of wide cloth
            const double s = dice.side(), t = dice.between(0.1, 0.9), high = dice.between(0.6, 0.95);
            Path fall;
            for (int j = 0; j <= 8; ++j) {
                const double y = high * (1 - j / 8.0);
                fall.push_back({s * (cut.inner_at(y) + cut.width_at(y) * t), y});
            }
            wear.fold(fall, 0.02, strength * dice.between(-0.18, 0.26), body, 0.012);
        }
    }
    if (cut.fit != Fit::jogger) detail::tailoring(wear, cut, body, shown, seam, rates, dice);
    trouser_waist(wear, cut, body, shown, elastic, seam, rates, dice);
    detail::leg_details(wear, cut, body, shown, elastic, seam, rates, dice);
    if (dice.chance(rates.cargo)) detail::cargo_pockets(wear, cut, body, cloth, dice);
    return wear;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
