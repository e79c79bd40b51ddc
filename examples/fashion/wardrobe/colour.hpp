// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <algorithm>

namespace denim::inline DENIM_TARGET::wardrobe {

/// A colour while it is mixed: parts from 0 to 255, beyond both while it is computed.
struct Colour {
    double red = 0, green = 0, blue = 0;

    [[nodiscard]] constexpr double luminance() const { return (red + green + blue) / 3; }

    friend constexpr Colour operator*(Colour c, double factor) { return {c.red * factor, c.green * factor, c.blue * factor}; }
    friend constexpr Colour operator+(Colour a, Colour b) { return {a.red + b.red, a.green + b.green, a.blue + b.blue}; }
    friend constexpr Colour operator+(Colour c, double grey) { return {c.red + grey, c.green + grey, c.blue + grey}; }
};

inline constexpr Colour paper{255, 255, 255};

/// From a (0) to b (1).
constexpr Colour mix(Colour a, Colour b, double share) { return a * (1 - share) + b * share; }
constexpr Colour darker(Colour c, double factor = 0.6) { return c * factor; }
constexpr Colour lighter(Colour c, double share = 0.4) { return mix(c, paper, share); }
/// A line that shows on this colour: darker on what is light, lighter on what is nearly black.
constexpr Colour against(Colour c, double strength = 0.4) {
    return c.luminance() > 60 ? darker(c, 1 - strength) : lighter(c, 0.04 + 0.2 * strength);
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
