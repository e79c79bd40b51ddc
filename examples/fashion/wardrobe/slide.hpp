// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/rates/shoes.hpp"
#include "fashion/wardrobe/trainer_logo.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

enum class SlideKind { band, thong, crossed, strapped, slipper };

/// A flat footbed that one slips into: slides, flip-flops, strapped sandals, slippers.
inline Drawing slide(const SlideRates& rates, Dice& dice) {
    Drawing shoe;
    const auto kind = static_cast<SlideKind>(dice.weighted(rates.kinds));
    const Colour sole_colour = pick(rates.palette, dice),
                 upper_colour = dice.chance(0.5) ? sole_colour : pick(rates.palette, dice);
    const Last last{dice.between(0, 0.04), dice.of(kind == SlideKind::thong ? rates.thong_sole : rates.sole),
                    dice.between(0, 0.03), 0.6, 0.05};
    Fabric fabric = upper_fabric(upper_colour, rates.bold, dice);
    if (dice.chance(0.15))
        fabric = spotted(smooth(upper_colour, dice), against(upper_colour, 0.6), against(upper_colour, 0.3), dice.between(2, 4),
                         dice.between(-0.2, 0.5), dice);
    ground_shadow(shoe, 0.02, 0.97, dice.between(0, 0.35));
    const auto band = [&](double a, double b, double high) {
        shoe.fill(join(curve({{a + 0.02, last.top(a) + high * 0.75},
                              {a + 0.06, last.top(a) + high + 0.018},
                              {a + 0.15, last.top(a) + high + 0.022},
                              {a + 0.21, last.top(a) + high - 0.01}}),
                       Path{{a + 0.1, last.top(a) + 0.04}}),
                  smooth(darker(upper_colour, 0.55), dice), {.edge = 0.2, .round = 0.02});
        const double flare = dice.between(0.85, 1.0);
        return shoe.fill(
            join(curve({last.over(a - 0.01, -last.sole * 0.4), last.over(a + 0.015, high * 0.75),
                        last.over(a + 0.09, high + 0.015), last.over(a + 0.2, high * flare), last.over(b - 0.03, high * 0.6),
                        last.over(b + 0.025, high * 0.36)}),
                 curve({last.over(b + 0.025, high * 0.33), last.over(b - 0.02, 0.01), last.over(b - 0.03, -last.sole * 0.4)})),
            fabric, {.edge = 0.3, .round = 0.035, .relief = 0.3, .gloss = dice.between(0, 0.8)});
    };
    int body = -1;
    if (kind == SlideKind::thong) {
        const double width = dice.between(0.025, 0.06), top_x = dice.between(0.62, 0.72), top_y = dice.between(0.13, 0.21);
        strap(shoe, {last.over(0.36, 0), last.over(0.52, 0.1), last.over(top_x + 0.02, top_y * 0.8), last.over(0.8, 0.0)},
              width * 0.8, smooth(darker(upper_colour, 0.7), dice));
        body = shoe.fill(join(curve({last.over(0.29, -0.02), last.over(0.42, top_y * 0.62), last.over(top_x, top_y),
                                     last.over(0.81, 0.005)}),
                              curve({last.over(0.78, 0), last.over(top_x + 0.03, top_y - width - 0.02),
                                     last.over(0.52, top_y * 0.4), last.over(0.42, -0.02)})),
                         fabric, {.edge = 0.3, .round = 0.025, .relief = 0.25});
    } else if (kind == SlideKind::band) {
        body = band(dice.between(0.36, 0.48), dice.between(0.78, 0.87), dice.of(rates.rise));
        if (dice.chance(0.5)) {
            lettering(shoe, last.over(dice.between(0.46, 0.56), dice.between(0.02, 0.08)), dice.between(0.03, 0.07),
                      dice.whole(2, 6), dice.chance(0.7) ? pick(rates.palette, dice) : against(upper_colour, 0.2), body, dice);
        } else if (dice.chance(0.5)) {
            for (int i = 0; i < 3; ++i)
                shoe.line({last.over(0.47 + i * 0.06, -0.04), last.over(0.51 + i * 0.06, 0.24)}, 0.022,
                          against(upper_colour, 0.8), {.inside = body});
        }
    } else if (kind == SlideKind::crossed) {
        const double a = dice.between(0.36, 0.45), b = dice.between(0.76, 0.86), high = dice.of(rates.rise),
                     w = dice.between(0.06, 0.11);
        strap(shoe, {last.over(a + 0.12, high * 0.4), last.over(b - 0.16, high * 0.95), last.over(b - 0.05, 0)}, w,
              smooth(darker(upper_colour, 0.75), dice));
        body = strap(shoe,
                     {last.over(b, -0.02), last.over(b - 0.08, high * 0.55), last.over(a + 0.16, high),
                      last.over(a + 0.06, high * 0.6), last.over(a + 0.02, -0.02)},
                     w, fabric);
        strap(shoe, {last.over(a, -0.02), last.over(a + 0.08, high * 0.85), last.over(a + 0.2, high + 0.01)}, w * 0.9, fabric);
        body = -1;
    } else if (kind == SlideKind::strapped) {
        const double first = dice.between(0.33, 0.42), second = dice.between(0.62, 0.7), w = dice.between(0.06, 0.1);
        for (const double x : {first, second}) {
            const double high = x < 0.5 ? dice.between(0.13, 0.19) : dice.between(0.1, 0.15);
            strap(shoe, {{x + w, last.top(x) + high}, {x + w * 1.5, last.top(x) + high * 0.8}, {x + w * 1.8, last.top(x)}},
                  w * 0.8, smooth(darker(upper_colour, 0.7), dice));
            strap(shoe, {last.over(x - w * 0.4, -0.03), last.over(x, high), last.over(x + w * 1.1, high * 0.95)}, w, fabric);
            if (dice.chance(0.7)) buckle(shoe, last.over(x + 0.02, high * 0.7), 0.024, metal(dice));
        }
        if (dice.chance(0.5))
            strap(shoe, {last.over(0.02, 0), last.over(0.03, 0.15), last.over(0.16, 0.19), last.over(first, 0.14)},
                  dice.between(0.03, 0.06), fabric);
    } else {  // a closed slipper without a back
        const double a = dice.between(0.36, 0.46), high = dice.between(0.19, 0.26);
        const Path front = front_line(last, last.over(a + 0.07, high), dice.between(0.12, 0.15), Toe::round);
        body =
            shoe.fill(join(curve({last.over(a - 0.06, -last.sole * 0.3), last.over(a, high * 0.7), last.over(a + 0.07, high)}),
                           front, reversed(last.bed(a - 0.06, 0.98, -last.sole * 0.3))),
                      fabric, {.edge = 0.3, .round = 0.04, .relief = 0.25});
        if (dice.chance(0.4))
            strap(shoe, {last.over(a + 0.02, 0), last.over(a + 0.08, high * 0.6), last.over(a + 0.16, high)}, 0.05,
                  smooth(darker(upper_colour, 0.85), dice), body);
        if (dice.chance(0.4)) buckle(shoe, last.over(a + 0.08, high * 0.5), 0.024, metal(dice));
    }
    const double cup = dice.between(-0.005, 0.02), end = dice.between(0.99, 1.0);
    const int sole = shoe.fill(join(curve({last.over(-0.002, cup), last.over(0.08, cup * 0.3), last.over(0.25, -0.002),
                                           last.over(0.5, -0.008), last.over(0.8, 0), last.over(end, 0.004)}),
                                    curve({last.over(1.003, -last.sole * 0.5),
                                           {0.955, last.bottom(0.955) + 0.002},
                                           {0.6, 0},
                                           {0.05, 0},
                                           {-0.006, last.sole * 0.5}})),
                               dice.chance(0.12)   ? striped(smooth(sole_colour, dice), pick(rates.palette, dice),
                                                             dice.between(12, 24), dice.between(0.5, 1), 0.5)
                               : dice.chance(0.12) ? rope(dyed(dye::tan, dice), dice)
                                                   : smooth(sole_colour, dice),
                               {.edge = 0.25, .round = 0.025, .relief = 0.3});
    if (dice.chance(rates.layered)) {
        for (int i = dice.whole(1, 3); i > 0; --i) {
            shoe.line(last.bed(-0.02, 1.02, -last.sole * dice.between(0.15, 0.9)), dice.between(0.006, 0.042),
                      dice.chance(0.6) ? pick(rates.palette, dice) : against(sole_colour, 0.3), {.inside = sole});
        }
    }
    if (dice.chance(0.35)) {
        for (double x = 0; x < 1; x += 0.07)
            shoe.line({{x, 0}, {x, last.sole * 0.3}}, 0.012, against(sole_colour, 0.3), {.alpha = 0.7, .inside = sole});
    }
    if (dice.chance(0.2))
        lettering(shoe, {0.05, last.sole * 0.3}, last.sole * 0.4, dice.whole(3, 6), against(sole_colour, 0.2), sole, dice);
    return shoe;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
