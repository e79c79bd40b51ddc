// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/lens_shape.hpp"
#include "fashion/wardrobe/print.hpp"
#include "fashion/wardrobe/rates/glasses.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// Spectacles from the front, their temples folded behind the lenses. The unit is the width of the frame.
inline Drawing glasses(const GlassesRates& rates, Dice& dice) {
    Drawing worn;
    const auto shape = static_cast<LensShape>(dice.weighted(rates.shapes));
    const bool tinted = rates.tinted,
               thin = dice.chance(shape == LensShape::aviator    ? 0.85
                                  : shape == LensShape::browline ? 0.3
                                                                 : rates.metal),
               rimless = thin && dice.chance(rates.rimless);
    const Colour colour =
        thin ? dyed(dice.any(dye::gold, dye::gold, dye::silver, dye::black, dye::black, Colour{196, 150, 124}, dye::soot), dice,
                    9)
             : pick({{dye::black, 6},
                     {dye::dark_brown, 1.2},
                     {dye::brown, 0.7},
                     {dye::navy, 0.6},
                     {dye::burgundy, 0.5},
                     {dye::beige, 0.5},
                     {dye::grey, 0.6},
                     {dye::red, 0.4},
                     {dye::white, 0.5},
                     {dye::green, 0.3},
                     {dye::pink, 0.3},
                     {dye::nude, 0.3}},
                    dice);
    const bool patterned = !thin && dice.chance(rates.tortoise),
               clear_frame = !thin && !patterned && dice.chance(rates.crystal);
    const Fabric rim_fabric = patterned ? tortoise(dice)
                              : thin    ? grained(colour, dice, 2, 6, 6)
                                        : smooth(clear_frame ? lighter(colour, 0.65) : colour, dice);
    const double rim = thin ? dice.between(0.006, 0.013) : dice.of(rates.rim);
    const double lens_width = dice.between(0.355, 0.415);
    const std::array<Range, 9> heights{{{0.19, 0.255},
                                        {0.31, 0.375},
                                        {0.25, 0.33},
                                        {0.29, 0.36},
                                        {0.265, 0.335},
                                        {0.2, 0.28},
                                        {0.28, 0.34},
                                        {0.29, 0.36},
                                        {0.24, 0.31}}};
    double lens_height = dice.of(heights[static_cast<std::size_t>(shape)]);
    if (tinted) lens_height = std::min(0.42, lens_height * dice.between(1.0, 1.1));
    const double centre = dice.between(0.226, 0.25);
    const Path unit = lens_outline(shape, dice);
    Path left;
    for (const Point p : unit) left.push_back({-centre + p.x * lens_width, p.y * lens_height});
    const Path right = mirrored(left);
    const double inner = std::ranges::max(left, {}, &Point::x).x, outer = std::ranges::min(left, {}, &Point::x).x;
    const double hinge_y =
        lens_height *
        (shape == LensShape::cat_eye || shape == LensShape::butterfly ? dice.between(0.3, 0.5) : dice.between(0.1, 0.4));

    // temples: each runs from its hinge behind both lenses, its tip hangs down at the other side
    const double temple = thin ? dice.between(0.006, 0.012) : dice.between(0.016, 0.05),
                 tip = thin ? dice.between(0.012, 0.026) : temple * dice.between(0.8, 1.2);
    const Fabric arm =
        patterned && dice.chance(0.7)
            ? rim_fabric
            : smooth(dice.chance(0.75) ? (clear_frame ? lighter(colour, 0.5) : lighter(colour, 0.1)) : any_dye(dice), dice);
    const Fabric end = thin && dice.chance(0.6)
                           ? smooth(dyed(dice.any(dye::black, dye::beige, dye::brown, Colour{232, 226, 224}), dice), dice)
                           : arm;
    const bool folded = dice.chance(rates.folded);
    const double cross_y = dice.between(-0.02, 0.1) * lens_height, tip_y = -lens_height * dice.between(0.3, 0.56),
                 tip_x = dice.between(0.36, 0.47), see = dice.between(0.75, 1);
    for (const double s : {-1.0, 1.0}) {
        if (folded) {
            const Path path = curve({{s * 0.49, hinge_y},
                                     {s * 0.2, std::lerp(hinge_y, cross_y, 0.6)},
                                     {-s * 0.06, cross_y},
                                     {-s * 0.18, cross_y - 0.12 * lens_height},
                                     {-s * (tip_x - 0.1), tip_y * 0.5},
                                     {-s * tip_x, tip_y}});
            worn.line(part_of(path, 0, 0.65), temple, arm, {.alpha = see, .edge = 0.2, .round = 0.008});
            worn.fill(stroke(part_of(path, 0.62, 1), temple, tip * 1.15), end, {.alpha = see, .edge = 0.25, .round = 0.008});
        } else {  // open, in perspective
            const double reach = dice.between(0.1, 0.3), fall = dice.between(0.02, 0.1);
            worn.fill({{s * 0.5, hinge_y + temple * 0.4},
                       {s * (0.5 - reach), hinge_y - fall * 0.3},
                       {s * (0.5 - reach), hinge_y - fall * 0.3 - temple * 0.9},
                       {s * 0.5, hinge_y - temple * 1.3}},
                      arm, {.alpha = see, .edge = 0.25, .round = 0.012});
            if (dice.chance(0.4))
                worn.fill(
                    {{s * 0.46, hinge_y + 0.01}, {s * 0.5, hinge_y}, {s * 0.505, hinge_y - 0.07}, {s * 0.47, hinge_y - 0.08}},
                    arm, {.edge = 0.25, .round = 0.01});
        }
    }
    // lenses
    if (tinted) {
        const Colour glass =
            dyed(dice.chance(rates.dark_lens)
                     ? dice.any(Colour{44, 42, 46}, Colour{58, 56, 60}, Colour{70, 58, 50}, Colour{60, 66, 60},
                                Colour{42, 48, 62}, Colour{84, 84, 90})
                     : dice.any(Colour{120, 88, 68}, Colour{150, 182, 218}, Colour{192, 150, 108}, Colour{212, 150, 162},
                                Colour{92, 112, 150}, Colour{214, 190, 110}, Colour{140, 160, 140}, Colour{180, 120, 60}),
                 dice, 12);
        const double density = dice.chance(rates.sheer) ? dice.between(0.2, 0.85) : dice.between(0.86, 1.0),
                     gradient = dice.chance(rates.gradient) ? dice.between(0.2, 0.9) : dice.between(0, 0.1);
        const bool mirror = dice.chance(rates.mirrored);
        const Colour sky = dice.any(Colour{150, 200, 240}, Colour{240, 190, 120}, Colour{220, 160, 200}, Colour{210, 214, 220});
        const Noise noise{dice.seed()};
        const double lean = dice.between(-0.5, 0.5);
        const Fabric lens{glass, [=](const Spot& s) {
                              const double t = std::clamp(0.5 - s.place.y / lens_height, 0.0, 1.0);
                              Colour tint = mix(glass, lighter(glass, 0.8), gradient * t * t) * (0.97 + 0.06 * t);
                              if (mirror)
                                  tint =
                                      mix(tint, sky,
                                          std::clamp(0.5 + 0.5 * std::sin(7 * (s.place.x * lean + s.place.y * 3 +
                                                                               0.04 * noise(s.pixel.x / 40, s.pixel.y / 40))),
                                                     0.0, 1.0) *
                                              0.75);
                              return tint + 1.5 * noise(s.pixel.x / 30, s.pixel.y / 30);
                          }};
        for (const Path& side : {left, right}) worn.fill(side, lens, {.alpha = density, .edge = 0.08, .round = 0.02});
    } else {
        const Colour glass =
            dice.any(Colour{236, 241, 246}, Colour{248, 248, 248}, Colour{242, 238, 230}, Colour{238, 240, 250});
        const double veil = dice.chance(0.5) ? dice.between(0.05, 0.5) : dice.between(0, 0.15);
        for (const Path& side : {left, right}) worn.fill(side, glass, {.alpha = veil});
        if (dice.chance(rates.photochromic)) {  // darkened by the light that they were photographed in
            const Colour tint = dyed(dice.any(Colour{92, 92, 98}, Colour{112, 92, 76}), dice, 12);
            const double density = dice.between(0.15, 0.5);
            for (const Path& side : {left, right}) worn.fill(side, tint, {.alpha = density, .edge = 0.08, .round = 0.02});
        }
    }
    if (dice.chance(0.15))
        worn.line({{outer + 0.06, lens_height * 0.34}, {outer + 0.1, lens_height * 0.35}}, 0.006,
                  tinted ? Colour{220, 215, 205} : Colour{120, 120, 120}, {.alpha = 0.7});
    // rims
    const double up = dice.between(0.9, 1.5), down = dice.between(0.5, 1.0),
                 brow = shape == LensShape::browline ? dice.between(2.0, 3.2) : 1;
    for (const double s : {-1.0, 1.0}) {
        const Path& edge = s < 0 ? left : right;
        if (rimless) {
            worn.line(join(edge, Path{edge[0]}), 0.003, Colour{170, 170, 172}, {.alpha = 0.6});
            continue;
        }
        if (thin) {
            worn.line(join(edge, Path{edge[0], edge[1]}), rim, rim_fabric, {.edge = 0.15, .round = 0.005});
            if (shape == LensShape::browline)
                worn.line(part_of(edge, 0.03, 0.47), rim * 3, smooth(colour, dice), {.edge = 0.2, .round = 0.008});
            continue;
        }
        Path outside;
        for (const Point p : edge) {
            const Point from{p.x - s * centre, p.y};
            const double reach = std::max(1e-6, length(from)), high = std::clamp(from.y / lens_height * 3 + 0.5, 0.0, 1.0);
            outside.push_back(p + from * (rim * (down + (up * brow - down) * high) / reach));
        }
        worn.fill(
            with_hole(outside, edge), rim_fabric,
            {.alpha = clear_frame ? 0.7 : 1, .edge = 0.22, .round = 0.012, .relief = 0.35, .gloss = dice.between(0, 0.6)});
        // the end piece that carries the hinge
        const double h = dice.between(0.025, 0.06), x = s * std::abs(outer), lug = lens_height * 0.5;
        const double top = std::min(hinge_y + h, lug + rim * 0.6);
        worn.fill(
            {{x - s * 0.04, top + 0.004}, {s * 0.5, top - 0.01}, {s * 0.5, top - 0.01 - h}, {x - s * 0.012, top - h * 1.6}},
            rim_fabric, {.alpha = clear_frame ? 0.7 : 1, .edge = 0.2, .round = 0.01, .relief = 0.2});
        if (dice.chance(0.3)) worn.line({{s * 0.455, top - 0.012}, {s * 0.48, top - 0.014}}, 0.009, metal(dice));
    }
    // bridge
    if (thin) {
        const double y = lens_height * dice.between(0.05, 0.32), arch = dice.between(0.0, 0.03);
        worn.line(curve({{inner - 0.008, y - 0.015}, {0, y + arch}, {-inner + 0.008, y - 0.015}}), rim * 1.1, rim_fabric,
                  {.edge = 0.15, .round = 0.005});
        if (shape == LensShape::aviator ? dice.chance(0.75) : dice.chance(0.12)) {
            const double bar = lens_height * dice.between(0.38, 0.48);
            worn.line({{inner - 0.06, bar}, {-inner + 0.06, bar}}, rim, rim_fabric);
        }
        for (const double s : {-1.0, 1.0}) {
            worn.line({{s * (std::abs(outer) - 0.004), hinge_y}, {s * 0.5, hinge_y + 0.004}, {s * 0.5, hinge_y - 0.012}},
                      rim * 1.2, rim_fabric);
            if (dice.chance(0.85)) {
                worn.line(curve({{-s * (inner - 0.004), 0.1 * lens_height},
                                 {-s * (inner + 0.014), -0.02 * lens_height},
                                 {-s * (inner - 0.002), -0.14 * lens_height}}),
                          0.006, rim_fabric);
                worn.dot({-s * (inner + 0.004), -0.12 * lens_height}, 0.008, 0.017,
                         dice.chance(0.5) ? Colour{222, 216, 208} : rim_fabric.colour(),
                         {.alpha = 0.8, .edge = 0.2, .round = 0.006});
            }
        }
    } else {
        const double y = lens_height * dice.between(0.08, 0.3), thick = rim * dice.between(0.8, 1.6),
                     arch = dice.between(0.0, 0.02);
        worn.fill(join(curve({{inner - 0.02, y + thick * 0.9}, {0, y + thick * 0.8 + arch}, {-inner + 0.02, y + thick * 0.9}}),
                       curve({{-inner + 0.02, y - thick * 1.5}, {0, y - thick * 0.4 + arch}, {inner - 0.02, y - thick * 1.5}})),
                  rim_fabric, {.alpha = clear_frame ? 0.7 : 1, .edge = 0.2, .round = 0.01, .relief = 0.25});
        if (dice.chance(0.06)) worn.line({{-0.02, y}, {0.02, y}}, thick, metal(dice));
    }
    return worn;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
