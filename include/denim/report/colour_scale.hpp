// SPDX-License-Identifier: MIT
#pragma once

#include <denim/image/picture.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace denim::inline DENIM_TARGET {

/// A colour between colours that stand at equal distances; `place` is 0 to 1.
inline Colour colour_between(std::span<const Colour> colours, double place) {
    const double at = std::clamp(place, 0.0, 1.0) * static_cast<double>(colours.size() - 1);
    const auto low = static_cast<std::size_t>(at), high = std::min(low + 1, colours.size() - 1);
    const auto mix = [&](std::uint8_t a, std::uint8_t b) {
        return static_cast<std::uint8_t>(std::lround(a + (b - a) * (at - static_cast<double>(low))));
    };
    return {mix(colours[low].red, colours[high].red), mix(colours[low].green, colours[high].green),
            mix(colours[low].blue, colours[high].blue)};
}

/// White to dark blue: the nine "Blues" of ColorBrewer (Brewer, Apache licence 2.0).
inline Colour blue_scale(double place) {
    static constexpr std::array<Colour, 9> colours{{{247, 251, 255},
                                                    {222, 235, 247},
                                                    {198, 219, 239},
                                                    {158, 202, 225},
                                                    {107, 174, 214},
                                                    {66, 146, 198},
                                                    {33, 113, 181},
                                                    {8, 81, 156},
                                                    {8, 48, 107}}};
    return colour_between(colours, place);
}

/// Blue (0) through green and yellow to red (1).
inline Colour heat_scale(double place) {
    static constexpr std::array<Colour, 5> colours{
        {{40, 60, 190}, {30, 160, 200}, {120, 200, 80}, {250, 210, 40}, {210, 30, 30}}};
    return colour_between(colours, place);
}

}  // namespace denim::inline DENIM_TARGET
