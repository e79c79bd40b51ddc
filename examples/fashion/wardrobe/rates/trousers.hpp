// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/palette.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// Trousers and jeans. Measures are shares of full length, half of the width; `fits` in the order of Fit.
struct TrouserRates {
    std::array<double, 10> fits;
    Palette palette;
    Range waist, hip_over_waist, hip_depth, rise, gap;
    double cropped = 0.1, thighs_touch = 0.3;
    Range seam{0.08, 0.34};  ///< how much seams stand out
    // cloth and cut of trousers
    double printed = 0, shiny = 0.05, elastic = 0.1, belted = 0.1, creased = 0.4, pleated = 0.3, cargo = 0.05, striped = 0.1,
           turned_up = 0.08, knee_seams = 0.04;
    std::array<double, 6> prints{};  ///< stripes, checks, leopard, flowers, camouflage, dots
    double five_pockets = 0.2;       ///< trousers sewn like jeans
    // wash and wear of jeans
    double faded = 0.6, acid = 0.06, torn = 0.2, splashed = 0.08, patched = 0.05, raw_hem = 0.1, cuffed = 0.08,
           golden_thread = 0.65;
    double plain = 0.25;  ///< jeans that are sewn and dyed like trousers
};

inline const TrouserRates& trousers_male_rates() {
    static const TrouserRates rates{.fits = {0.02, 0.21, 0.26, 0.31, 0.02, 0, 0.06, 0, 0.12, 0},
                                    .palette = {{dye::black, 3},
                                                {dye::soot, 1.2},
                                                {dye::navy, 0.7},
                                                {dye::grey, 1.8},
                                                {dye::tan, 2.2},
                                                {dye::olive, 2},
                                                {dye::beige, 1.8},
                                                {dye::white, 0.8},
                                                {dye::brown, 0.6},
                                                {dye::silver_grey, 0.4},
                                                {dye::burgundy, 0.3},
                                                {dye::blue, 0.15},
                                                {dye::cream, 0.4},
                                                {dye::red, 0.15},
                                                {dye::green, 0.25}},
                                    .waist = {0.131, 0.155},
                                    .hip_over_waist = {1.045, 1.21},
                                    .hip_depth = {0.16, 0.24},
                                    .rise = {0.25, 0.303},
                                    .gap = {0.016, 0.074},
                                    .cropped = 0.05,
                                    .thighs_touch = 0.4,
                                    .printed = 0.11,
                                    .shiny = 0.03,
                                    .elastic = 0.2,
                                    .belted = 0.04,
                                    .creased = 0.4,
                                    .pleated = 0.3,
                                    .cargo = 0.16,
                                    .striped = 0.15,
                                    .turned_up = 0.1,
                                    .knee_seams = 0.06,
                                    .prints = {2, 4, 0.1, 0.6, 1.6, 0.4},
                                    .five_pockets = 0.14};
    return rates;
}

inline const TrouserRates& trousers_female_rates() {
    static const TrouserRates rates{
        .fits = {0.13, 0.05, 0.1, 0.05, 0.07, 0.18, 0.22, 0.13, 0.03, 0.04},
        .palette = {{dye::black, 3},      {dye::white, 1.2},  {dye::cream, 1.2},  {dye::grey, 0.8},   {dye::soot, 0.6},
                    {dye::navy, 0.5},     {dye::red, 0.8},    {dye::pink, 0.8},   {dye::beige, 0.9},  {dye::tan, 0.5},
                    {dye::burgundy, 0.5}, {dye::green, 0.5},  {dye::olive, 0.3},  {dye::sky, 0.25},   {dye::blue, 0.25},
                    {dye::fuchsia, 0.3},  {dye::yellow, 0.3}, {dye::orange, 0.2}, {dye::silver, 0.3}, {dye::lilac, 0.3},
                    {dye::brown, 0.4},    {dye::rust, 0.3}},
        .waist = {0.111, 0.142},
        .hip_over_waist = {1.105, 1.315},
        .hip_depth = {0.16, 0.25},
        .rise = {0.248, 0.33},
        .gap = {0.008, 0.05},
        .cropped = 0.65,
        .thighs_touch = 0.3,
        .printed = 0.27,
        .shiny = 0.1,
        .elastic = 0.14,
        .belted = 0.17,
        .creased = 0.42,
        .pleated = 0.32,
        .cargo = 0.03,
        .striped = 0.12,
        .turned_up = 0.05,
        .knee_seams = 0.03,
        .prints = {2.4, 2.4, 1.2, 2.2, 0.3, 1.2},
        .five_pockets = 0.46};
    return rates;
}

