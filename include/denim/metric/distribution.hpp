// SPDX-License-Identifier: MIT
#pragma once

// The probabilities that repeated runs and comparisons ask for.

#include <denim/machine/number_text.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Lentz's method for the continued fraction of the incomplete beta function; Numerical Recipes, third edition, section 6.4.
inline double beta_fraction(double a, double b, double x) {
    constexpr double tiny = 1e-300;
    const auto away_from_zero = [](double number) { return std::fabs(number) < tiny ? tiny : number; };
    double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), result = d;
    for (int m = 1; m <= 10'000; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / away_from_zero(1 + even * d);
        c = away_from_zero(1 + even / c);
        result *= c * d;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / away_from_zero(1 + odd * d);
        c = away_from_zero(1 + odd / c);
        result *= c * d;
        if (std::fabs(c * d - 1) < 1e-15) break;
    }
    return result;
}

}  // namespace detail

/// The regularised incomplete beta function I_x(a, b), for a, b > 0 and x from 0 to 1.
inline double incomplete_beta(double a, double b, double x) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * detail::beta_fraction(a, b, x) / a
                                     : 1 - front * detail::beta_fraction(b, a, 1 - x) / b;
}

/// The chance that Student's t with this many degrees of freedom lies further from 0 than `t`, on either side.
inline double t_two_sided(double t, double degrees) {
    return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t));
}

/// The t that is exceeded on either side with probability 1 - `confidence`: 12.7 for 0.95 and 1 degree of freedom, 1.96 for
/// many.
inline double t_quantile(double confidence, double degrees) {
    if (!(confidence > 0 && confidence < 1) || !(degrees > 0))
        throw std::invalid_argument(
            "denim: t_quantile: a confidence between 0 and 1 and degrees of freedom above 0 were expected, but got " +
            detail::general(confidence) + " and " + detail::general(degrees));
    double low = 0, high = 1;
    while (t_two_sided(high, degrees) > 1 - confidence && high < 1e300) high *= 2;
    for (int step = 0; step < 200 && low < high; ++step) {
        const double middle = (low + high) / 2;
        if (middle == low || middle == high) break;
        (t_two_sided(middle, degrees) > 1 - confidence ? low : high) = middle;
    }
    return (low + high) / 2;
}

/// The chance that a fair coin thrown `trials` times shows at most `successes` heads.
inline double binomial_half(std::size_t successes, std::size_t trials) {
    if (successes >= trials) return 1;
    return incomplete_beta(static_cast<double>(trials - successes), static_cast<double>(successes) + 1, 0.5);
}

/// The chance that chi-squared with one degree of freedom exceeds `statistic`.
inline double chi_squared_tail(double statistic) { return std::erfc(std::sqrt(statistic / 2)); }

}  // namespace denim::inline DENIM_TARGET
