// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/palette.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// Trainers. `kinds` in the order of TrainerKind.
struct TrainerRates {
    std::array<double, 7> kinds;
    Palette palette;
    double bold = 0.1, two_tone = 0.6, white_sole = 0.72, all_white = 0.2, one_colour = 0.06, platform = 0.05;
    Range collar{0.205, 0.285}, vamp{0.215, 0.32}, shaft{0.27, 0.5};
};

inline const TrainerRates& trainers_male_rates() {
    static const TrainerRates rates{.kinds = {0.34, 0.17, 0.15, 0.2, 0.06, 0.03, 0.05},
                                    .palette = {{dye::black, 5},
                                                {dye::soot, 1},
                                                {dye::white, 3.4},
                                                {dye::navy, 1},
                                                {dye::grey, 1.2},
                                                {dye::brown, 0.7},
                                                {dye::olive, 0.7},
                                                {dye::red, 0.6},
                                                {dye::blue, 0.7},
                                                {dye::beige, 0.7},
                                                {dye::silver_grey, 0.7},
                                                {dye::orange, 0.4},
                                                {dye::yellow, 0.35},
                                                {dye::green, 0.4},
                                                {dye::burgundy, 0.25},
                                                {dye::cream, 0.6}},
                                    .bold = 0.08,
                                    .all_white = 0.25,
                                    .platform = 0.03};
    return rates;
}

inline const TrainerRates& trainers_female_rates() {
    static const TrainerRates rates{
        .kinds = {0.42, 0.12, 0.16, 0.1, 0.11, 0.06, 0.03},
        .palette = {{dye::white, 4},    {dye::black, 2},         {dye::pink, 1.1},     {dye::nude, 0.8},    {dye::beige, 0.8},
                    {dye::silver, 0.9}, {dye::gold, 0.5},        {dye::red, 0.5},      {dye::navy, 0.4},    {dye::sky, 0.5},
                    {dye::cream, 1},    {dye::silver_grey, 0.6}, {dye::fuchsia, 0.35}, {dye::purple, 0.35}, {dye::lilac, 0.4},
                    {dye::yellow, 0.3}, {dye::orange, 0.25},     {dye::mint, 0.3},     {dye::blue, 0.35},   {dye::green, 0.25}},
        .bold = 0.2,
        .all_white = 0.25,
        .platform = 0.25,
        .collar = {0.2, 0.28},
        .vamp = {0.21, 0.31}};
    return rates;
}

/// Boots. `kinds` in the order of BootKind, heels in that of BootHeel; shafts above the heel, the unit is the shoe's length.
struct BootRates {
    std::array<double, 8> kinds;
    std::array<double, 5> heels, flat_heels;
    Palette palette;
    double bold = 0.06, pointed = 0.3, lugs = 0.2, studded = 0.03;
    Range shaft{0.34, 0.5}, combat_shaft{0.42, 0.56}, knee_shaft{1.0, 1.9}, western_shaft{0.5, 0.7};
};

inline const BootRates& boots_male_rates() {
    static const BootRates rates{.kinds = {0.06, 0.32, 0.29, 0.19, 0.07, 0.06, 0, 0.01},
                                 .heels = {0.45, 0.55, 0, 0, 0},
                                 .flat_heels = {0.68, 0.32, 0, 0, 0},
                                 .palette = {{dye::black, 6},
                                             {dye::brown, 2.4},
                                             {dye::dark_brown, 2},
                                             {dye::tan, 1.5},
                                             {dye::rust, 0.6},
                                             {dye::burgundy, 0.4},
                                             {dye::navy, 0.4},
                                             {dye::grey, 0.6},
                                             {dye::olive, 0.3},
                                             {dye::beige, 0.6}},
                                 .bold = 0.05,
                                 .pointed = 0.25,
                                 .lugs = 0.3,
                                 .studded = 0.02};
    return rates;
}

inline const BootRates& boots_female_rates() {
    static const BootRates rates{.kinds = {0.31, 0.07, 0.08, 0.16, 0.03, 0.03, 0.27, 0.05},
                                 .heels = {0.1, 0.13, 0.44, 0.25, 0.08},
                                 .flat_heels = {0.48, 0.3, 0.16, 0, 0.06},
                                 .palette = {{dye::black, 6.5},
                                             {dye::brown, 1.2},
                                             {dye::tan, 1},
                                             {dye::white, 0.9},
                                             {dye::beige, 0.9},
                                             {dye::nude, 0.4},
                                             {dye::red, 0.6},
                                             {dye::burgundy, 0.5},
                                             {dye::grey, 0.8},
                                             {dye::navy, 0.4},
                                             {dye::silver, 0.4},
                                             {dye::dark_brown, 0.6},
                                             {dye::cream, 0.4},
                                             {dye::green, 0.2},
                                             {dye::pink, 0.3},
                                             {dye::soot, 0.7}},
                                 .bold = 0.14,
                                 .pointed = 0.5,
                                 .lugs = 0.35,
                                 .studded = 0.1,
                                 .shaft = {0.38, 0.58},
                                 .combat_shaft = {0.54, 0.82}};
    return rates;
}

