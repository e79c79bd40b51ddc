// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/finite.hpp>
#include <denim/machine/number_text.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <ostream>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim {

/// How near a network's numbers come to one of the targets that they aim at. NaN where an output is.
struct TargetScore {
    std::size_t count = 0;               ///< samples
    double mean_squared_error = 0;       ///< Keras: MeanSquaredError
    double root_mean_squared_error = 0;  ///< in the target's own units. Keras: RootMeanSquaredError
    double mean_absolute_error = 0;      ///< Keras: MeanAbsoluteError
    /// 1 - squared error / variance of the target: 1 is exact, 0 is what its mean alone would score. NaN of a constant target. Keras: R2Score
    double r2 = 0;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Of each target by itself, from outputs and targets, both (samples, count) row by row. Throws std::invalid_argument where they do not fit.
template <class Scalar>
std::vector<TargetScore> target_scores(std::span<const Scalar> outputs, std::span<const float> targets, std::size_t count) {
    if (count == 0 || outputs.empty() || outputs.size() != targets.size() || outputs.size() % count != 0)
        throw std::invalid_argument("denim: target_scores: as many outputs as targets were expected, " + std::to_string(count) +
                                    " for each sample, but got " + std::to_string(outputs.size()) + " and " + std::to_string(targets.size()));
    std::vector<TargetScore> scores(count);
    const std::size_t samples = outputs.size() / count;
    const auto divisor = static_cast<double>(samples);
    for (std::size_t k = 0; k < count; ++k) {
        double mean = 0, spread = 0, squares = 0, absolutes = 0;
        for (std::size_t n = k; n < targets.size(); n += count) mean += static_cast<double>(targets[n]) / divisor;
        for (std::size_t n = k; n < targets.size(); n += count) {
            const double target = static_cast<double>(targets[n]), error = static_cast<double>(outputs[n]) - target;
            spread += (target - mean) * (target - mean);
            squares += error * error;
            absolutes += std::abs(error);
        }
        const double r2 = spread > 0 ? 1 - squares / spread : not_a_number<double>();
        scores[k] = {samples, squares / divisor, std::sqrt(squares / divisor), absolutes / divisor, r2};
    }
    return scores;
}

/// A table, a line for each target.
inline std::ostream& operator<<(std::ostream& out, const std::vector<TargetScore>& scores) {
    using detail::general, detail::to_the_right;
    std::string text = "target  samples  root mean square  mean absolute      R2\n";
    for (std::size_t k = 0; k < scores.size(); ++k)
        text += to_the_right(std::to_string(k), 6) + "  " + to_the_right(std::to_string(scores[k].count), 7) + "  " +
                to_the_right(general(scores[k].root_mean_squared_error), 16) + "  " +
                to_the_right(general(scores[k].mean_absolute_error), 13) + "  " + to_the_right(detail::fixed(scores[k].r2, 4), 6) + '\n';
    return out << text;
}

}  // namespace denim::inline DENIM_TARGET
