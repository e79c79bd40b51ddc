// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/blur.hpp"
#include "fashion/wardrobe/framing.hpp"

#include <map>

namespace denim::inline DENIM_TARGET::wardrobe {

/// A photograph while it is painted: red, green, blue of each pixel, rows from the top, and how much of the object is there.
struct Sheet {
    std::vector<float> rgb = std::vector<float>(std::size_t{photograph_width} * photograph_height * 3, 255.0F);
    std::vector<float> covered = std::vector<float>(std::size_t{photograph_width} * photograph_height, 0.0F);
};

/// Paints a drawing's parts in their order.
class Painter {
public:
    /// `rounding`: how much of the edge shading that parts ask for is painted.
    Painter(const Placement& placement, double rounding, std::uint32_t seed)
        : placement_(placement), rounding_(rounding), shine_(seed) {}

    Sheet paint(const Drawing& drawing) {
        const std::vector<Part>& parts = drawing.parts();
        std::vector<bool> kept(parts.size());
        for (const Part& part : parts) {
            if (part.finish.inside >= 0) kept[static_cast<std::size_t>(part.finish.inside)] = true;
        }
        for (std::size_t i = 0; i < parts.size(); ++i) {
            Mask mask = outline(parts[i]);
            if (mask.empty()) continue;
            paint(parts[i], mask);
            if (kept[i]) masks_.emplace(static_cast<int>(i), std::move(mask));
        }
        return std::move(sheet_);
    }

private:
    Mask outline(const Part& part) const {
        Paths pixels = part.outlines;
        for (Path& path : pixels) {
            for (Point& point : path) point = placement_(point);
        }
        Mask mask = rasterise(pixels, photograph_width, photograph_height);
        if (mask.empty()) return mask;
        if (part.finish.soften > 0) {
            const double radius = part.finish.soften * placement_.scale();
            mask = blurred(widened(mask, static_cast<int>(radius * 1.5) + 1, photograph_width, photograph_height), radius);
        }
        if (part.finish.inside >= 0) {
            const auto clip = masks_.find(part.finish.inside);
            for (int y = mask.top; y < mask.top + mask.height; ++y) {
                for (int x = mask.left; x < mask.left + mask.width; ++x) {
                    mask.value[mask.index(x, y)] *= clip == masks_.end() ? 0 : clip->second.at(x, y);
                }
            }
        }
        return mask;
    }

    void paint(const Part& part, const Mask& mask) {
        const Finish& finish = part.finish;
        const bool rounded = finish.edge > 0 || finish.relief > 0 || finish.gloss > 0;
        const double radius = std::max(1.0, finish.round * placement_.scale());
        Mask body;
        if (rounded)
            body = blurred(widened(mask, static_cast<int>(radius * 1.5) + 1, photograph_width, photograph_height), radius);
        // Pale things keep white edges.
        const double mean = part.fabric.colour().luminance();
        const double edge = finish.edge * rounding_ * (mean > 170 ? 1 - 0.72 * std::min(1.0, (mean - 170) / 60) : 1);
        const double relief = finish.relief * radius * (mean > 200 ? 0.6 : 1);
        for (int y = mask.top; y < mask.top + mask.height; ++y) {
            for (int x = mask.left; x < mask.left + mask.width; ++x) {
                const double covered = static_cast<double>(mask.value[mask.index(x, y)]) * finish.alpha;
                if (covered < 0.002) continue;
                const std::size_t pixel = static_cast<std::size_t>(y) * photograph_width + static_cast<std::size_t>(x);
                float* rgb = sheet_.rgb.data() + 3 * pixel;
                if (finish.shade != 0) {
                    shade(rgb, finish.shade * covered);
                    continue;
                }
                const Point centre{x + 0.5, y + 0.5};
                Colour colour = part.fabric.plain() ? part.fabric.colour() : part.fabric({centre, placement_.inverse(centre)});
                if (rounded) {
                    const double depth = static_cast<double>(body.at(x, y));
                    double light = 1 - edge * std::clamp(1.6 * (1 - depth), 0.0, 1.0);
                    if (relief > 0) light += relief * static_cast<double>(body.at(x, y + 1) - body.at(x, y - 1)) * 0.5;
                    colour = colour * std::max(0.1, light);
                    if (finish.gloss > 0) {
                        const double across = static_cast<double>(body.at(x + 1, y) - body.at(x - 1, y)),
                                     down = static_cast<double>(body.at(x, y + 1) - body.at(x, y - 1));
                        colour = colour + finish.gloss * highlight(centre, depth, (0.45 * across + 0.9 * down) * radius) *
                                              (22 + 0.1 * (255 - mean));
                    }
                }
                blend(rgb, colour, covered);
                sheet_.covered[pixel] = std::max(sheet_.covered[pixel], static_cast<float>(covered));
            }
        }
    }

    /// 0 to about 1.5: where a round body faces the lamp, `slope` of it, a little inside of its edge; broken by the hides'
    /// unevenness.
    [[nodiscard]] double highlight(Point p, double depth, double slope) const {
        const double uneven = 0.6 + 0.5 * shine_(p.x / 22, p.y / 40) + 0.2 * shine_(p.x / 7 + 40, p.y / 12);
        const double inside = std::clamp((depth - 0.56) * 5, 0.0, 1.0);
        const double broad =
            std::max(0.0, 0.35 * shine_(p.x / 45 + 9, p.y / 70) - 0.15) * std::clamp((depth - 0.8) * 5, 0.0, 1.0);
        return std::clamp(uneven, 0.0, 1.3) * std::clamp(slope * 2.2, 0.0, 1.0) * inside + broad;
    }

    static void shade(float* rgb, double share) {
        for (int i = 0; i < 3; ++i) {
            const double value = static_cast<double>(rgb[i]);
            rgb[i] = static_cast<float>(share > 0 ? value * (1 - share) : std::min(250.0, value * (1 - share) - share * 8));
        }
    }

    static void blend(float* rgb, Colour colour, double covered) {
        const double parts[3]{colour.red, colour.green, colour.blue};
        for (int i = 0; i < 3; ++i) {
            const double part = std::clamp(parts[i], 0.0, 253.0);
            rgb[i] = static_cast<float>(static_cast<double>(rgb[i]) * (1 - covered) + part * covered);
        }
    }

    Placement placement_;
    double rounding_;
    Noise shine_;
    Sheet sheet_;
    std::map<int, Mask> masks_;
};

}  // namespace denim::inline DENIM_TARGET::wardrobe
