// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/drawing.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// From the object to the photograph: a turn, then a scale for each axis, then a shift. y points up there and down here.
struct Placement {
    double scale_x = 1, scale_y = 1, turn = 0;
    Point shift;

    [[nodiscard]] Point turned(Point p) const {
        const double c = std::cos(turn), s = std::sin(turn);
        return {p.x * c - p.y * s, p.x * s + p.y * c};
    }
    [[nodiscard]] Point operator()(Point p) const {
        const Point q = turned(p);
        return {shift.x + q.x * scale_x, shift.y - q.y * scale_y};
    }
    [[nodiscard]] Point inverse(Point pixel) const {
        const Point q{(pixel.x - shift.x) / scale_x, (shift.y - pixel.y) / scale_y};
        const double c = std::cos(turn), s = std::sin(turn);
        return {q.x * c + q.y * s, -q.x * s + q.y * c};
    }
    /// Pixels per unit.
    [[nodiscard]] double scale() const { return std::sqrt(scale_x * scale_y); }
};

/// How a shop fits an object into its frame: all of the width or of the height, whichever ends first, and where it stands.
struct Framing {
    double width = 1, height = 1;  ///< the room, as shares of the frame
    double ground = -1;            ///< the object's lowest point, as a share of the height; below 0: it is centred at `centre`
    double centre = 0.5;
    double stretch = 1;  ///< width over height, against the object's own
    double turn = 0;     ///< radians
};

/// The photograph's size in pixels.
inline constexpr int photograph_width = 300, photograph_height = 400;

/// Crops the object to its parts and fits it into the frame.
inline Placement place(const Drawing& drawing, const Framing& framing) {
    Placement placement;
    placement.turn = framing.turn;
    double left = 1e9, right = -1e9, low = 1e9, high = -1e9;
    for (const Part& part : drawing.parts()) {
        if (part.finish.inside >= 0 || !part.finish.framed) continue;
        for (const Path& path : part.outlines) {
            for (const Point point : path) {
                const Point p = placement.turned(point);
                left = std::min(left, p.x), right = std::max(right, p.x);
                low = std::min(low, p.y), high = std::max(high, p.y);
            }
        }
    }
    const double width = photograph_width, height = photograph_height;
    const double bottom = framing.ground > 0 ? framing.ground * height : height;
    const double room = framing.ground > 0 ? bottom - (1 - framing.height) * height : framing.height * height;
    const double scale = std::min(framing.width * width / (right - left) / framing.stretch, room / (high - low));
    placement.scale_x = scale * framing.stretch;
    placement.scale_y = scale;
    placement.shift.x = width / 2 - (left + right) / 2 * placement.scale_x;
    placement.shift.y = framing.ground > 0 ? bottom + low * scale : framing.centre * height + (low + high) / 2 * scale;
    return placement;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
