// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/colour.hpp"
#include "fashion/wardrobe/dice.hpp"

#include <initializer_list>
#include <vector>

namespace denim::inline DENIM_TARGET::wardrobe {

namespace dye {
inline constexpr Colour black{36, 35, 38}, soot{57, 56, 60}, white{244, 243, 243}, cream{237, 228, 215}, beige{208, 188, 162},
    tan{178, 142, 100}, brown{112, 72, 44}, dark_brown{70, 49, 38}, burgundy{94, 30, 38}, red{190, 26, 34}, orange{244, 98, 46},
    yellow{230, 196, 50}, navy{30, 36, 58}, blue{52, 92, 162}, sky{152, 184, 214}, grey{126, 126, 130},
    silver_grey{190, 190, 193}, green{60, 100, 70}, olive{95, 93, 73}, pink{234, 164, 180}, fuchsia{188, 40, 122},
    nude{226, 190, 168}, silver{184, 186, 192}, gold{204, 172, 110}, purple{108, 80, 142}, teal{40, 128, 138},
    mint{192, 224, 208}, rust{160, 84, 48}, lilac{186, 170, 208};
}  // namespace dye

/// A dye and how often it is worn.
struct Worn {
    Colour colour;
    double weight;
};
using Palette = std::vector<Worn>;

/// A dye lot: no two garments have the same red. Greys stay nearly neutral.
inline Colour dyed(Colour c, Dice& dice, double spread = 12) {
    const double widest = std::max({c.red, c.green, c.blue}) - std::min({c.red, c.green, c.blue});
    const double hue = spread * 0.4 * (0.2 + 0.8 * std::min(1.0, widest / 70)), light = dice.spread(spread * 0.7);
    const Colour shift{dice.spread(hue), dice.spread(hue), dice.spread(hue)};
    const auto kept = [](double part) { return std::clamp(part, 10.0, 250.0); };
    const Colour mixed = c + shift + light;
    return {kept(mixed.red), kept(mixed.green), kept(mixed.blue)};
}

inline Colour pick(const Palette& palette, Dice& dice, double spread = 12) {
    std::vector<double> weights;
    for (const Worn& worn : palette) weights.push_back(worn.weight);
    return dyed(palette[dice.weighted(weights)].colour, dice, spread);
}

/// Any dye at all: for prints and accents.
inline Colour any_dye(Dice& dice) {
    return dyed(dice.any(dye::black, dye::white, dye::cream, dye::beige, dye::tan, dye::brown, dye::burgundy, dye::red,
                         dye::orange, dye::yellow, dye::navy, dye::blue, dye::sky, dye::grey, dye::green, dye::olive, dye::pink,
                         dye::fuchsia, dye::silver, dye::gold, dye::purple, dye::teal, dye::mint, dye::rust, dye::lilac),
                dice);
}

inline Colour metal(Dice& dice) { return dyed(dice.any(dye::gold, dye::silver, dye::silver, dye::soot), dice, 8); }

}  // namespace denim::inline DENIM_TARGET::wardrobe
