// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/shoe_parts.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// A flat rubber cup that rises a little over the upper: court shoes, plimsolls.
inline void cup_sole(Drawing& shoe, const Last& last, Colour rubber, const Palette& accents, bool canvas_shoe, Dice& dice) {
    const double over = dice.between(0, 0.03),
                 toe_over = over + (canvas_shoe ? dice.between(0.02, 0.05) : dice.between(0, 0.02));
    const double end = dice.between(0.985, 1.0);
    const Path rim = curve({{-0.002, last.top(0) + over},
                            last.over(0.35, over * 0.8),
                            last.over(0.7, over),
                            last.over(0.9, toe_over),
                            {end, last.top(1) + toe_over * 0.5}});
    const Path ground = curve({{1.004, last.top(1) - last.sole * 0.3},
                               {0.975, last.bottom(1) + last.sole * 0.08},
                               {0.86, last.bottom(0.86)},
                               {0.5, 0},
                               {0.05, 0},
                               {-0.004, last.sole * 0.25}});
    const int sole = shoe.fill(join(rim, ground), dice.chance(0.15) ? canvas(rubber, dice) : smooth(rubber, dice),
                               {.edge = 0.28, .round = 0.03, .relief = 0.25});
    shoe.line(rim, 0.006, against(rubber, 0.2), {.alpha = 0.6, .inside = sole});
    if (dice.chance(0.4)) {
        const Colour band = dice.chance(0.5) ? pick(accents, dice) : against(rubber, 0.2);
        shoe.line(last.bed(-0.02, 1.01, -last.sole * dice.between(0.15, 0.7)), dice.between(0.005, 0.018), band,
                  {.inside = sole});
    }
    if (dice.chance(0.45)) {  // the tread, often of another rubber
        const Colour tread =
            dice.any(dyed(dye::tan, dice), dyed(dye::soot, dice), darker(rubber, 0.85), dyed(dye::silver_grey, dice));
        shoe.line(join(Path{{-0.01, 0.006}, {0.6, 0.006}}, last.bed(0.65, 0.98, -last.sole + 0.006, 8)),
                  dice.between(0.012, 0.024), tread, {.inside = sole});
    }
    if (dice.chance(0.35)) {  // foxing with ribs at the toe
        for (double x = 0.86; x < 0.99; x += 0.012)
            shoe.line({last.over(x, 0), last.over(x, -last.sole * 0.7)}, 0.004, against(rubber, 0.15), {.inside = sole});
    }
    if (dice.chance(0.3)) {
        shoe.stitch(last.bed(0, 1, -0.008), 0.005, against(rubber, 0.22), {.inside = sole}, 0.008, 0.006);
    }
}

/// Foam in lumps, with bits of other colours, and an arch: runners and the shoes that look like them.
inline void sculpted_sole(Drawing& shoe, const Last& last, Colour rubber, const Palette& accents, double lumps, Dice& dice) {
    Path rim, ground;
    const int count = dice.whole(4, 11);
    const double phase = dice.between(0, 6), wave = dice.between(5, 15), arch = dice.between(0, 0.4) * last.sole,
                 flare = dice.between(0, 0.02);
    for (int i = 0; i <= 60; ++i) {
        const double x = i / 60.0;
        rim.push_back({x * (1.01 + flare) - 0.005 - flare,
                       last.top(x) + 0.02 + 0.022 * std::sin(x * wave + phase) + 0.02 * (x > 0.8 ? x - 0.8 : 0) * 5});
        const double lump = lumps * std::abs(std::sin(x * count * 3.1416 + phase)),
                     middle = std::exp(-std::pow((x - 0.45) / 0.12, 2)) * arch;
        ground.push_back({x * (1.01 + flare) - 0.005 - flare, std::max(0.0, last.bottom(x)) + lump * 0.6 + middle});
    }
    rim.back().x = 0.998;
    const int sole = shoe.fill(join(rim, reversed(ground)), smooth(rubber, dice), {.edge = 0.3, .round = 0.03, .relief = 0.3});
    for (int i = dice.whole(1, 4); i > 0; --i) {
        const double x = dice.between(-0.05, 0.85), w = dice.between(0.12, 0.4), h = last.sole;
        const Colour bit = dice.chance(0.6) ? pick(accents, dice) : against(rubber, 0.25);
        shoe.fill(loop({{x, h * dice.between(0.3, 0.8)},
                        {x + w * 0.4, h * dice.between(0.7, 1.2)},
                        {x + w, h * dice.between(0.3, 0.8)},
                        {x + w * 0.5, h * dice.between(0, 0.3)}}),
                  smooth(bit, dice), {.edge = 0.2, .round = 0.01, .inside = sole});
    }
    for (int i = dice.whole(2, 8); i > 0; --i) {  // grooves
        const double x = dice.between(0, 1), lean = dice.between(-0.06, 0.06);
        shoe.line(curve({{x, last.bottom(x)}, {x + lean, last.bottom(x) + last.sole * 0.5}, {x + lean * 0.5, last.top(x)}}),
                  0.008, against(rubber, 0.25), {.alpha = 0.7, .inside = sole});
    }
    if (dice.chance(0.5)) {
        const Colour band = dice.chance(0.5) ? pick(accents, dice) : against(rubber, 0.3);
        shoe.line(curve({last.over(-0.02, -last.sole * 0.3), last.over(0.3, -last.sole * dice.between(0, 0.6)),
                         last.over(0.6, -last.sole * dice.between(0.2, 0.7)), last.over(1.02, -last.sole * 0.3)}),
                  dice.between(0.008, 0.03), band, {.inside = sole});
    }
    if (dice.chance(0.5)) {  // the tread
        const Colour tread = dice.chance(0.5) ? dyed(dye::soot, dice) : pick(accents, dice);
        for (double x = 0.02; x < 0.92; x += 0.075)
            shoe.line({{x, last.bottom(x) + 0.006}, {x + 0.05, last.bottom(x + 0.05) + 0.006}}, 0.014, tread, {.inside = sole});
    }
    if (dice.chance(0.25)) {  // an air cushion
        const Colour air = dyed(dice.any(dye::silver_grey, dye::yellow, dye::sky, dye::pink), dice);
        const double from = dice.between(0, 0.1), to = dice.between(0.3, 0.9), h = last.sole;
        shoe.fill(loop({{from, h * 0.3},
                        {from + 0.03, h * 0.75},
                        {to - 0.03, last.bottom(to) + h * 0.7},
                        {to, last.bottom(to) + h * 0.35}}),
                  mirror_like(air, dice), {.alpha = 0.85, .inside = sole});
    }
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
