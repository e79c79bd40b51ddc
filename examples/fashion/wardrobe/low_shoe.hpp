// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/rates/shoes.hpp"
#include "fashion/wardrobe/shoe_parts.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

enum class LowShoeKind { oxford, derby, brogue, monk, loafer, driver, boat, slipper, espadrille, mule };

namespace detail {

inline void low_sole(Drawing& shoe, const Last& last, LowShoeKind kind, Colour upper, const LowShoeRates& rates, Dice& dice) {
    if (kind == LowShoeKind::espadrille) {
        const Colour jute = dice.chance(0.85)
                                ? dyed(dice.any(Colour{212, 190, 152}, Colour{196, 168, 128}, Colour{226, 208, 176}), dice, 8)
                                : dyed(dye::black, dice);
        const double end = dice.between(0.985, 1.0);
        const int sole = shoe.fill(
            join(curve({{-0.002, last.top(0)}, last.over(0.35, 0.004), last.over(0.7, 0.004), {end, last.top(1) + 0.008}}),
                 curve({{1.002, last.top(1) - last.sole * 0.5},
                        {0.94, last.bottom(0.94) + 0.006},
                        {0.5, 0},
                        {0.05, 0},
                        {-0.004, last.sole * 0.4}})),
            rope(jute, dice), {.edge = 0.22, .round = 0.02, .relief = 0.2});
        shoe.line({{-0.01, 0.007}, {0.6, 0.007}, {0.93, last.bottom(0.93) + 0.01}}, 0.014,
                  dice.any(Colour{62, 52, 46}, Colour{170, 130, 90}, Colour{222, 216, 205}), {.inside = sole});
        shoe.stitch(last.bed(0.01, 0.98, 0.006), 0.008, lighter(jute, 0.3), {}, 0.01, 0.006);
        return;
    }
    Colour rubber = dice.chance(0.6) ? dyed(dye::black, dice, 8)
                                     : dice.any(dyed(dye::dark_brown, dice), dyed(dye::tan, dice), dyed(dye::brown, dice));
    if (dice.chance(rates.pale_sole)) rubber = dyed(dice.any(dye::beige, dye::white, dye::cream, dye::tan), dice, 8);
    if (kind == LowShoeKind::boat) rubber = dyed(dice.any(dye::white, dye::dark_brown, dye::cream), dice, 8);
    if (kind == LowShoeKind::driver) {
        shoe.fill(last.slab(0.02, 0.985, std::max(0.012, last.sole * 0.7)), smooth(rubber, dice), {.edge = 0.1, .round = 0.01});
        for (double x = 0.03; x < 0.88; x += 0.055) shoe.dot({x, last.bottom(x) + 0.006}, 0.014, 0.009, rubber);
        return;
    }
    if (last.sole > 0.045) {
        const int sole = shoe.fill(last.wedge(0.0, 0.998), smooth(rubber, dice), {.edge = 0.2, .round = 0.015, .relief = 0.2});
        if (dice.chance(0.35)) {
            for (double x = 0.05; x < 0.9; x += 0.06)
                shoe.line({{x, 0}, {x, last.sole * 0.4}}, 0.014, against(rubber, 0.35), {.alpha = 0.8, .inside = sole});
        }
        if (dice.chance(0.4))
            shoe.line(last.bed(0, 1, -last.sole * dice.between(0.2, 0.6)), 0.008, against(rubber, 0.3), {.inside = sole});
    } else {
        shoe.fill(last.slab(0.012, 0.997, std::max(0.014, last.sole * 0.85)), smooth(rubber, dice),
                  {.edge = 0.12, .round = 0.01});
    }
    if (last.heel > 0.012 || last.sole < 0.045) {
        const double width = dice.between(0.22, 0.29),
                     taper = last.heel > 0.05 ? dice.between(0.7, 1.0) : dice.between(0.9, 1.0);
        block_heel(shoe, last, dice.chance(0.75) ? smooth(rubber, dice) : smooth(darker(upper, 0.9), dice), 0.012, width, taper,
                   dice);
    }
    if (dice.chance(0.5))
        shoe.line(last.bed(0.015, 0.99, -0.003), 0.008, dice.chance(0.6) ? lighter(rubber, 0.3) : dyed(dye::tan, dice),
                  {.alpha = 0.85});
}

inline void low_front(Drawing& shoe, const Last& last, const Upper& upper, int body, LowShoeKind kind, Colour colour,
                      bool bold_hardware, Dice& dice) {
    const Point vamp = upper.opening.back();
    const double rise = vamp.y - last.top(vamp.x), x = vamp.x;
    const Colour seam = against(colour, 0.35);
    const auto sewn = [&](const Path& knots, double width = 0.007) {
        shoe.line(curve(knots), width, seam, {.alpha = 0.8, .inside = body});
    };
    if (kind == LowShoeKind::oxford || kind == LowShoeKind::derby || kind == LowShoeKind::brogue || kind == LowShoeKind::boat) {
        const Colour lace = dice.chance(0.8) ? darker(colour, 0.6) : dyed(dice.any(dye::white, dye::tan, dye::black), dice);
        laces(shoe, part_of(upper.front, 0.02, 0.3),
              {dice.whole(3, 6), dice.between(0.035, 0.065), dice.between(0.008, 0.013), dice.between(0.2, 0.5),
               dice.chance(0.3), false, lace, against(colour, 0.5)},
              dice);
        if (dice.chance(0.5)) bow(shoe, vamp + Point{0.04, -0.005}, dice.between(0.02, 0.045), smooth(lace, dice));
        sewn({{x - 0.05, vamp.y - 0.04}, last.over(x + 0.06, rise * 0.35), last.over(x + 0.2, 0.09)});
        if (dice.chance(0.6)) sewn({last.over(0.76, 0), last.over(0.775, 0.07), last.over(0.73, 0.2)});
        if (kind == LowShoeKind::brogue) {
            for (int i = 0; i < 16; ++i) {
                shoe.dot(last.over(0.26 + i * 0.033, 0.045 + 0.03 * std::sin(i * 0.8)), 0.005, 0.005, darker(colour, 0.4),
                         {.inside = body});
            }
            sewn({last.over(0.66, 0), last.over(0.74, 0.06), last.over(0.82, 0.07), last.over(0.78, 0.2)});
        }
        if (dice.chance(0.5)) sewn({last.over(0.28, 0), last.over(0.24, 0.1), last.over(0.15, 0.18)});
    } else if (kind == LowShoeKind::monk) {
        const int straps = dice.whole(1, 2);
        const Colour clasp = metal(dice);
        for (int i = 0; i < straps; ++i) {
            const Point from = last.over(0.2, 0.07 + i * 0.055), to = last.over(0.54, 0.16 + i * 0.045);
            strap(shoe, {from, mix(from, to, 0.5) + Point{0, 0.012}, to}, 0.036, smooth(darker(colour, 0.85), dice), body);
            buckle(shoe, mix(from, to, 0.5), 0.022, clasp);
        }
        if (dice.chance(0.5)) sewn({last.over(0.76, 0), last.over(0.775, 0.07), last.over(0.73, 0.2)});
    } else if (kind != LowShoeKind::espadrille) {
        const double front = x + dice.between(0.05, 0.09);
        sewn({last.over(x - 0.1, 0.01), last.over(x - 0.02, 0.1), last.over(front, rise)});
        if (kind != LowShoeKind::slipper) {
            sewn({last.over(x + 0.09, rise * 0.35), last.over(0.7, 0.1), last.over(0.86, 0.09), last.over(0.93, 0.085)});
            if (dice.chance(0.7))
                strap(shoe,
                      {last.over(x + 0.01, 0.03), last.over(front + 0.01, rise * 0.5), last.over(front + 0.05, rise * 0.95)},
                      dice.between(0.035, 0.07),
                      smooth(darker(colour, colour.luminance() > 140 ? dice.between(0.92, 1) : dice.between(0.78, 1)), dice),
                      body);
        }
        if (dice.chance(bold_hardware ? 0.5 : 0.35)) {
            const Colour clasp = metal(dice);
            const Point from = last.over(x + 0.02, rise * 0.45), to = last.over(x + 0.1, rise * 0.72);
            shoe.line({from, to}, dice.between(0.012, 0.022), clasp, {.edge = 0.2, .round = 0.008});
            if (dice.chance(0.5)) buckle(shoe, mix(from, to, 0.5), 0.02, clasp);
        } else if (dice.chance(0.3)) {  // tassel or fringe
            for (int i = 0; i < 6; ++i)
                shoe.line({last.over(x + 0.06, rise * 0.6), last.over(x + 0.05 + i * 0.012, rise * 0.25)}, 0.008,
                          darker(colour, 0.75));
        } else if (kind == LowShoeKind::slipper && dice.chance(0.5)) {
            const Colour ink = dice.chance(0.6) ? dyed(dye::gold, dice) : any_dye(dice);
            shoe.fill(loop({last.over(x + 0.07, 0.12), last.over(x + 0.13, 0.14), last.over(x + 0.12, 0.08),
                            last.over(x + 0.08, 0.07)}),
                      patched({ink, darker(ink), colour}, 3, 0.4, dice), {.inside = body});
        }
    } else {
        if (dice.chance(0.6)) sewn({last.over(0.7, 0.01), last.over(0.73, 0.1), last.over(0.69, 0.2)});
        if (dice.chance(0.4)) sewn({last.over(0.24, 0.01), last.over(0.24, 0.12), last.over(0.2, 0.24)});
    }
}

}  // namespace detail

