// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/shoe_parts.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// Some letters, too small to read: upright strokes with crossbars.
inline void lettering(Drawing& drawing, Point from, double size, int letters, Colour ink, int inside, Dice& dice) {
    for (int i = 0; i < letters; ++i) {
        const Point p = from + Point{size * 0.75 * i, 0};
        drawing.line({p, p + Point{0, size}}, size * 0.16, ink, {.inside = inside});
        if (dice.chance(0.7))
            drawing.line({p + Point{size * 0.45, 0}, p + Point{size * 0.45, size}}, size * 0.16, ink, {.inside = inside});
        const double bar = size * dice.any(0.05, 0.5, 0.95);
        drawing.line({p + Point{0, bar}, p + Point{size * 0.45, bar}}, size * 0.16, ink, {.inside = inside});
    }
}

/// What a maker puts on the side of a trainer: a swoop, stripes, a triangle with letters, a star, letters.
inline void trainer_logo(Drawing& shoe, const Last& last, int body, bool high, Colour main, const Palette& palette,
                         Dice& dice) {
    const Colour ink = dice.chance(0.75) ? pick(palette, dice) : against(main, dice.between(0.1, 0.6));
    const double y = last.top(0.4) + (high ? 0.02 : 0);
    switch (dice.weighted(std::array{3.0, 1.6, 1.3, 1.0, 1.4, 1.0, 0.7})) {
        case 0:
            break;
        case 1: {
            shoe.fill(loop({{0.14, y + 0.15},
                            {0.28, y + 0.045},
                            {0.46, y + 0.05},
                            {0.66, y + 0.15},
                            {0.45, y + 0.09},
                            {0.28, y + 0.085}}),
                      smooth(ink, dice), {.edge = 0.05, .round = 0.01, .inside = body});
            break;
        }
        case 2: {
            for (int i = dice.whole(1, 3); i > 0; --i)
                shoe.line({{0.33 + i * 0.06, y - 0.02}, {0.42 + i * 0.06, y + 0.24}}, dice.between(0.018, 0.03), ink,
                          {.inside = body});
            break;
        }
        case 3: {
            const Point p{dice.between(0.25, 0.42), y + dice.between(0.06, 0.14)};
            const double k = dice.between(0.04, 0.08);
            shoe.line({p + Point{-k, k * 0.7}, p + Point{k, k * 0.6}, p + Point{0, -k * 0.7}, p + Point{-k, k * 0.7}}, 0.008,
                      ink, {.inside = body});
            lettering(shoe, p + Point{-k * 0.55, k * 0.2}, k * 0.35, 4, ink, body, dice);
            break;
        }
        case 4:
            lettering(shoe, {dice.between(0.12, 0.5), y + dice.between(0.03, 0.12)}, dice.between(0.02, 0.05), dice.whole(3, 7),
                      ink, body, dice);
            break;
        case 5: {
            const Point p{dice.between(0.3, 0.48), y + dice.between(0.07, 0.11)};
            Path star;
            for (int i = 0; i < 10; ++i) {
                const double radius = i % 2 ? 0.027 : 0.065, angle = i * std::numbers::pi / 5;
                star.push_back(p + Point{radius * std::sin(angle), radius * std::cos(angle)});
            }
            shoe.fill(star, smooth(ink, dice), {.inside = body});
            break;
        }
        default: {
            const double x = dice.between(0.25, 0.5);
            shoe.line(curve({{x, y}, {x + 0.05, y + 0.12}, {x - 0.03, y + 0.16}, {x + 0.08, y + 0.22}}), 0.022, ink,
                      {.inside = body});
            break;
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
