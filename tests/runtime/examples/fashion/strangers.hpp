// SPDX-License-Identifier: MIT
#pragma once

// Photographs of what is none of the wardrobe's, by its own drawing code: framed, lit and taken like its articles.

#include "fashion/wardrobe/photograph.hpp"

#include <denim/image/fit.hpp>

#include <array>
#include <string_view>

namespace strangers {

using namespace denim;
using wardrobe::Dice, wardrobe::Drawing, wardrobe::Path, wardrobe::Point;

inline wardrobe::Colour any_colour(Dice& dice) { return {dice.between(10, 235), dice.between(10, 235), dice.between(10, 235)}; }

inline Drawing mug(Dice& dice) {
    const wardrobe::Colour colour = any_colour(dice);
    const double wide = dice.between(0.35, 0.5), taper = dice.between(0, 0.08), handle = dice.between(0.16, 0.24);
    Drawing drawing;
    const Path outside = wardrobe::ellipse({wide, 0.5}, handle, 0.3);
    drawing.fill(wardrobe::with_hole(outside, wardrobe::ellipse({wide, 0.5}, handle * 0.6, 0.2)), wardrobe::smooth(colour, dice), {.edge = 0.3});
    drawing.fill(Path{{-wide, 1}, {-wide + taper, 0.04}, {wide - taper, 0.04}, {wide, 1}}, wardrobe::smooth(colour, dice), {.edge = 0.3, .round = 0.1});
    drawing.dot({0, 0.05}, wide - taper, 0.05, wardrobe::smooth(colour, dice));
    drawing.dot({0, 1}, wide, 0.09, wardrobe::lighter(colour));
    drawing.dot({0, 0.99}, wide * 0.93, 0.07, wardrobe::darker(colour));
    return drawing;
}

inline Drawing t_shirt(Dice& dice) {
    const wardrobe::Colour colour = any_colour(dice);
    const double sleeve = dice.between(0.2, 0.3), chest = dice.between(0.27, 0.33), low = dice.between(0.3, 0.42);
    Drawing drawing;
    const Path half{{0.1, 1}, {0.2, 0.97}, {chest + sleeve, 1 - low * 0.85}, {chest + sleeve * 0.55, 0.98 - low}, {chest, 0.8}, {chest + 0.01, 0}};
    Path outline = half;
    for (auto point = half.rbegin(); point != half.rend(); ++point) outline.push_back({-point->x, point->y});
    drawing.fill(outline, wardrobe::canvas(colour, dice), {.edge = 0.15});
    drawing.dot({0, 1}, 0.11, 0.07, wardrobe::paper);
    drawing.line(wardrobe::curve({{-0.11, 1}, {0, 0.925}, {0.11, 1}}), 0.015, wardrobe::darker(colour));
    return drawing;
}

inline Drawing face(Dice& dice) {
    const wardrobe::Colour skin = dice.any(wardrobe::Colour{241, 205, 178}, wardrobe::Colour{198, 146, 110}, wardrobe::Colour{112, 74, 52});
    const wardrobe::Colour hair = dice.any(wardrobe::Colour{38, 28, 22}, wardrobe::Colour{120, 84, 50}, wardrobe::Colour{206, 180, 126});
    const double wide = dice.between(0.34, 0.4), eyes = dice.between(0.54, 0.6);
    Drawing drawing;
    drawing.dot({0, 0.56}, wide * 1.12, 0.46, hair);
    drawing.dot({0, 0.47}, wide, 0.45, wardrobe::smooth(skin, dice), {.edge = 0.2, .round = 0.08});
    for (const double side : {-1.0, 1.0}) {
        drawing.dot({side * wide * 1.02, 0.48}, 0.05, 0.09, wardrobe::smooth(skin, dice));
        drawing.dot({side * wide * 0.45, eyes}, 0.07, 0.035, wardrobe::Colour{250, 250, 250});
        drawing.dot({side * wide * 0.45, eyes}, 0.03, 0.033, wardrobe::Colour{40, 60, 90});
        drawing.line({{side * wide * 0.2, eyes + 0.09}, {side * wide * 0.7, eyes + 0.1}}, 0.025, hair);
    }
    drawing.line(wardrobe::curve({{0, eyes}, {0.045, 0.4}, {-0.02, 0.38}}), 0.02, wardrobe::darker(skin, 0.75));
    drawing.line(wardrobe::curve({{-0.13, 0.25}, {0, 0.2}, {0.13, 0.25}}), 0.035, wardrobe::Colour{176, 72, 76});
    return drawing;
}

inline constexpr std::array<std::string_view, 7> names{"empty page", "grey page", "dot", "noise", "mug", "T-shirt", "face"};

/// A photograph of one, in the frame of the networks; another one for each number.
inline Picture photograph(std::string_view name, std::size_t number) {
    Dice dice{Random{Seed{41}, number}};
    constexpr Size frame{120, 90};
    const auto level = [](double share) { return static_cast<std::uint8_t>(share); };
    if (name == "empty page") return Picture{frame, Colour{255, 255, 255}};
    if (name == "grey page") {
        const std::uint8_t grey = level(dice.between(60, 253));
        return Picture{frame, Colour{grey, grey, grey}};
    }
    if (name == "noise") {
        Picture picture{frame};
        const double low = dice.between(0, 128);
        for (std::uint8_t& pixel : picture.pixels) pixel = level(dice.between(low, 256));
        return picture;
    }
    wardrobe::Framing framing = wardrobe::framing(wardrobe::assortment.at(number % wardrobe::assortment.size()).category, dice);
    Drawing drawing;
    if (name == "dot") {
        const double radius = dice.between(0.004, 0.03);
        const Point at{dice.between(0.1, 0.9), dice.between(0.1, 1.2)};
        drawing.dot(at, radius, radius, any_colour(dice));
        wardrobe::Painter painter{{wardrobe::photograph_width, wardrobe::photograph_width, 0, {0, wardrobe::photograph_height}}, 0, 1};
        return fit(wardrobe::exposed(painter.paint(drawing), wardrobe::camera(dice), dice.seed()), frame);
    }
    drawing = name == "mug" ? mug(dice) : name == "T-shirt" ? t_shirt(dice) : face(dice);
    const wardrobe::Camera lens = wardrobe::camera(dice);
    wardrobe::Painter painter{wardrobe::place(drawing, framing), lens.rounding, dice.seed()};
    return fit(wardrobe::exposed(painter.paint(drawing), lens, dice.seed()), frame);
}

}  // namespace strangers
