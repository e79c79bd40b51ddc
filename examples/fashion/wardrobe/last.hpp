// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/drawing.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// What a shoe is built on, seen from the side: x from the heel (0) to the toe (1), y from the ground. The unit is the shoe's
/// length.
struct Last {
    double heel = 0.02;    ///< how much higher the heel stands than the ball
    double sole = 0.03;    ///< thickness of the sole
    double spring = 0.02;  ///< how much the toe rises
    double ball = 0.68;    ///< where the foot begins to rise
    double seat = 0.14;    ///< where it has risen

    /// The upper face of the sole: where the upper begins.
    [[nodiscard]] double top(double x) const {
        const double t = std::clamp((ball - x) / (ball - seat), 0.0, 1.0), steep = heel > 0.1 ? 0.8 : 0.6,
                     bent = t * t * (3 - 2 * t) * steep + t * (1 - steep);
        const double toe = std::clamp((x - 0.75) / 0.25, 0.0, 1.0);
        return sole + heel * bent + spring * toe * toe;
    }
    /// The lower face.
    [[nodiscard]] double bottom(double x) const { return top(x) - sole; }
    /// A point above the sole.
    [[nodiscard]] Point over(double x, double height) const { return {x, top(x) + height}; }
    /// The line of the upper face, raised by `height`.
    [[nodiscard]] Path bed(double from, double to, double height = 0, int steps = 24) const {
        Path line;
        for (int i = 0; i <= steps; ++i) line.push_back(over(from + (to - from) * i / steps, height));
        return line;
    }
    /// The outline of a sole of this thickness, thinner at the tip of the toe.
    [[nodiscard]] Path slab(double from, double to, double thick) const {
        Path lower = bed(from, to);
        for (Point& point : lower) point.y -= thick * (1 - 0.6 * std::pow(std::clamp((point.x - 0.8) / 0.2, 0.0, 1.0), 2));
        return join(bed(from, to), reversed(lower));
    }
    /// The outline of a sole that reaches the ground, as far as the toe allows.
    [[nodiscard]] Path wedge(double from, double to) const {
        Path line = bed(from, to);
        for (int i = 24; i >= 0; --i) {
            const double x = from + (to - from) * i / 24, toe = std::clamp((x - 0.85) / 0.15, 0.0, 1.0);
            line.push_back({x, (spring + 0.25 * sole) * toe * toe});
        }
        return line;
    }
};

/// The side of an upper: its outline, the line of its opening, and the line of the front from the opening to the toe.
struct Upper {
    Path outline, opening, front;
};

enum class Toe { round, pointed, square };

/// The measures of a low upper, heights above the last.
struct UpperMeasures {
    double collar = 0.26;  ///< height at the heel
    double dip = 0.04;     ///< how much the opening falls below the collar
    double vamp_x = 0.4;   ///< where the opening ends
    double vamp = 0.27;    ///< its height there
    double toe = 0.13;     ///< height of the toe box
    double lean = 0.02;    ///< how far the collar leans forward
    double tab = 0;        ///< a tongue of leather at the heel
    double low_at = 0.45;  ///< where the opening is lowest, from the heel (0) to the vamp (1)
    Toe shape = Toe::round;
};

/// The front of a shoe: from a point of the instep down to the tip of the toe.
inline Path front_line(const Last& last, Point from, double toe, Toe shape) {
    const double blunt = shape == Toe::round ? 0.82 : shape == Toe::square ? 0.92 : 0.56;
    const double tip = shape == Toe::round ? 0.42 : shape == Toe::square ? 0.62 : 0.2;
    const double middle = (from.x + 0.86) / 2, rise = from.y - last.top(from.x);
    Path knots{from};
    if (from.x < 0.72) knots.push_back(last.over(middle - 0.03, rise * 0.52 + toe * 0.62));
    knots.push_back(last.over(0.86, toe));
    knots.push_back(last.over(0.935, toe * blunt));
    knots.push_back(last.over(0.985, toe * tip));
    knots.push_back(last.over(0.99, 0));
    return curve(knots);
}

inline Upper low_upper(const Last& last, const UpperMeasures& m) {
    const double x0 = 0.02;
    Path back{last.over(x0 + 0.015, 0), last.over(x0 - 0.012, m.collar * 0.35), last.over(x0 + 0.008, m.collar * 0.75),
              last.over(x0 + m.lean, m.collar)};
    back.back().y = last.top(x0) + m.collar + m.tab;
    const Point heel = back.back(), vamp = last.over(m.vamp_x, m.vamp);
    const double low = last.top(0.2) + m.collar - m.dip - std::max(0.0, last.heel * 0.12);
    Upper upper;
    upper.opening = curve({heel,
                           {x0 + 0.06 + m.lean, std::lerp(heel.y, low, 0.55)},
                           {std::lerp(x0, m.vamp_x, m.low_at * 0.75), std::lerp(heel.y, low, 0.9)},
                           {std::lerp(x0, m.vamp_x, m.low_at), low},
                           {std::lerp(x0, m.vamp_x, 0.45 + 0.5 * m.low_at), std::lerp(vamp.y, low, 0.6)},
                           vamp});
    upper.front = front_line(last, vamp, m.toe, m.shape);
    upper.outline = join(curve(back), upper.opening, upper.front, reversed(last.bed(0.04, 0.985)));
    return upper;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
