// SPDX-License-Identifier: MIT
#pragma once

// How often what is worn: the chances and ranges of each class stand in this folder and nowhere else. Classes overlap here, as
// they do in shops; what makes drawn photographs harder or easier to tell apart is changed here. A label is never wrong.

#include "fashion/wardrobe/palette.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// Spectacles. `shapes` in the order of LensShape.
struct GlassesRates {
    bool tinted = false;
    std::array<double, 9> shapes;
    double metal = 0.45, rimless = 0.06, tortoise = 0.25, crystal = 0.08, folded = 0.85;
    Range rim{0.014, 0.036};
    double dark_lens = 0.72, sheer = 0.25, gradient = 0.35, mirrored = 0.08;  ///< of sunglasses
    double photochromic = 0.05;                                               ///< optical ones that are not clear
};

inline constexpr GlassesRates optical_rates{.tinted = false, .shapes = {0.27, 0.18, 0.13, 0.07, 0.17, 0.07, 0.04, 0.04, 0.03}};
inline constexpr GlassesRates sunglasses_rates{.tinted = true,
                                               .shapes = {0.17, 0.15, 0.16, 0.14, 0.17, 0.04, 0.06, 0.07, 0.02},
                                               .metal = 0.42,
                                               .rimless = 0.04,
                                               .crystal = 0.04,
                                               .folded = 0.75,
                                               .rim = {0.015, 0.048}};

}  // namespace denim::inline DENIM_TARGET::wardrobe
