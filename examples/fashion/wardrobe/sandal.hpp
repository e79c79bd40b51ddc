// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/rates/shoes.hpp"
#include "fashion/wardrobe/shoe_parts.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

enum class SandalKind { heeled, flat, wedge, platform, slide, thong };

/// A sandal of straps, on anything from a flat sole to a wedge.
inline Drawing sandal(const SandalRates& rates, Dice& dice) {
    Drawing shoe;
    const auto kind = static_cast<SandalKind>(dice.weighted(rates.kinds));
    const Colour colour = pick(rates.palette, dice),
                 sole_colour =
                     dice.chance(0.6) ? dyed(dice.any(dye::tan, dye::beige, dye::black, dye::nude, dye::brown), dice) : colour;
    const bool high = kind == SandalKind::heeled || kind == SandalKind::wedge || kind == SandalKind::platform;
    Last last{0, 0, dice.between(0, 0.02), 0.7, 0.13};
    switch (kind) {
        case SandalKind::heeled:
            last.heel = dice.of(rates.heel), last.sole = dice.between(0.012, 0.026);
            break;
        case SandalKind::wedge:
            last.heel = dice.of(rates.wedge), last.sole = dice.between(0.05, 0.14);
            break;
        case SandalKind::platform:
            last.heel = dice.between(0.2, 0.4), last.sole = dice.between(0.07, 0.13);
            break;
        default:
            last.heel = dice.between(0, 0.03),
            last.sole = dice.chance(rates.flatform) ? dice.between(0.06, 0.12) : dice.between(0.018, 0.045);
    }
    if (kind == SandalKind::slide && dice.chance(0.4))
        last.heel = dice.between(0.1, 0.35), last.sole = dice.between(0.014, 0.03);
    const Fabric fabric = upper_fabric(colour, rates.bold, dice);
    const double width = dice.of(rates.strap), far_shade = 0.75;
    const Colour jewel = metal(dice);
    const bool studded = dice.chance(0.2);
    const auto put = [&](const Path& knots, double w, bool far = false) {
        strap(shoe, knots, w, far ? smooth(darker(colour, far_shade), dice) : fabric);
        if (studded && !far) studs(shoe, curve(knots), 5, std::max(0.007, w * 0.28), jewel);
    };
    ground_shadow(shoe, 0.02, 0.96, dice.between(0, 0.3));
    const bool ankle = kind != SandalKind::slide && kind != SandalKind::thong ? dice.chance(0.78)
                                                                              : kind == SandalKind::thong && dice.chance(0.5);
    const double ankle_y = last.top(0.1) + dice.between(0.15, 0.3), ankle_x = dice.between(0.26, 0.36);
    if (ankle) put({{0.06, ankle_y}, {0.16, ankle_y + 0.035}, {ankle_x, ankle_y + 0.01}}, width * 0.8, true);
    for (const double x : {0.72, 0.82}) {
        if (dice.chance(0.6))
            put({last.over(x - 0.12, 0.02), last.over(x - 0.06, 0.13), last.over(x + 0.02, 0.02)}, width * 0.9, true);
    }
    // the sole
    if (kind == SandalKind::wedge || (kind == SandalKind::platform && dice.chance(0.35))) {
        Path outline = last.wedge(0.015, 0.998);
        outline.back() = {dice.between(0.03, 0.07), 0};
        const Colour straw = dyed(dice.any(Colour{200, 165, 120}, Colour{150, 130, 85}, Colour{215, 190, 150}), dice);
        const int wedge = shoe.fill(outline, dice.chance(0.6) ? rope(straw, dice) : leather(sole_colour, dice),
                                    {.edge = 0.25, .round = 0.03});
        if (dice.chance(0.5)) shoe.line(last.bed(0.02, 0.99), 0.013, colour);
        if (dice.chance(0.6))
            shoe.line({{0.02, 0.008}, {0.8, 0.008}, {0.97, 0.02}}, 0.014, darker(sole_colour, 0.6), {.inside = wedge});
    } else {
        if (last.heel > 0.09) {
            const Fabric heel = dice.chance(0.6)   ? smooth(colour, dice)
                                : dice.chance(0.2) ? mirror_like(jewel, dice)
                                                   : smooth(sole_colour, dice);
            if (dice.chance(rates.block)) {
                const double w = dice.between(0.13, 0.24);
                block_heel(shoe, last, heel, 0.025, w, dice.between(0.65, 1.0), dice);
            } else {
                const double w = dice.between(0.09, 0.13), tip = dice.between(0.012, 0.03), lean = dice.between(0.0, 0.05);
                stiletto(shoe, last, heel, 0.028, w, tip, lean);
            }
        } else if (last.heel > 0.014) {
            block_heel(shoe, last, smooth(sole_colour, dice), 0.02, 0.22, 0.95, dice);
        }
        const int sole = shoe.fill(last.slab(0.015, 0.997, last.sole),
                                   kind == SandalKind::platform           ? fabric
                                   : last.sole > 0.05 && dice.chance(0.4) ? rope(dyed(dye::tan, dice), dice)
                                                                          : smooth(sole_colour, dice),
                                   {.edge = 0.18, .round = 0.012, .relief = 0.2});
        if (last.sole > 0.04 && dice.chance(0.5))
            shoe.line(last.bed(0, 1, -last.sole * dice.between(0.3, 0.7)), 0.01, against(sole_colour, 0.3), {.inside = sole});
    }
    // near straps
    if (kind == SandalKind::slide) {
        const double a = dice.between(0.38, 0.54), b = dice.between(0.78, 0.87), rise = dice.between(0.11, 0.18);
        if (dice.chance(0.6)) {
            shoe.fill(join(curve({last.over(a, -0.01), last.over(a + 0.03, rise * 0.85), last.over(a + 0.12, rise + 0.01),
                                  last.over(b - 0.03, rise * 0.62), last.over(b + 0.01, rise * 0.4)}),
                           curve({last.over(b, rise * 0.35), last.over(b - 0.03, -0.01)})),
                      fabric, {.edge = 0.3, .round = 0.03, .relief = 0.25});
        } else {
            put({last.over(b - 0.02, -0.01), last.over(b - 0.07, rise * 0.7), last.over(a + 0.16, rise)}, width * 2);
            put({last.over(a + 0.05, -0.01), last.over(a + 0.09, rise * 0.8), last.over(a + 0.2, rise * 1.02)}, width * 2);
        }
        if (dice.chance(0.4)) buckle(shoe, last.over((a + b) / 2 - 0.05, rise * 0.6), dice.between(0.02, 0.04), jewel);
    } else if (kind == SandalKind::thong) {
        put({last.over(0.8, 0), last.over(0.72, 0.09), last.over(0.6, 0.13), last.over(0.42, 0.0)}, width);
        if (dice.chance(0.5))
            put({last.over(0.7, 0.1), last.over(0.5, 0.17), {ankle_x, ankle ? ankle_y : last.top(0.3) + 0.1}}, width * 0.8);
        shoe.dot(last.over(0.7, 0.1), 0.022, 0.02, dice.chance(0.5) ? jewel : colour, {.edge = 0.3, .round = 0.01});
    } else if (ankle && dice.chance(rates.caged)) {  // a strap along the instep, others across it
        const Path instep = curve({last.over(0.8, 0.09),
                                   last.over(0.68, 0.14),
                                   last.over(0.52, 0.2),
                                   {ankle_x + 0.03, ankle_y - 0.03},
                                   {ankle_x - 0.01, ankle_y}});
        for (int i = dice.whole(2, 4); i > 0; --i) {
            const double place = 0.22 * i - 0.14;
            const Point cross = at(instep, place);
            put({last.over(cross.x - 0.09, 0.0), cross + Point{-0.035, -0.03}, cross}, width * dice.between(0.9, 1.4));
            put({cross, cross + Point{0.035, -0.04}, last.over(cross.x + 0.06, 0.01)}, width * 0.8, true);
        }
        put(instep, width * dice.between(0.8, 1.3));
        put({last.over(0.86, -0.01), last.over(0.84, 0.07), last.over(0.78, 0.1)}, width * 1.3);
    } else {
        double x = dice.between(0.8, 0.86);
        for (int i = dice.whole(1, 4); i > 0; --i) {
            const double w = width * dice.between(0.8, 1.5);
            if (dice.chance(0.45)) {  // a band over the toes
                const double wide = std::max(0.05, w * dice.between(1.2, 2.4)), rise = dice.between(0.09, 0.14);
                shoe.fill(join(curve({last.over(x - wide - 0.02, -0.01), last.over(x - wide, rise * 0.8),
                                      last.over(x - wide * 0.6, rise), last.over(x - 0.015, rise * 0.8),
                                      last.over(x + 0.015, rise * 0.5)}),
                               curve({last.over(x + 0.01, rise * 0.45), last.over(x, -0.01)})),
                          fabric, {.edge = 0.3, .round = 0.02, .relief = 0.25});
                x -= wide;
            } else if (dice.chance(0.6)) {
                put({last.over(x - dice.between(0, 0.1), -0.01), last.over(x - 0.06, 0.11), last.over(x - 0.11, 0.15)}, w);
            } else {
                put({last.over(x - 0.12, -0.01), last.over(x - 0.08, 0.11), last.over(x - 0.02, 0.12)}, w);
            }
            x -= dice.between(0.07, 0.12);
        }
        if (dice.chance(0.4)) put({last.over(x, 0.09), last.over(x - 0.1, 0.18), {ankle_x, ankle_y}}, width);
        if (dice.chance(0.35)) {
            const double foot = dice.between(0.4, 0.5);
            put({last.over(foot, -0.01), last.over(foot + 0.02, 0.12), last.over(foot - 0.04, 0.22)}, width);
        }
        if (dice.chance(0.1)) bow(shoe, last.over(0.76, 0.12), 0.05, fabric);
    }
    if (ankle) {
        if (dice.chance(0.45)) {  // a counter behind the heel
            shoe.fill(loop({last.over(0.03, -0.005),
                            last.over(0.012, 0.1),
                            {0.04, ankle_y},
                            last.over(0.14, 0.12),
                            last.over(0.23, 0)}),
                      fabric, {.edge = 0.3, .round = 0.025});
        } else {
            put({last.over(0.05, -0.01), last.over(0.03, 0.08), {0.05, ankle_y}}, width * dice.between(0.8, 1.5));
        }
        put({{0.05, ankle_y - 0.01}, {0.1, ankle_y - 0.02}, {0.22, ankle_y - 0.03}, {ankle_x, ankle_y}},
            width * dice.between(0.8, 1.4));
        if (dice.chance(0.5)) put({{0.06, ankle_y - 0.03}, last.over(0.2, 0.08), last.over(0.26, -0.01)}, width * 0.8);
        if (dice.chance(0.6)) buckle(shoe, {0.2, ankle_y - 0.025}, 0.02, jewel);
        if (dice.chance(rates.gladiator)) {
            for (int i = 1; i <= 3; ++i)
                put({{0.06, ankle_y + 0.09 * i}, {0.2, ankle_y + 0.09 * i - 0.03}, {ankle_x, ankle_y + 0.09 * i}}, width);
            put({{ankle_x, ankle_y}, {ankle_x + 0.02, ankle_y + 0.14}, {ankle_x, ankle_y + 0.28}}, width * 0.8);
        }
    } else if (kind != SandalKind::slide && high && dice.chance(0.6)) {
        put({last.over(0.05, 0.1), last.over(0.3, 0.1), last.over(0.6, 0.07)}, width);
    }
    return shoe;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
