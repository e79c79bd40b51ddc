// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/finite.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/metric/distribution.hpp>

#include <span>
#include <string>

namespace denim::inline DENIM_TARGET {

/// One number measured in several runs.
struct Repeats {
    std::size_t count = 0;
    double mean = 0;
    double deviation = 0;      ///< of the sample, n - 1 in the denominator; NaN for one run
    double low = 0, high = 0;  ///< the confidence interval of the mean, by Student's t; NaN for one run
    double least = 0, largest = 0;

    /// "0.7310 +- 0.0052"
    [[nodiscard]] std::string text(int digits = 4) const {
        return detail::fixed(mean, digits) + (count > 1 ? " +- " + detail::fixed(deviation, digits) : "");
    }
};

/// Mean, deviation and confidence interval of repeated runs. A NaN among them makes all of these NaN.
inline Repeats repeats(std::span<const double> values, double confidence = 0.95) {
    if (values.empty()) throw std::invalid_argument("denim: repeats: the values of at least 1 run were expected, but got none");
    Repeats result{values.size(), 0, 0, 0, 0, values[0], values[0]};
    const auto count = static_cast<double>(values.size());
    for (const double value : values) {
        result.mean += value / count;
        if (is_nan(value)) result.least = result.largest = not_a_number<double>();
        if (is_nan(result.least)) continue;
        result.least = std::min(result.least, value);
        result.largest = std::max(result.largest, value);
    }
    double squares = 0;
    for (const double value : values) squares += (value - result.mean) * (value - result.mean);
    if (values.size() == 1) {
        result.deviation = result.low = result.high = not_a_number<double>();
        return result;
    }
    result.deviation = std::sqrt(squares / (count - 1));
    const double half = t_quantile(confidence, count - 1) * result.deviation / std::sqrt(count);
    result.low = result.mean - half;
    result.high = result.mean + half;
    return result;
}

}  // namespace denim::inline DENIM_TARGET