/// Low shoes that are no trainers. `kinds` in the order of LowShoeKind.
struct LowShoeRates {
    std::array<double, 10> kinds;
    Palette dress, summer, palette;
    double bold = 0.1, pointed = 0.4, high_heel = 0, thick_sole = 0.1, pale_sole = 0.05, bow = 0;
    bool hardware = false;
    Range heel{0.02, 0.045}, collar{0.22, 0.29}, vamp{0.19, 0.28}, laced_vamp{0.23, 0.3}, vamp_x{0.43, 0.55}, jute{0.05, 0.085};
};

inline const LowShoeRates& formal_male_rates() {
    static const LowShoeRates rates{.kinds = {0.34, 0.3, 0.18, 0.14, 0.04, 0, 0, 0, 0, 0},
                                    .dress = {{dye::black, 6},
                                              {dye::brown, 3},
                                              {dye::dark_brown, 2.5},
                                              {dye::tan, 1.1},
                                              {dye::burgundy, 0.8},
                                              {dye::navy, 0.35},
                                              {dye::grey, 0.2}},
                                    .summer = {{dye::black, 1}},
                                    .palette = {{dye::black, 4}, {dye::brown, 2}, {dye::burgundy, 1}},
                                    .bold = 0.04,
                                    .pointed = 0.5,
                                    .thick_sole = 0.12};
    return rates;
}

inline const LowShoeRates& others_male_rates() {
    static const LowShoeRates rates{
        .kinds = {0.01, 0.05, 0.01, 0.03, 0.43, 0.13, 0.1, 0.08, 0.15, 0.01},
        .dress = {{dye::black, 4}, {dye::brown, 2}, {dye::tan, 1}, {dye::navy, 0.6}, {dye::grey, 0.5}, {dye::white, 0.6}},
        .summer = {{dye::navy, 2},
                   {dye::black, 2},
                   {dye::beige, 1.6},
                   {dye::tan, 1},
                   {dye::grey, 1},
                   {dye::blue, 1},
                   {dye::white, 0.8},
                   {dye::olive, 0.6},
                   {dye::red, 0.3}},
        .palette = {{dye::black, 5},
                    {dye::brown, 2.5},
                    {dye::dark_brown, 1.6},
                    {dye::tan, 1.4},
                    {dye::navy, 1.5},
                    {dye::burgundy, 0.9},
                    {dye::grey, 0.6},
                    {dye::olive, 0.4},
                    {dye::beige, 0.5},
                    {dye::blue, 0.5},
                    {dye::red, 0.25},
                    {dye::green, 0.25}},
        .bold = 0.09,
        .pointed = 0.2,
        .thick_sole = 0.12,
        .pale_sole = 0.06,
        .hardware = true};
    return rates;
}

inline const LowShoeRates& others_female_rates() {
    static const LowShoeRates rates{.kinds = {0.11, 0.11, 0.05, 0.02, 0.34, 0.03, 0.02, 0.08, 0.17, 0.07},
                                    .dress = {{dye::black, 3.2},
                                              {dye::white, 2},
                                              {dye::brown, 0.8},
                                              {dye::silver, 0.7},
                                              {dye::beige, 0.8},
                                              {dye::burgundy, 0.5},
                                              {dye::cream, 0.9},
                                              {dye::tan, 0.6},
                                              {dye::gold, 0.3}},
                                    .summer = {{dye::beige, 2.4},
                                               {dye::white, 1.4},
                                               {dye::black, 1.6},
                                               {dye::tan, 1},
                                               {dye::pink, 1},
                                               {dye::navy, 0.7},
                                               {dye::red, 0.6},
                                               {dye::cream, 1},
                                               {dye::nude, 1},
                                               {dye::gold, 0.6},
                                               {dye::sky, 0.4},
                                               {dye::grey, 0.5}},
                                    .palette = {{dye::black, 4},
                                                {dye::white, 1.3},
                                                {dye::cream, 1.2},
                                                {dye::beige, 1},
                                                {dye::tan, 0.9},
                                                {dye::red, 0.6},
                                                {dye::burgundy, 0.7},
                                                {dye::pink, 0.6},
                                                {dye::silver, 0.6},
                                                {dye::gold, 0.6},
                                                {dye::nude, 0.8},
                                                {dye::brown, 0.7},
                                                {dye::green, 0.25},
                                                {dye::navy, 0.5}},
                                    .bold = 0.17,
                                    .pointed = 0.35,
                                    .high_heel = 0.3,
                                    .thick_sole = 0.24,
                                    .pale_sole = 0.22,
                                    .bow = 0.06,
                                    .hardware = true,
                                    .heel = {0.015, 0.045},
                                    .collar = {0.21, 0.285},
                                    .vamp = {0.18, 0.27},
                                    .laced_vamp = {0.22, 0.29},
                                    .jute = {0.06, 0.15}};
    return rates;
}

