// SPDX-License-Identifier: MIT
#pragma once

#include <denim/metric/repeats.hpp>

#include <cmath>
#include <span>
#include <stdexcept>

namespace denim::inline DENIM_TARGET {

/// Like `repeats`, of scores on folds or repeated splits of one set, whose runs learn from much the same samples: the variance of the mean is
/// (1 / n + test / train) times that of the scores, not 1 / n (Nadeau and Bengio, "Inference for the generalization error", 2003).
/// `test_over_train` is the number of samples asked about for each one learned from: 1/4 with 5 folds.
inline Repeats resampled(std::span<const double> scores, double test_over_train, double confidence = 0.95) {
    if (!(test_over_train >= 0))
        throw std::invalid_argument("denim: resampled: a ratio of at least 0 was expected, but got " + detail::general(test_over_train));
    Repeats result = repeats(scores, confidence);
    const double wider = std::sqrt(1 + test_over_train * static_cast<double>(scores.size()));
    const double half = (result.high - result.mean) * wider;
    result.low = result.mean - half;
    result.high = result.mean + half;
    return result;
}

}  // namespace denim::inline DENIM_TARGET
