// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace denim::inline DENIM_TARGET::wardrobe {

/// A place on the object: x to the right, y up, in the unit of the object (a shoe's length, a pair of trousers' height).
struct Point {
    double x = 0, y = 0;

    friend constexpr Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
    friend constexpr Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
    friend constexpr Point operator*(Point p, double factor) { return {p.x * factor, p.y * factor}; }
};

using Path = std::vector<Point>;

constexpr Point mix(Point a, Point b, double share) { return a * (1 - share) + b * share; }
inline double length(Point p) { return std::hypot(p.x, p.y); }

namespace detail {

/// Between b and c of four knots: the uniform spline of Catmull and Rom, "A class of local interpolating splines" (1974).
constexpr Point between_knots(Point a, Point b, Point c, Point d, double t) {
    return (b * 2 + (c - a) * t + (a * 2 - b * 5 + c * 4 - d) * (t * t) + (b * 3 - a - c * 3 + d) * (t * t * t)) * 0.5;
}

}  // namespace detail

/// A smooth line through the knots.
inline Path curve(const Path& knots, int steps = 8) {
    Path line;
    const std::size_t last = knots.size() - 1;
    for (std::size_t i = 0; i < last; ++i) {
        const Point before = i > 0 ? knots[i - 1] : knots[0] * 2 - knots[1];
        const Point after = i + 2 <= last ? knots[i + 2] : knots[last] * 2 - knots[last - 1];
        for (int step = 0; step < steps; ++step) {
            line.push_back(detail::between_knots(before, knots[i], knots[i + 1], after, static_cast<double>(step) / steps));
        }
    }
    line.push_back(knots[last]);
    return line;
}

/// A smooth closed line through the knots.
inline Path loop(const Path& knots, int steps = 8) {
    Path line;
    const std::size_t count = knots.size();
    for (std::size_t i = 0; i < count; ++i) {
        for (int step = 0; step < steps; ++step) {
            line.push_back(detail::between_knots(knots[(i + count - 1) % count], knots[i], knots[(i + 1) % count],
                                                 knots[(i + 2) % count], static_cast<double>(step) / steps));
        }
    }
    return line;
}

inline Path ellipse(Point centre, double rx, double ry, int corners = 20) {
    Path line;
    for (int i = 0; i < corners; ++i) {
        const double angle = 2 * std::numbers::pi * i / corners;
        line.push_back({centre.x + rx * std::cos(angle), centre.y + ry * std::sin(angle)});
    }
    return line;
}

/// One line after the other.
template <class... Paths>
Path join(Path first, const Paths&... others) {
    (first.insert(first.end(), others.begin(), others.end()), ...);
    return first;
}

inline Path reversed(Path path) {
    std::reverse(path.begin(), path.end());
    return path;
}

/// The other side of a thing that is the same left and right of x = axis.
inline Path mirrored(Path path, double axis = 0) {
    for (Point& point : path) point.x = 2 * axis - point.x;
    return path;
}

inline Path moved(Path path, Point by) {
    for (Point& point : path) point = point + by;
    return path;
}

/// The part of a line from share `from` to share `to` of its knots.
inline Path part_of(const Path& path, double from, double to) {
    const auto last = static_cast<double>(path.size() - 1);
    const auto first = static_cast<std::ptrdiff_t>(std::floor(from * last));
    const auto end = static_cast<std::ptrdiff_t>(std::ceil(to * last)) + 1;
    return {path.begin() + first, path.begin() + std::max(end, first + 2)};
}

/// The point at a share of the knots of a line.
inline Point at(const Path& path, double share) {
    const double place = std::clamp(share, 0.0, 1.0) * static_cast<double>(path.size() - 1);
    const auto i = std::min(static_cast<std::size_t>(place), path.size() - 2);
    return mix(path[i], path[i + 1], place - static_cast<double>(i));
}

/// y of a line that runs along x, by interpolation; its ends beyond them.
inline double height_at(const Path& path, double x) {
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        const Point a = path[i], b = path[i + 1];
        if ((a.x <= x && x <= b.x) || (b.x <= x && x <= a.x))
            return a.x == b.x ? a.y : a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x);
    }
    return std::abs(x - path.front().x) < std::abs(x - path.back().x) ? path.front().y : path.back().y;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