/// Men's sandals. `kinds` in the order of SlideKind.
struct SlideRates {
    std::array<double, 5> kinds{0.5, 0.28, 0.08, 0.09, 0.05};
    Palette palette{{dye::black, 5},   {dye::white, 1.2},  {dye::navy, 1.5},   {dye::red, 0.8},
                    {dye::grey, 1},    {dye::orange, 0.6}, {dye::yellow, 0.7}, {dye::blue, 1},
                    {dye::brown, 1.2}, {dye::tan, 0.7},    {dye::olive, 0.5},  {dye::green, 0.4}};
    double bold = 0.1, layered = 0.5;
    Range sole{0.08, 0.145}, thong_sole{0.055, 0.18}, rise{0.13, 0.195};
};

/// Ballerinas.
struct BallerinaRates {
    Palette palette{{dye::black, 5},    {dye::nude, 1.6},     {dye::beige, 1},   {dye::red, 1},   {dye::pink, 1},
                    {dye::silver, 0.8}, {dye::gold, 0.8},     {dye::white, 0.8}, {dye::tan, 0.6}, {dye::navy, 0.8},
                    {dye::cream, 0.6},  {dye::burgundy, 0.4}, {dye::blue, 0.3},  {dye::sky, 0.2}};
    double bold = 0.16, pointed = 0.45, raised = 0.1, cut_away = 0.13, cap = 0.28, bow = 0.45, strapped = 0.2;
    Range collar{0.17, 0.25}, waist{0.055, 0.085}, vamp_x{0.6, 0.76};
};

/// Closed high heels. `kinds` in the order of HighHeelKind.
struct HighHeelRates {
    std::array<double, 6> kinds{0.46, 0.14, 0.12, 0.08, 0.04, 0.16};
    Palette palette{{dye::black, 5},    {dye::nude, 1.4},     {dye::red, 1.2},   {dye::beige, 1},     {dye::silver, 0.9},
                    {dye::gold, 0.6},   {dye::white, 0.8},    {dye::navy, 0.7},  {dye::grey, 0.8},    {dye::pink, 1},
                    {dye::blue, 0.8},   {dye::burgundy, 0.5}, {dye::green, 0.4}, {dye::fuchsia, 0.5}, {dye::tan, 0.5},
                    {dye::purple, 0.4}, {dye::yellow, 0.2}};
    double bold = 0.18, pointed = 0.68, kitten = 0.2, platform = 0.13, block = 0.42, cap = 0.18, bow = 0.16, ruffled = 0.11;
    Range heel{0.27, 0.5}, kitten_heel{0.11, 0.27}, vamp_x{0.62, 0.75};
};

/// Women's sandals. `kinds` in the order of SandalKind.
struct SandalRates {
    std::array<double, 6> kinds{0.36, 0.18, 0.19, 0.09, 0.12, 0.06};
    Palette palette{{dye::black, 4},   {dye::tan, 2},      {dye::gold, 1.2}, {dye::silver, 1},  {dye::nude, 1.2},
                    {dye::white, 1.2}, {dye::beige, 1},    {dye::red, 0.6},  {dye::pink, 0.8},  {dye::brown, 1},
                    {dye::navy, 0.3},  {dye::yellow, 0.3}, {dye::blue, 0.4}, {dye::green, 0.3}, {dye::fuchsia, 0.3}};
    double bold = 0.15, block = 0.5, flatform = 0.18, gladiator = 0.06, caged = 0.35;
    Range heel{0.2, 0.48}, wedge{0.1, 0.34}, strap{0.018, 0.055};
};

}  // namespace denim::inline DENIM_TARGET::wardrobe
