// SPDX-License-Identifier: MIT
#pragma once

#include <denim/metric/confusion.hpp>

#include <numeric>

namespace denim {

/// How well a score parts two classes, at every threshold.
struct Roc {
    /// One threshold.
    struct Point {
        double threshold;              ///< called positive: a score of at least this
        double false_rate, true_rate;  ///< of the negatives, of the positives: the share called positive
    };
    std::vector<Point> points;  ///< from (0, 0), threshold infinity, to (1, 1)
    double area = 0;  ///< under the curve, by trapezoids: the chance that a positive scores above a negative, ties count half
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// The receiver operating characteristic of scores against truth (nonzero: positive). Throws std::invalid_argument unless both
/// classes occur and every score is a number. Fawcett, "An introduction to ROC analysis" (2006), algorithms 1 and 2.
inline Roc roc(std::span<const float> scores, std::span<const std::int32_t> positive) {
    if (scores.size() != positive.size())
        throw std::invalid_argument("denim: roc: one score for each of " + std::to_string(positive.size()) +
                                    " pictures was expected, but got " + std::to_string(scores.size()));
    const auto positives =
        static_cast<std::size_t>(std::count_if(positive.begin(), positive.end(), [](std::int32_t each) { return each != 0; }));
    if (positives == 0 || positives == positive.size())
        throw std::invalid_argument("denim: roc: pictures of both classes were expected, but " + std::to_string(positives) +
                                    " of " + std::to_string(positive.size()) + " are positive");
    if (std::any_of(scores.begin(), scores.end(), [](float score) { return is_nan(score); }))
        throw std::invalid_argument("denim: roc: a score that is not a number came");
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) { return scores[left] > scores[right]; });
    Roc curve;
    curve.points.push_back({infinite<double>(), 0, 0});
    std::size_t right = 0, wrong = 0;
    for (std::size_t n = 0; n < order.size(); ++n) {
        (positive[order[n]] != 0 ? right : wrong) += 1;
        if (n + 1 < order.size() && scores[order[n + 1]] == scores[order[n]]) continue;
        const Roc::Point next{static_cast<double>(scores[order[n]]), detail::ratio(wrong, scores.size() - positives),
                              detail::ratio(right, positives)};
        const Roc::Point& last = curve.points.back();
        curve.area += (next.false_rate - last.false_rate) * (next.true_rate + last.true_rate) / 2;
        curve.points.push_back(next);
    }
    return curve;
}

}  // namespace denim::inline DENIM_TARGET
