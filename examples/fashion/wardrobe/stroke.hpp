// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/curve.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// Outlines that are filled together. Where two turn the same way they unite, where one turns the other way it cuts a hole.
using Paths = std::vector<Path>;

inline double signed_area(const Path& path) {
    double area = 0;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const Point a = path[i], b = path[(i + 1) % path.size()];
        area += a.x * b.y - a.y * b.x;
    }
    return area / 2;
}

/// The same outline, turning to the left.
inline Path turned_left(Path path) { return signed_area(path) < 0 ? reversed(std::move(path)) : path; }

/// Outline with a hole in it.
inline Paths with_hole(Path outline, Path hole) {
    return {turned_left(std::move(outline)), reversed(turned_left(std::move(hole)))};
}

/// A line with a width, from `width` at its beginning to `end_width` at its end; its ends are round.
inline Paths stroke(const Path& line, double width, double end_width) {
    Path left, right;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const Point before = line[i > 0 ? i - 1 : 0], after = line[std::min(i + 1, line.size() - 1)];
        const double span = std::max(length(after - before), 1e-9);
        const double share = static_cast<double>(i) / static_cast<double>(std::max<std::size_t>(line.size() - 1, 1));
        const double half = (width + (end_width - width) * share) / 2;
        const Point normal{-(after.y - before.y) / span * half, (after.x - before.x) / span * half};
        left.push_back(line[i] + normal);
        right.push_back(line[i] - normal);
    }
    Paths outlines;
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        outlines.push_back(turned_left({left[i], left[i + 1], right[i + 1], right[i]}));
    }
    return outlines;
}

inline Paths stroke(const Path& line, double width) { return stroke(line, width, width); }

/// Short strokes along a line: stitches.
inline Paths stitches(const Path& line, double width, double on, double off) {
    Paths outlines;
    double walked = 0;
    Path run;
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        const double span = length(line[i + 1] - line[i]);
        for (double done = 0; done < span;) {
            const double phase = std::fmod(walked, on + off);
            const bool drawn = phase < on;
            const double step = std::min((drawn ? on - phase : on + off - phase) + 1e-6, span - done);
            if (drawn) {
                const Point from = mix(line[i], line[i + 1], done / span), to = mix(line[i], line[i + 1], (done + step) / span);
                for (Path& piece : stroke({from, to}, width)) outlines.push_back(std::move(piece));
            }
            done += step;
            walked += step;
        }
    }
    return outlines;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
