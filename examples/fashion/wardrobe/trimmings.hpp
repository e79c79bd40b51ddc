// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/drawing.hpp"
#include "fashion/wardrobe/print.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// Two loops and a knot.
inline void bow(Drawing& shoe, Point centre, double size, const Fabric& fabric) {
    for (const double side : {-1.0, 1.0}) {
        shoe.fill(loop({centre, centre + Point{side * size, size * 0.5}, centre + Point{side * size * 1.1, -size * 0.3}}),
                  fabric, {.edge = 0.35, .round = 0.012});
    }
    shoe.dot(centre, size * 0.26, size * 0.26, darker(fabric.colour(), 0.85), {.edge = 0.3, .round = 0.01});
}

/// A strip that lies on the shoe.
inline int strap(Drawing& shoe, const Path& knots, double width, Fabric fabric, int inside = -1) {
    return shoe.line(curve(knots), width, std::move(fabric),
                     {.edge = inside < 0 ? 0.35 : 0.15, .round = std::min(0.02, width * 0.4), .relief = 0.2, .inside = inside});
}

inline void buckle(Drawing& shoe, Point centre, double size, Colour metal) {
    shoe.fill(with_hole(ellipse(centre, size, size * 0.85, 4 + 8), ellipse(centre, size * 0.6, size * 0.5, 12)), metal,
              {.edge = 0.2, .round = 0.006});
    shoe.line({centre + Point{-size * 0.8, 0}, centre + Point{size * 0.5, 0}}, size * 0.25, darker(metal, 0.8));
}

/// Studs along a line.
inline void studs(Drawing& shoe, const Path& line, int count, double size, Colour metal) {
    for (int i = 0; i < count; ++i) {
        const Point p = at(line, (i + 0.5) / count);
        shoe.dot(p, size, size, metal, {.edge = 0.35, .round = size * 0.6, .relief = 0.5});
    }
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
