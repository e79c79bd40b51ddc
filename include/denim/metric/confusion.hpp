// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/largest.hpp>
#include <denim/tensor/array.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim {

/// One class against the others. What has no denominator is 0, as in scikit-learn.
struct ClassScore {
    std::size_t count = 0;  ///< pictures of the class
    double precision = 0;   ///< of those called so, the share that is so
    double recall = 0;      ///< of those that are so, the share called so
    double f1 = 0;          ///< 2 * precision * recall / (precision + recall)
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Confusion(true class, predicted class): how many pictures.
using Confusion = Array<std::size_t, 2>;

namespace detail {

/// Scores are (N, classes), none of them a NaN, and labels (N), each below `classes`.
inline void check_scores(std::span<const float> scores, std::span<const std::int32_t> labels, std::size_t classes) {
    if (classes == 0 || scores.size() != labels.size() * classes)
        throw std::invalid_argument("denim: metric: scores of " + std::to_string(labels.size()) + " pictures for " +
                                    std::to_string(classes) + " classes were expected, but got " +
                                    std::to_string(scores.size()) + " numbers");
    for (std::size_t n = 0; n < scores.size(); ++n)
        if (is_nan(scores[n]))
            throw std::invalid_argument("denim: metric: scores that are numbers were expected, but one of picture " +
                                        std::to_string(n / classes) + " is a NaN");
    for (const std::int32_t label : labels)
        if (std::cmp_less(label, 0) || std::cmp_greater_equal(label, classes))
            throw std::invalid_argument("denim: metric: labels from 0 to " + std::to_string(classes - 1) +
                                        " were expected, but got " + std::to_string(label));
}

inline double ratio(std::size_t part, std::size_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace detail

/// The class of the largest score of each picture (the first, where several are equal); scores are (N, classes). Throws
/// std::invalid_argument where one is a NaN: such a picture has no class, and unless scores are of whole pictures.
inline std::vector<std::int32_t> predicted_classes(std::span<const float> scores, std::size_t classes) {
    if (classes == 0 || scores.size() % classes != 0)
        throw std::invalid_argument("denim: metric: scores of whole pictures, each for " + std::to_string(classes) +
                                    " classes, at least 1, were expected, but got " + std::to_string(scores.size()) + " numbers");
    std::vector<std::int32_t> predicted(scores.size() / classes);
    for (std::size_t n = 0; n < predicted.size(); ++n) {
        const auto sample = scores.subspan(n * classes, classes);
        const std::size_t place = place_of_largest(sample.data(), classes);
        if (place == classes)
            throw std::invalid_argument("denim: metric: scores that are numbers were expected, but one of picture " +
                                        std::to_string(n) + " is a NaN");
        predicted[n] = static_cast<std::int32_t>(place);
    }
    return predicted;
}

/// Counts of each pair of true and predicted class. Throws std::invalid_argument if the counts differ or a class is not below
/// `classes`.
inline Confusion confusion_matrix(std::span<const std::int32_t> labels, std::span<const std::int32_t> predicted,
                                  std::size_t classes) {
    if (labels.size() != predicted.size())
        throw std::invalid_argument("denim: metric: as many predictions as labels were expected, but got " +
                                    std::to_string(predicted.size()) + " for " + std::to_string(labels.size()));
    Confusion counts(std::array{classes, classes}, std::size_t{0});
    const auto place = [&](std::int32_t number) {
        if (std::cmp_less(number, 0) || std::cmp_greater_equal(number, classes))
            throw std::invalid_argument("denim: metric: classes below " + std::to_string(classes) + " were expected, but got " +
                                        std::to_string(number));
        return static_cast<std::size_t>(number);
    };
    for (std::size_t n = 0; n < labels.size(); ++n) ++counts(place(labels[n]), place(predicted[n]));
    return counts;
}

/// From scores (N, classes), for example logits.
inline Confusion confusion_matrix(std::span<const std::int32_t> labels, std::span<const float> scores, std::size_t classes) {
    detail::check_scores(scores, labels, classes);
    return confusion_matrix(labels, predicted_classes(scores, classes), classes);
}

/// Share of pictures on the diagonal; 0 for no pictures.
inline double accuracy(const Confusion& counts) {
    std::size_t right = 0, all = 0;
    for (std::size_t row = 0; row < counts.shape(0); ++row)
        for (std::size_t column = 0; column < counts.shape(1); ++column) {
            all += counts(row, column);
            right += row == column ? counts(row, column) : 0;
        }
    return detail::ratio(right, all);
}

inline std::vector<ClassScore> class_scores(const Confusion& counts) {
    std::vector<ClassScore> scores(counts.shape(0));
    for (std::size_t k = 0; k < scores.size(); ++k) {
        std::size_t called = 0;
        for (std::size_t n = 0; n < scores.size(); ++n) {
            scores[k].count += counts(k, n);
            called += counts(n, k);
        }
        scores[k].precision = detail::ratio(counts(k, k), called);
        scores[k].recall = detail::ratio(counts(k, k), scores[k].count);
        scores[k].f1 = detail::ratio(2 * counts(k, k), called + scores[k].count);
    }
    return scores;
}

/// The mean over classes, each counting alike; `count` is the sum.
inline ClassScore macro_average(std::span<const ClassScore> scores) {
    ClassScore mean;
    for (const ClassScore& score : scores) {
        mean.count += score.count;
        mean.precision += score.precision / static_cast<double>(scores.size());
        mean.recall += score.recall / static_cast<double>(scores.size());
        mean.f1 += score.f1 / static_cast<double>(scores.size());
    }
    return mean;
}

/// Share of pictures whose class is among their `k` largest scores (N, classes). Of equal scores the first class counts as
/// larger.
inline double top_k_accuracy(std::span<const float> scores, std::span<const std::int32_t> labels, std::size_t classes,
                             std::size_t k) {
    detail::check_scores(scores, labels, classes);
    std::size_t right = 0;
    for (std::size_t n = 0; n < labels.size(); ++n) {
        const auto sample = scores.subspan(n * classes, classes);
        const auto label = static_cast<std::size_t>(labels[n]);
        std::size_t before = 0;
        for (std::size_t other = 0; other < classes; ++other)
            before += sample[other] > sample[label] || (sample[other] == sample[label] && other < label) ? 1 : 0;
        right += before < k ? 1 : 0;
    }
    return detail::ratio(right, labels.size());
}

}  // namespace denim::inline DENIM_TARGET
