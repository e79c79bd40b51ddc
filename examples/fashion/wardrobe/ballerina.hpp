// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/rates/shoes.hpp"
#include "fashion/wardrobe/shoe_parts.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// What ballerinas and pumps share: a low cut that bares the instep.
struct PumpCut {
    Upper upper;
    double vamp_x = 0.7, vamp = 0.12;
};

/// `waist`: height of the side where it is lowest; the front from the vamp to the toe.
inline PumpCut pump_cut(const Last& last, double collar, double vamp_x, double vamp, double toe, Toe shape, double waist,
                        Dice& dice) {
    const double x0 = 0.02;
    PumpCut cut{.upper = {}, .vamp_x = vamp_x, .vamp = vamp};
    const Path back = curve({last.over(x0 + 0.015, -0.01), last.over(x0 - 0.014, collar * 0.4),
                             last.over(x0 - 0.004, collar * 0.8), last.over(x0 + 0.018, collar)});
    const double first = dice.between(0.45, 0.62);
    cut.upper.opening = curve({back.back(), last.over(0.1, collar * (0.5 + 0.5 * first) - 0.01),
                               last.over(0.2, waist + (collar - waist) * first * 0.55), last.over(0.42, waist),
                               last.over(vamp_x - 0.09, waist + 0.004), last.over(vamp_x - 0.02, std::lerp(waist, vamp, 0.65)),
                               last.over(vamp_x, vamp)});
    cut.upper.front = curve({last.over(vamp_x, vamp), last.over(0.83, toe),
                             last.over(0.93, toe * (shape == Toe::round    ? 0.86
                                                    : shape == Toe::square ? 0.92
                                                                           : 0.57)),
                             last.over(0.985, toe * (shape == Toe::round    ? 0.5
                                                     : shape == Toe::square ? 0.62
                                                                            : 0.22)),
                             last.over(0.99, 0)});
    cut.upper.outline = join(back, cut.upper.opening, cut.upper.front, reversed(last.bed(0.04, 0.985)));
    return cut;
}

/// The far side of the low cut, and the insole seen past it.
inline void pump_lining(Drawing& shoe, const Last& last, const PumpCut& cut, double collar, double waist, Fabric fabric,
                        Dice& dice) {
    const double rise = dice.between(0.015, 0.045);
    shoe.fill(join(cut.upper.opening,
                   curve({last.over(cut.vamp_x - 0.03, cut.vamp + 0.014), last.over(cut.vamp_x - 0.12, waist + rise + 0.01),
                          last.over(0.42, waist + rise), last.over(0.2, waist + rise + (collar - waist) * 0.3),
                          last.over(0.05, collar + 0.002)})),
              std::move(fabric), {.edge = 0.25, .round = 0.02});
}

