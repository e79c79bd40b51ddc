// SPDX-License-Identifier: MIT
#pragma once

#include <denim/report/chart.hpp>
#include <denim/training/find_rate.hpp>

#include <string>

namespace denim::inline DENIM_TARGET {

/// The curve of find_rate as an SVG picture, see line_chart: the loss over the logarithm of the rate, and a dot where it falls fastest.
DENIM_ONCE std::string rate_chart(const RateCurve& curve);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::string rate_chart(const RateCurve& curve) {
    Series loss{"loss", {}, curve.losses}, steepest;
    for (const double rate : curve.rates) loss.x.push_back(std::log10(rate));
    if (const auto at = std::ranges::find(curve.rates, curve.steepest); at != curve.rates.end()) {
        const auto place = static_cast<std::size_t>(at - curve.rates.begin());
        steepest = {"falls fastest at " + detail::short_number(curve.steepest), {loss.x[place]}, {loss.y[place]}};
    }
    const std::array all{std::move(loss), std::move(steepest)};
    return line_chart("Loss by learning rate", "logarithm of the rate, base 10", std::span{all}.first(all[1].x.empty() ? 1 : 2));
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
