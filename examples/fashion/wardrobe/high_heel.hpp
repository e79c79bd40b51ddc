// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/ballerina.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

enum class HighHeelKind { pump, sling, strapped, dorsay, mule, raised };

/// A closed toe on a heel.
inline Drawing high_heel(const HighHeelRates& rates, Dice& dice) {
    Drawing shoe;
    const auto kind = static_cast<HighHeelKind>(dice.weighted(rates.kinds));
    const Colour colour = pick(rates.palette, dice);
    const double lift = dice.of(dice.chance(rates.kitten) ? rates.kitten_heel : rates.heel);
    const Last last{lift, dice.chance(rates.platform) ? dice.between(0.04, 0.1) : dice.between(0.012, 0.022),
                    dice.between(0, 0.03), 0.7, 0.13};
    const Toe shape = dice.chance(rates.pointed) ? Toe::pointed : dice.chance(0.25) ? Toe::square : Toe::round;
    const double toe = shape == Toe::pointed ? dice.between(0.095, 0.135) : dice.between(0.11, 0.15),
                 collar = dice.between(0.15, 0.23), waist = dice.between(0.065, 0.115);
    const double vamp_x = dice.of(rates.vamp_x), vamp = std::max(dice.between(0.12, 0.18), waist + 0.015);
    const PumpCut cut = pump_cut(last, collar, vamp_x, vamp, toe, shape, waist, dice);
    const Fabric fabric = upper_fabric(colour, rates.bold, dice);
    const Colour inner = dice.any(dyed(dye::beige, dice), dyed(dye::nude, dice), dyed(dye::tan, dice), darker(colour, 0.8));
    ground_shadow(shoe, 0.02, 0.96, dice.between(0, 0.3));
    const Fabric heel_fabric =
        dice.chance(0.7) ? fabric : smooth(dyed(dice.any(dye::black, dye::gold, dye::silver, dye::tan), dice), dice);
    if (dice.chance(rates.block)) {
        const double width = dice.between(0.13, 0.24);
        block_heel(shoe, last, heel_fabric, 0.025, width, dice.between(0.55, 1.0), dice);
    } else {
        const double width = dice.between(0.1, 0.16), tip = dice.between(0.012, 0.034), lean = dice.between(0.0, 0.05);
        stiletto(shoe, last, heel_fabric, 0.028, width, tip, lean);
    }
    const double gloss = dice.between(0, 1.5);
    int body = 0;
    if (kind == HighHeelKind::pump || kind == HighHeelKind::strapped) {
        pump_lining(shoe, last, cut, collar, waist, smooth(inner, dice), dice);
        body = shoe.fill(cut.upper.outline, fabric, {.edge = 0.3, .round = 0.03, .relief = 0.2, .gloss = gloss});
        shoe.line(cut.upper.opening, 0.007, against(colour, 0.3), {.alpha = 0.7});
    } else {
        const double from = dice.between(0.26, 0.5);
        shoe.fill(last.slab(0.03, 0.65, -0.016), smooth(inner, dice), {.edge = 0.15, .round = 0.01});
        const double high = kind == HighHeelKind::mule ? dice.between(0.13, 0.2) : vamp;
        const double edge_x = kind == HighHeelKind::mule ? dice.between(0.5, 0.62) : vamp_x;
        const Path front = kind == HighHeelKind::mule ? front_line(last, last.over(edge_x, high), toe, shape) : cut.upper.front;
        body = shoe.fill(join(curve({last.over(from, 0), last.over(from + 0.08, kind == HighHeelKind::mule ? 0.11 : waist),
                                     last.over(edge_x - 0.05, high - 0.025), last.over(edge_x, high)}),
                              front, reversed(last.bed(from, 0.985))),
                         fabric, {.edge = 0.3, .round = 0.03, .relief = 0.2, .gloss = gloss});
        if (kind == HighHeelKind::raised) {  // the side rises to the ankle in one band
            const double wide = dice.between(0.04, 0.09), top = last.top(0.08) + dice.between(0.24, 0.36);
            shoe.fill(join(curve({last.over(from + 0.02, 0.0),
                                  {from * 0.72, std::lerp(last.top(from), top, 0.45)},
                                  {0.06, top - 0.02}}),
                           curve({{0.06 + wide, top},
                                  {from * 0.72 + wide, std::lerp(last.top(from), top, 0.42) + 0.03},
                                  last.over(from + 0.14, waist)}),
                           Path{last.over(from + 0.1, 0)}),
                      fabric, {.edge = 0.25, .round = 0.02, .relief = 0.2});
            ankle_ring(shoe, {0.05, top}, {dice.between(0.3, 0.6), top + 0.01}, dice.between(0.03, 0.09), fabric,
                       dice.between(0.02, 0.05), dice);
            if (dice.chance(0.5))
                buckle(shoe, {0.17, top}, dice.between(0.025, 0.06), dice.chance(0.5) ? metal(dice) : dyed(dye::brown, dice));
        } else if (kind == HighHeelKind::sling) {
            strap(shoe,
                  {last.over(from + 0.06, 0.06), last.over(0.2, 0.14), last.over(0.055, collar),
                   last.over(0.035, collar - 0.04), last.over(0.2, 0.12), last.over(from + 0.04, 0.05)},
                  dice.between(0.014, 0.03), smooth(colour, dice));
        } else if (kind == HighHeelKind::dorsay) {
            shoe.fill(loop({last.over(0.03, -0.01), last.over(0.008, collar * 0.55), last.over(0.03, collar),
                            last.over(0.14, collar * 0.6), last.over(0.25, 0)}),
                      fabric, {.edge = 0.3, .round = 0.025});
        }
    }
    const bool strapped = kind == HighHeelKind::strapped || dice.chance(0.08) ||
                          (kind == HighHeelKind::sling && dice.chance(0.35)) ||
                          (kind == HighHeelKind::dorsay && dice.chance(0.4));
    if (strapped) {
        const double y = last.top(0.05) + dice.between(0.22, 0.34), width = dice.between(0.015, 0.08);
        strap(shoe, {{0.045, last.top(0.05) + collar * 0.6}, {0.035, y - 0.02}, {0.04, y}}, dice.between(0.015, 0.045),
              smooth(colour, dice));
        ankle_ring(shoe, {0.035, y}, {dice.between(0.28, 0.46), y - 0.01}, width, fabric, dice.between(0.02, 0.06), dice);
        if (dice.chance(0.6)) buckle(shoe, {0.2, y + 0.01}, std::max(0.016, width * 0.6), metal(dice));
    }
    if (dice.chance(rates.cap)) {
        const double x = dice.between(0.78, 0.86);
        shoe.fill(join(curve({last.over(x + 0.01, -0.02), last.over(x - 0.015, 0.08), last.over(x + 0.01, 0.2)}),
                       Path{{1.05, 0.3}, {1.05, -0.05}}),
                  smooth(pick(rates.palette, dice), dice), {.edge = 0.2, .round = 0.02, .inside = body});
    }
    if (dice.chance(rates.bow))
        bow(shoe, last.over(vamp_x + 0.04, vamp), dice.between(0.03, 0.075),
            smooth(dice.chance(0.6) ? darker(colour, 0.9) : pick(rates.palette, dice), dice));
    if (dice.chance(0.1))
        studs(shoe, dice.chance(0.5) ? cut.upper.opening : last.bed(0.1, 0.95, 0.03), dice.whole(10, 24), 0.009, metal(dice));
    if (last.sole > 0.03) {
        shoe.fill(last.slab(0.03, 0.6, 0.018), fabric, {.edge = 0.1, .round = 0.01});
        Path platform = last.slab(0.45, 0.99, last.sole);
        platform.back() = last.over(0.4, -0.012);
        shoe.fill(platform, fabric, {.edge = 0.2, .round = 0.015});
    } else {
        shoe.fill(last.slab(0.04, 0.99, std::max(last.sole, 0.012)),
                  smooth(dyed(dice.any(dye::tan, dye::beige, dye::black, dye::red, dye::nude), dice), dice),
                  {.edge = 0.1, .round = 0.008});
    }
    if (dice.chance(rates.ruffled)) {  // tulle, feathers, fringe around the ankle
        const Colour tulle = lighter(colour, dice.between(0, 0.8));
        shoe.fill(loop({last.over(0.2, 0.1), last.over(0.13, dice.between(0.2, 0.5)), last.over(0.36, dice.between(0.3, 0.62)),
                        last.over(0.6, dice.between(0.25, 0.5)), last.over(0.68, 0.12), last.over(0.45, 0.05)}),
                  dice.chance(0.6) ? glitter(tulle, dice) : smooth(tulle, dice), {.alpha = 0.85, .edge = 0.2, .round = 0.02});
        for (int i = 0; i < 50; ++i) {
            const Point from = last.over(dice.between(0.22, 0.62), dice.between(0.06, 0.35));
            shoe.line({from, from + Point{dice.between(-0.1, 0.1), dice.between(-0.05, 0.12)}}, 0.007,
                      lighter(colour, dice.between(0, 0.9)), {.alpha = 0.6, .framed = false});
        }
    }
    return shoe;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