/// A flat shoe cut low.
inline Drawing ballerina(const BallerinaRates& rates, Dice& dice) {
    Drawing shoe;
    const Colour colour = pick(rates.palette, dice);
    const Last last{dice.chance(rates.raised) ? dice.between(0.04, 0.075) : dice.between(0.006, 0.035),
                    dice.between(0.012, 0.024), dice.between(0, 0.03), 0.66, 0.15};
    const Toe shape = dice.chance(rates.pointed) ? Toe::pointed : dice.chance(0.2) ? Toe::square : Toe::round;
    const double toe = shape == Toe::pointed ? dice.between(0.068, 0.095) : dice.between(0.085, 0.12),
                 collar = dice.of(rates.collar), waist = dice.of(rates.waist);
    const bool bare = dice.chance(rates.cut_away), sling = bare && dice.chance(0.5);
    const double vamp_x = dice.of(rates.vamp_x), vamp = std::max(dice.between(0.095, 0.145), waist + 0.015);
    const PumpCut cut = pump_cut(last, collar, vamp_x, vamp, toe, shape, waist, dice);
    const Fabric fabric = upper_fabric(colour, rates.bold, dice);
    const Colour inner = dyed(dice.any(dye::beige, dye::nude, dye::tan, dye::black), dice);
    ground_shadow(shoe, 0.02, 0.96, dice.between(0, 0.35));
    int body = 0;
    const double gloss = dice.between(0, 1.6);
    if (bare) {
        const double from = dice.between(0.36, 0.5);
        shoe.fill(last.slab(0.02, 0.7, -0.016), smooth(inner, dice), {.edge = 0.15, .round = 0.01});
        body = shoe.fill(join(curve({last.over(from, 0), last.over(from + 0.07, waist * 0.9), last.over(vamp_x - 0.06, waist),
                                     last.over(vamp_x, vamp)}),
                              cut.upper.front, reversed(last.bed(from, 0.985))),
                         fabric, {.edge = 0.3, .round = 0.025, .relief = 0.2, .gloss = gloss});
        if (sling) {
            strap(shoe,
                  {last.over(from + 0.05, 0.06), last.over(0.2, 0.14), last.over(0.05, collar), last.over(0.03, collar * 0.75),
                   last.over(0.2, 0.115), last.over(from + 0.03, 0.05)},
                  dice.between(0.012, 0.022), smooth(colour, dice));
        } else {
            shoe.fill(loop({last.over(0.03, -0.005), last.over(0.008, collar * 0.5), last.over(0.03, collar),
                            last.over(0.14, waist * 1.3), last.over(0.24, 0)}),
                      fabric, {.edge = 0.3, .round = 0.025});
        }
    } else {
        pump_lining(shoe, last, cut, collar, waist, smooth(inner, dice), dice);
        body = shoe.fill(cut.upper.outline, fabric, {.edge = 0.3, .round = 0.025, .relief = 0.2, .gloss = gloss});
    }
    if (dice.chance(rates.cap)) {
        const double x = dice.between(0.78, 0.85);
        shoe.fill(join(curve({last.over(x + 0.01, -0.02), last.over(x - 0.015, 0.08), last.over(x + 0.01, 0.2)}),
                       Path{{1.05, 0.3}, {1.05, -0.05}}),
                  smooth(pick(rates.palette, dice), dice), {.edge = 0.2, .round = 0.02, .inside = body});
    }
    if (!bare)
        shoe.line(cut.upper.opening, dice.between(0.006, 0.013),
                  dice.chance(0.6) ? against(colour, 0.3) : pick(rates.palette, dice), {.alpha = 0.9});
    const Colour under = dyed(dice.any(dye::black, dye::tan, dye::dark_brown, dye::beige), dice);
    shoe.fill(last.slab(0.015, 0.992, std::max(0.011, last.sole * 0.9)), smooth(under, dice), {.edge = 0.1, .round = 0.008});
    const double width = dice.between(0.18, 0.25);
    block_heel(shoe, last, smooth(dice.chance(0.7) ? under : colour, dice), 0.025, width, dice.between(0.85, 1.0), dice);
    if (dice.chance(rates.bow)) {
        bow(shoe, last.over(vamp_x + 0.03, vamp - 0.005), dice.between(0.022, 0.055),
            smooth(dice.chance(0.75) ? darker(colour, 0.92) : pick(rates.palette, dice), dice));
    } else if (dice.chance(0.4)) {
        shoe.line({last.over(vamp_x, vamp - 0.012), last.over(vamp_x + 0.06, vamp - 0.022)}, dice.between(0.015, 0.03),
                  metal(dice), {.edge = 0.2, .round = 0.01});
    }
    if (dice.chance(0.1)) studs(shoe, last.bed(0.06, 0.95, 0.03), dice.whole(8, 18), 0.01, metal(dice));
    if (dice.chance(rates.strapped)) {
        if (dice.chance(0.5)) {
            const double rise = dice.between(0.2, 0.28), narrow = dice.between(0.014, 0.025);
            strap(shoe, {last.over(0.022, collar - 0.02), last.over(0.026, rise)}, narrow, smooth(colour, dice));
            ankle_ring(shoe, last.over(0.026, rise), last.over(dice.between(0.27, 0.33), rise - 0.01), narrow,
                       smooth(colour, dice), dice.between(0.02, 0.05), dice);
        } else {
            const double foot = dice.between(0.3, 0.42), rise = dice.between(0.13, 0.18);
            strap(shoe,
                  {last.over(foot, waist - 0.01), last.over(foot + 0.09, rise), last.over(foot + 0.17, rise * 0.92),
                   last.over(foot + 0.21, waist + 0.02)},
                  dice.between(0.018, 0.03), smooth(colour, dice));
        }
    }
    return shoe;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
