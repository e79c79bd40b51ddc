// SPDX-License-Identifier: MIT
#pragma once

// Rectangles, pictures and texts into a picture. Whatever lies beyond its sides is left out.

#include <denim/image/glyphs.hpp>
#include <denim/image/picture.hpp>

#include <algorithm>
#include <cmath>

namespace denim {

/// Where something stands in a picture: pixels from its left and top side.
struct Box {
    int left = 0, top = 0, width = 0, height = 0;
};

/// Which way a text runs.
enum class Direction { right, up };

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Lays `colour` over a pixel; `cover` is 0 to 1.
DENIM_ONCE void blend(Picture& picture, int x, int y, Colour colour, float cover);

/// A rectangle of one colour.
DENIM_ONCE void fill(Picture& picture, Box box, Colour colour);

/// The inside border of a rectangle.
DENIM_ONCE void outline(Picture& picture, Box box, Colour colour, int thickness = 1);

/// Another picture with its top left corner at (left, top).
DENIM_ONCE void paste(Picture& picture, int left, int top, const Picture& other);

/// How a text looks.
struct TextStyle {
    float height = 16;  ///< of the em, in pixels; capital letters have 0.73 of it
    Colour colour = {};
    Direction direction = Direction::right;
};

/// How long a UTF-8 text is, in pixels.
DENIM_ONCE float text_width(std::string_view text, float height);

/// Writes a UTF-8 text; (x, y) is where its base line begins. Letters beyond Latin-1 become a question mark in a box.
DENIM_ONCE void draw_text(Picture& picture, float x, float y, std::string_view text, const TextStyle& style = {});

/// The same, with (x, y) in the middle of the text and of its capital letters.
DENIM_ONCE void draw_text_around(Picture& picture, float x, float y, std::string_view text, const TextStyle& style = {});

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {
namespace detail {

/// Adds the signed area to the right of a line to the pixels of each row that it crosses; sums along a row then give how much
/// of each pixel lies inside. (Levien's font-rs describes the method.)
inline void accumulate(std::vector<float>& sums, int width, int height, float x0, float y0, float x1, float y1) {
    if (y0 == y1) return;
    const float sign = y0 < y1 ? 1.0f : -1.0f;
    if (y0 > y1) {
        std::swap(x0, x1);
        std::swap(y0, y1);
    }
    const float slope = (x1 - x0) / (y1 - y0);
    for (int row = std::max(0, static_cast<int>(std::floor(y0))); row < std::min(height, static_cast<int>(std::ceil(y1)));
         ++row) {
        const float top = std::max(y0, static_cast<float>(row)), bottom = std::min(y1, static_cast<float>(row + 1));
        const float at_top = x0 + (top - y0) * slope, at_bottom = x0 + (bottom - y0) * slope, area = sign * (bottom - top);
        const float left = std::min(at_top, at_bottom), right = std::max(at_top, at_bottom);
        const int first = static_cast<int>(std::floor(left)), last = static_cast<int>(std::floor(right));
        float before = 0, share_before = 0;
        for (int x = first; x <= last + 1; ++x) {
            const auto edge = static_cast<float>(x + 1);
            // How much of the row up to `edge` lies right of the line, then how much of this pixel alone.
            const float covered = right - left < 1e-6f ? std::max(0.0f, edge - left)
                                  : edge <= left       ? 0
                                  : edge >= right      ? edge - (left + right) / 2
                                                       : (edge - left) * (edge - left) / (2 * (right - left));
            const float share = covered - before;
            if (x >= 0 && x < width) sums[static_cast<std::size_t>(row * width + x)] += area * (share - share_before);
            before = covered;
            share_before = share;
        }
    }
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {

DENIM_ONCE void blend(Picture& picture, int x, int y, Colour colour, float cover) {
    if (x < 0 || y < 0 || std::cmp_greater_equal(x, picture.size.width) || std::cmp_greater_equal(y, picture.size.height))
        return;
    std::uint8_t* pixel = picture.at(static_cast<std::size_t>(y), static_cast<std::size_t>(x));
    const std::uint8_t parts[] = {colour.red, colour.green, colour.blue};
    for (int part = 0; part < 3; ++part) {
        const auto under = static_cast<float>(pixel[part]);
        pixel[part] = static_cast<std::uint8_t>(std::lround(under + (static_cast<float>(parts[part]) - under) * cover));
    }
}

DENIM_ONCE void fill(Picture& picture, Box box, Colour colour) {
    for (int y = std::max(box.top, 0); y < box.top + box.height; ++y)
        for (int x = std::max(box.left, 0); x < box.left + box.width; ++x) blend(picture, x, y, colour, 1);
}

DENIM_ONCE void outline(Picture& picture, Box box, Colour colour, int thickness) {
    fill(picture, {box.left, box.top, box.width, thickness}, colour);
    fill(picture, {box.left, box.top + box.height - thickness, box.width, thickness}, colour);
    fill(picture, {box.left, box.top, thickness, box.height}, colour);
    fill(picture, {box.left + box.width - thickness, box.top, thickness, box.height}, colour);
}

DENIM_ONCE void paste(Picture& picture, int left, int top, const Picture& other) {
    for (std::size_t y = 0; y < other.size.height; ++y)
        for (std::size_t x = 0; x < other.size.width; ++x) {
            const std::uint8_t* pixel = other.at(y, x);
            blend(picture, left + static_cast<int>(x), top + static_cast<int>(y), {pixel[0], pixel[1], pixel[2]}, 1);
        }
}

DENIM_ONCE float text_width(std::string_view text, float height) {
    float width = 0;
    for (const char32_t code : detail::characters_of(text)) width += detail::glyph_of(code).advance;
    return width * height / static_cast<float>(detail::font_em);
}

DENIM_ONCE void draw_text(Picture& picture, float x, float y, std::string_view text, const TextStyle& style) {
    const float scale = style.height / static_cast<float>(detail::font_em);
    const bool up = style.direction == Direction::up;
    float along = 0;
    for (const char32_t code : detail::characters_of(text)) {
        const detail::Glyph& glyph = detail::glyph_of(code);
        const int reach = static_cast<int>(std::ceil(style.height * 1.5f)) + 2, side = 2 * reach;
        const float from_x = up ? x : x + along, from_y = up ? y - along : y;
        const int left = static_cast<int>(std::floor(from_x)) - reach, top = static_cast<int>(std::floor(from_y)) - reach;
        std::vector<float> sums(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
        const auto to_x = [&](float gx, float gy) { return from_x - static_cast<float>(left) + scale * (up ? -gy : gx); };
        const auto to_y = [&](float gx, float gy) { return from_y - static_cast<float>(top) - scale * (up ? gx : gy); };
        for (const detail::Stroke& stroke : glyph.strokes)
            detail::accumulate(sums, side, side, to_x(stroke.from_x, stroke.from_y), to_y(stroke.from_x, stroke.from_y),
                               to_x(stroke.to_x, stroke.to_y), to_y(stroke.to_x, stroke.to_y));
        for (int row = 0; row < side; ++row) {
            float sum = 0;
            for (int column = 0; column < side; ++column) {
                sum += sums[static_cast<std::size_t>(row * side + column)];
                if (const float cover = std::min(std::fabs(sum), 1.0f); cover > 1.0f / 512)
                    blend(picture, left + column, top + row, style.colour, cover);
            }
        }
        along += glyph.advance * scale;
    }
}

DENIM_ONCE void draw_text_around(Picture& picture, float x, float y, std::string_view text, const TextStyle& style) {
    const float half = text_width(text, style.height) / 2, capital = 0.365f * style.height;
    if (style.direction == Direction::up)
        draw_text(picture, x + capital, y + half, text, style);
    else
        draw_text(picture, x - half, y + capital, text, style);
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