/// A low shoe that is no trainer: laced, buckled or slipped on.
inline Drawing low_shoe(const LowShoeRates& rates, Dice& dice) {
    Drawing shoe;
    const auto kind = static_cast<LowShoeKind>(dice.weighted(rates.kinds));
    const bool dress = kind <= LowShoeKind::monk, laced = dress || kind == LowShoeKind::boat;
    const Colour colour = pick(kind == LowShoeKind::espadrille ? rates.summer : dress ? rates.dress : rates.palette, dice);
    Last last{dice.of(rates.heel), dice.between(0.018, 0.034), dice.between(0, 0.035), 0.66, 0.2};
    if (dice.chance(rates.high_heel)) last.heel = dice.between(0.05, 0.13);
    if (dice.chance(rates.thick_sole)) last.sole = dice.between(0.045, 0.1);
    if (kind == LowShoeKind::espadrille)
        last.sole = dice.of(rates.jute),
        last.heel = dice.chance(rates.high_heel) ? dice.between(0.02, 0.08) : dice.between(0, 0.015);
    if (kind == LowShoeKind::driver) last.sole = dice.between(0.016, 0.026), last.heel = dice.between(0, 0.012);
    if (kind == LowShoeKind::boat) last.sole = dice.between(0.03, 0.055), last.heel = dice.between(0, 0.015);
    const Toe shape = dress && dice.chance(rates.pointed) ? Toe::pointed
                      : dice.chance(0.1)                  ? Toe::square
                      : dice.chance(rates.pointed * 0.5)  ? Toe::pointed
                                                          : Toe::round;
    const bool closed = laced || dice.chance(0.12);
    UpperMeasures measures{.collar = dice.of(rates.collar),
                           .dip = closed ? dice.between(0.025, 0.07) : dice.between(0.045, 0.105),
                           .vamp_x = dice.of(closed ? Range{0.34, 0.43} : rates.vamp_x),
                           .vamp = dice.of(closed ? rates.laced_vamp : rates.vamp),
                           .toe = shape == Toe::pointed ? dice.between(0.085, 0.115) : dice.between(0.105, 0.145),
                           .lean = dice.between(0, 0.03),
                           .tab = kind == LowShoeKind::espadrille && dice.chance(0.4) ? dice.between(0.01, 0.05) : 0,
                           .low_at = closed ? dice.between(0.35, 0.55) : dice.between(0.55, 0.78),
                           .shape = shape};
    const bool mule = kind == LowShoeKind::mule;
    ground_shadow(shoe, 0.02, 0.96, dice.between(0, 0.35));
    const Colour inner = dice.any(dyed(dye::beige, dice), dyed(dye::tan, dice), darker(colour), darker(colour, 0.45));
    Upper upper = low_upper(last, measures);
    double gloss = dress ? dice.between(0.4, 2.2) : dice.between(0, 1.6);
    if (kind == LowShoeKind::espadrille) gloss = 0;
    if (mule) {  // open at the back
        const Point vamp = last.over(measures.vamp_x, measures.vamp);
        const double from = dice.between(0.22, 0.36);
        const Path edge = curve({last.over(from, 0),
                                 last.over(from + 0.05, 0.06),
                                 {mix(last.over(from, 0.1), vamp, 0.65).x, mix(last.over(from, 0.1), vamp, 0.6).y},
                                 vamp});
        upper.opening = edge;
        upper.outline = join(edge, upper.front, reversed(last.bed(from, 0.985)));
        shoe.fill(last.slab(0.03, 0.7, -0.02), smooth(inner, dice), {.edge = 0.2, .round = 0.01});
    } else {
        lining(shoe, upper, smooth(inner, dice), 0.035);
    }
    Fabric fabric = kind == LowShoeKind::espadrille ? (dice.chance(0.2)    ? upper_fabric(colour, 0.7, dice)
                                                       : dice.chance(0.65) ? canvas(colour, dice)
                                                                           : suede(colour, dice))
                    : dress                         ? (dice.chance(rates.bold * 0.5) ? upper_fabric(colour, 1, dice)
                                                       : dice.chance(0.85)           ? leather(colour, dice)
                                                                                     : suede(colour, dice))
                                                    : upper_fabric(colour, rates.bold, dice);
    const int body =
        shoe.fill(upper.outline, std::move(fabric), {.edge = 0.32, .round = 0.035, .relief = 0.25, .gloss = gloss});
    for (int i = dice.whole(0, 3); i > 0; --i) {
        const double x = dice.between(0.55, 0.7);
        shoe.fold(curve({last.over(x, 0.06), last.over(x + 0.03, 0.1), last.over(x + 0.02, 0.15)}), 0.014,
                  dice.between(-0.25, 0.2), body, 0.008);
    }
    detail::low_front(shoe, last, upper, body, kind, colour, rates.hardware, dice);
    if (dice.chance(0.04)) studs(shoe, last.bed(0.05, 0.95, 0.03), dice.whole(8, 20), 0.009, metal(dice));
    shoe.line(upper.opening, 0.009, against(colour, 0.3), {.alpha = 0.8, .inside = body});
    if (dice.chance(rates.bow))
        bow(shoe, last.over(measures.vamp_x + 0.04, measures.vamp), dice.between(0.025, 0.05),
            smooth(darker(colour, 0.9), dice));
    detail::low_sole(shoe, last, kind, colour, rates, dice);
    return shoe;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
