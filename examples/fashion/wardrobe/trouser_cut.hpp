// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/rates/trousers.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

enum class Fit { skinny, slim, tapered, straight, boot_cut, flared, wide, culotte, jogger, balloon };

/// The cut of a pair of trousers, laid flat: x from the middle, y from the hem (0) to the waist (1). The unit is their length.
struct TrouserCut {
    Fit fit = Fit::straight;
    double length = 1;  ///< of full length: less is cropped, and everything else is wider against it
    double waist = 0.14, hip = 0.16, crotch = 0.72;
    double band = 0.04;           ///< height of the waistband
    double hem_gap = 0, hem = 0;  ///< from the middle to the inner and to the outer seam
    Path outer, inner;            ///< the right leg's seams, from the top down

    [[nodiscard]] double outer_at(double y) const { return across(outer, y); }
    [[nodiscard]] double inner_at(double y) const { return y >= inner.front().y ? 0 : across(inner, y); }
    [[nodiscard]] double middle_at(double y) const { return (outer_at(y) + inner_at(y)) / 2; }
    [[nodiscard]] double width_at(double y) const { return outer_at(y) - inner_at(y); }

    /// Both legs as one outline; `lift`: how far the inner corners of the hems stand above the outer; `sag`: how far they hang
    /// through; `dip`: how far the front of the waist lies below its sides.
    [[nodiscard]] Path outline(double lift, double sag, double dip) const {
        const Path hem_line = curve({{hem, 0}, {(hem + hem_gap) / 2, -sag}, {hem_gap, lift}}, 5);
        const Path right = join(outer, hem_line, reversed(inner));
        const Path top =
            curve({{-waist, 1}, {-waist * 0.5, 1 - dip * 0.75}, {0, 1 - dip}, {waist * 0.5, 1 - dip * 0.75}, {waist, 1}}, 4);
        return join(right, reversed(mirrored(right)), top);
    }

private:
    static double across(const Path& seam, double y) {
        for (std::size_t i = 0; i + 1 < seam.size(); ++i) {
            if (seam[i].y >= y && y >= seam[i + 1].y) {
                const double span = seam[i].y - seam[i + 1].y;
                return span <= 0 ? seam[i].x : mix(seam[i + 1], seam[i], (y - seam[i + 1].y) / span).x;
            }
        }
        return y > seam.front().y ? seam.front().x : seam.back().x;
    }
};

namespace detail {

struct LegWidths {
    Range knee, hem;
};

/// Widths of one leg at full length.
inline LegWidths leg_widths(Fit fit) {
    switch (fit) {
        case Fit::skinny:
            return {{0.098, 0.116}, {0.078, 0.098}};
        case Fit::slim:
            return {{0.110, 0.128}, {0.096, 0.118}};
        case Fit::tapered:
            return {{0.125, 0.146}, {0.090, 0.115}};
        case Fit::straight:
            return {{0.124, 0.146}, {0.120, 0.146}};
        case Fit::boot_cut:
            return {{0.118, 0.132}, {0.136, 0.158}};
        case Fit::flared:
            return {{0.114, 0.138}, {0.160, 0.225}};
        case Fit::wide:
            return {{0.148, 0.176}, {0.155, 0.205}};
        case Fit::culotte:
            return {{0.170, 0.215}, {0.190, 0.270}};
        case Fit::jogger:
            return {{0.125, 0.150}, {0.082, 0.104}};
        default:
            return {{0.150, 0.176}, {0.100, 0.125}};
    }
}

}  // namespace detail

inline TrouserCut cut_trousers(const TrouserRates& rates, Dice& dice) {
    TrouserCut cut;
    cut.fit = static_cast<Fit>(dice.weighted(rates.fits));
    cut.length = cut.fit == Fit::culotte      ? dice.between(0.68, 0.86)
                 : dice.chance(rates.cropped) ? dice.between(0.82, 0.93)
                                              : dice.between(0.95, 1.03);
    const double k = 1 / cut.length;
    cut.waist = dice.of(rates.waist) * k;
    cut.hip = cut.waist * dice.of(rates.hip_over_waist);
    cut.band = dice.between(0.028, 0.046) * k;
    const double hip_y = 1 - dice.of(rates.hip_depth) * k, crotch = 1 - dice.of(rates.rise) * k;
    const bool baggy = cut.fit == Fit::wide || cut.fit == Fit::culotte || cut.fit == Fit::balloon;
    const double touch = baggy                             ? dice.between(0, 0.2)
                         : dice.chance(rates.thighs_touch) ? dice.between(0.05, 0.16)
                                                           : dice.between(0, 0.03);
    cut.crotch = crotch;
    const detail::LegWidths widths = detail::leg_widths(cut.fit);
    const double share = dice.between(0, 1), knee = (widths.knee.low + (widths.knee.high - widths.knee.low) * share) * k;
    const double hem = dice.of(widths.hem) * k, gap = dice.of(rates.gap) * k * (baggy ? dice.between(0.05, 1.0) : 1);
    cut.hem_gap = std::max(0.004, gap * dice.between(0.6, 1.45));
    cut.hem = cut.hem_gap + hem;
    const double knee_y = std::max(0.22, 1 - 0.56 * k), knee_gap = gap * dice.between(0.65, 0.95);
    // Seams run straight from the hip to the hem, but for cuts that are bowed on purpose.
    const bool bowed = cut.fit == Fit::jogger || cut.fit == Fit::balloon;
    const double widest = bowed ? 1 : std::max(1.03 * cut.hip, (cut.hip + cut.hem) / 2);
    const double knee_out = cut.fit == Fit::culotte ? std::lerp(cut.hip, cut.hem, dice.between(0.45, 0.6))
                                                    : std::min(knee_gap + knee, widest);
    const double thigh_out = cut.hip * dice.between(0.965, 1.01), gap_y = crotch - touch;
    cut.outer = curve({{cut.waist, 1},
                       {cut.waist + dice.between(0.4, 0.62) * (cut.hip - cut.waist), 1 - 0.075 * k},
                       {cut.hip, hip_y},
                       {thigh_out, crotch - 0.03},
                       {std::lerp(thigh_out, knee_out, 0.55), std::lerp(crotch - 0.03, knee_y, 0.52)},
                       {knee_out, knee_y},
                       {std::lerp(knee_out, cut.hem,
                                  cut.fit == Fit::flared    ? 0.4
                                  : cut.fit == Fit::balloon ? -0.1
                                                            : 0.5),
                        knee_y * 0.5},
                       {cut.hem, 0}},
                      6);
    const double inner_knee = std::max(0.0, std::min(knee_y, gap_y - 0.08)),
                 shin_gap = std::lerp(knee_gap, cut.hem_gap, dice.between(0.5, 0.75)) * (cut.fit == Fit::flared ? 0.9 : 1);
    cut.inner = curve({{0.0, gap_y},
                       {knee_gap * 0.4, gap_y - 0.04},
                       {knee_gap * 0.76, std::lerp(gap_y - 0.04, inner_knee, 0.5)},
                       {knee_gap, inner_knee},
                       {shin_gap, inner_knee * 0.5},
                       {cut.hem_gap, 0}},
                      6);
    for (Path* seam : {&cut.outer, &cut.inner}) {
        for (Point& point : *seam) point.x = std::max(0.0, point.x);
    }
    return cut;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
