// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/last.hpp"
#include "fashion/wardrobe/trimmings.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// What an upper is made of; `bold` is the chance of a print, glitter or crocodile.
inline Fabric upper_fabric(Colour colour, double bold, Dice& dice) {
    if (dice.chance(bold)) {
        switch (dice.whole(0, 6)) {
            case 0:
                return leopard(dice);
            case 1:
                return glitter(colour, dice);
            case 2:
                return floral(colour, dice);
            case 3:
                return striped(smooth(colour, dice), any_dye(dice), dice.between(5, 16), dice.between(0, 3),
                               dice.between(0.2, 0.5));
            case 4:
                return checked(canvas(colour, dice), any_dye(dice), dice.between(7, 20), dice.between(0.2, 0.5),
                               dice.between(0.3, 0.9));
            case 5:
                return mirror_like(dice.chance(0.5) ? dyed(dice.any(dye::gold, dye::silver, dye::pink), dice) : colour, dice);
            default:
                return crocodile(colour, dice);
        }
    }
    const int kind = dice.whole(0, 3);
    return kind < 2 ? leather(colour, dice) : kind == 2 ? suede(colour, dice) : canvas(colour, dice);
}

/// The far side of the opening, seen from above: the lining.
inline void lining(Drawing& shoe, const Upper& upper, Fabric fabric, double rise) {
    const Point heel = upper.opening.front(), vamp = upper.opening.back();
    double low = heel.y;
    for (const Point p : upper.opening) low = std::min(low, p.y);
    const Path far = curve({vamp + Point{-0.015, 0.008},
                            {vamp.x * 0.7 + heel.x * 0.3, std::lerp(low + rise, std::max(vamp.y, low + rise), 0.25)},
                            {vamp.x * 0.3 + heel.x * 0.7, low + rise + 0.3 * std::max(0.0, heel.y - low - rise)},
                            heel + Point{0.025, 0.002}});
    shoe.fill(join(upper.opening, far), std::move(fabric), {.edge = 0.3, .round = 0.03});
}

/// A heel block under the seat, from x, `width` at the top, `taper` of it at the ground.
inline int block_heel(Drawing& shoe, const Last& last, Fabric fabric, double x, double width, double taper, Dice& dice) {
    const double foot = x + (1 - taper) * width * dice.between(0.15, 0.6), front = foot + width * taper;
    Path outline = last.bed(x, x + width, -0.3 * last.sole, 8);
    const double height = outline.back().y;
    outline = join(outline, curve({outline.back(), {std::lerp(x + width, front, 0.6), height * 0.55}, {front, 0}}, 4),
                   Path{{foot, 0}}, curve({{foot, 0}, {x + (foot - x) * 0.6, height * 0.5}, outline.front()}, 4));
    const int heel = shoe.fill(outline, std::move(fabric), {.edge = 0.25, .round = 0.025});
    if (height > 0.05)
        shoe.line({{foot - 0.01, 0.006}, {front + 0.01, 0.006}}, 0.014, Colour{38, 33, 30}, {.alpha = 0.85, .inside = heel});
    return heel;
}

/// A thin high heel.
inline void stiletto(Drawing& shoe, const Last& last, Fabric fabric, double x, double width, double tip, double lean) {
    const double back = last.top(x) - 0.3 * last.sole, front = last.top(x + width) - 0.5 * last.sole;
    const double foot = x + lean * 1.1 + tip;
    shoe.fill(join(curve({{x, back}, {x + lean * 0.9, back * 0.6}, {x + lean * 1.1, 0}}),
                   curve({{foot, 0},
                          {x + lean + tip * 1.15 + 0.004, back * 0.5},
                          {x + lean + tip + 0.028, back * 0.78},
                          {x + width, front}})),
              std::move(fabric), {.edge = 0.25, .round = 0.015});
}

/// Laces between two points of the instep, each running down and back.
struct Lacing {
    int rows = 5;
    double reach = 0.08, width = 0.012, slope = 0.35;
    bool eyelets = false, crossed = false;
    Colour lace, eyelet;
};

inline void laces(Drawing& shoe, const Path& instep, const Lacing& l, Dice& dice) {
    for (int i = 0; i < l.rows; ++i) {
        const Point edge = at(instep, (i + 0.5) / l.rows),
                    shift{-l.reach * dice.between(0.8, 1.1), -l.reach * l.slope * dice.between(0.6, 1.3)};
        const Point end = edge + shift, begin = edge + Point{0.012, 0.006};
        shoe.line({begin + Point{0, -0.006}, end + Point{0, -0.006}}, l.width * 1.3, Colour{},
                  {.soften = 0.006, .shade = 0.22});
        shoe.line({begin, end}, l.width, l.lace, {.edge = 0.25, .round = 0.006});
        if (l.crossed && i + 1 < l.rows) {
            shoe.line({end, at(instep, (i + 1.5) / l.rows)}, l.width * 0.9, darker(l.lace, 0.9),
                      {.edge = 0.25, .round = 0.006});
        }
        if (l.eyelets) shoe.dot(end, l.width * 0.75, l.width * 0.75, l.eyelet);
    }
}

/// A strap around the ankle, from the back to the front: the far half is seen above the near one.
inline void ankle_ring(Drawing& shoe, Point back, Point front, double width, const Fabric& fabric, double open, Dice& dice) {
    const Point middle = mix(back, front, 0.5);
    strap(shoe, {back, middle + Point{0, open * 0.6}, front}, width * 0.85, smooth(darker(fabric.colour(), 0.72), dice));
    strap(shoe, {back, middle + Point{0.01, -open * 0.6}, front}, width, fabric);
}

/// A loop to pull a boot on.
inline void pull_loop(Drawing& shoe, Point foot, Colour colour, Dice& dice) {
    const double high = dice.between(0.035, 0.07);
    shoe.line(curve({foot + Point{0.004, -0.03}, foot + Point{-0.02, high * 0.6}, foot + Point{0.004, high},
                     foot + Point{0.03, high * 0.4}, foot + Point{0.03, -0.02}}),
              dice.between(0.009, 0.016), colour, {.edge = 0.2, .round = 0.006});
}

/// The faint shadow between a shoe and the ground.
inline void ground_shadow(Drawing& shoe, double from, double to, double strength) {
    shoe.fill(ellipse({(from + to) / 2, 0.004}, (to - from) / 2, 0.012), Colour{70, 70, 75},
              {.alpha = strength, .soften = 0.012, .framed = false});
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