inline const TrouserRates& jeans_male_rates() {
    static const TrouserRates rates{.fits = {0.05, 0.42, 0.21, 0.29, 0.02, 0, 0.01, 0, 0, 0},
                                    .palette = {{{28, 36, 54}, 1.8},
                                                {{21, 27, 42}, 1.2},
                                                {{37, 55, 82}, 2.5},
                                                {{63, 89, 124}, 2.4},
                                                {{100, 130, 166}, 1.4},
                                                {{148, 174, 202}, 0.45},
                                                {{25, 25, 27}, 1.5},
                                                {{52, 54, 58}, 0.9},
                                                {{110, 110, 114}, 0.5},
                                                {dye::white, 0.45},
                                                {dye::cream, 0.5},
                                                {dye::beige, 0.5},
                                                {dye::olive, 0.3},
                                                {dye::tan, 0.25}},
                                    .waist = {0.121, 0.146},
                                    .hip_over_waist = {1.045, 1.2},
                                    .hip_depth = {0.17, 0.25},
                                    .rise = {0.238, 0.297},
                                    .gap = {0.016, 0.066},
                                    .cropped = 0.03,
                                    .thighs_touch = 0.22,
                                    .seam = {0.16, 0.46},
                                    .faded = 0.72,
                                    .acid = 0.05,
                                    .torn = 0.2,
                                    .splashed = 0.12,
                                    .patched = 0.07,
                                    .raw_hem = 0.04,
                                    .cuffed = 0.12,
                                    .golden_thread = 0.65,
                                    .plain = 0.14};
    return rates;
}

inline const TrouserRates& jeans_female_rates() {
    static const TrouserRates rates{.fits = {0.36, 0.08, 0.05, 0.11, 0.12, 0.17, 0.11, 0, 0, 0},
                                    .palette = {{{28, 36, 54}, 1.4},
                                                {{21, 27, 42}, 0.8},
                                                {{37, 55, 82}, 2},
                                                {{63, 89, 124}, 2.2},
                                                {{100, 130, 166}, 2.1},
                                                {{148, 174, 202}, 1.5},
                                                {{25, 25, 27}, 1.4},
                                                {{52, 54, 58}, 0.6},
                                                {{110, 110, 114}, 0.4},
                                                {dye::white, 1},
                                                {dye::cream, 0.6},
                                                {dye::beige, 0.3},
                                                {dye::mint, 0.25},
                                                {dye::pink, 0.3},
                                                {dye::burgundy, 0.2},
                                                {dye::red, 0.15}},
                                    .waist = {0.123, 0.151},
                                    .hip_over_waist = {1.115, 1.33},
                                    .hip_depth = {0.16, 0.25},
                                    .rise = {0.22, 0.298},
                                    .gap = {0.016, 0.062},
                                    .cropped = 0.6,
                                    .thighs_touch = 0.18,
                                    .seam = {0.16, 0.46},
                                    .faded = 0.75,
                                    .acid = 0.08,
                                    .torn = 0.27,
                                    .splashed = 0.06,
                                    .patched = 0.05,
                                    .raw_hem = 0.24,
                                    .cuffed = 0.08,
                                    .golden_thread = 0.65,
                                    .plain = 0.45};
    return rates;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
