// SPDX-License-Identifier: MIT
#pragma once

// Is one approach better than another, or was it luck?

#include <denim/metric/repeats.hpp>

#include <vector>

namespace denim {

/// Two approaches on the same pictures: those that only one of them gets right.
struct McNemar {
    std::size_t first_only = 0, second_only = 0;
    double statistic = 0;    ///< chi-squared with one degree of freedom, (|b - c| - 1)^2 / (b + c)
    double chi_squared = 1;  ///< its probability if neither were better
    double exact = 1;        ///< the same by the binomial distribution, two-sided: believe this one below 25 differences
};

/// Two approaches, each with runs of its own.
struct WelchTest {
    double difference = 0;   ///< of the means, first minus second
    double t = 0;            ///< the difference in standard errors
    double degrees = 0;      ///< of freedom
    double probability = 1;  ///< of a |t| at least so large if neither were better
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// McNemar's test from the counts of pictures that one alone got right. McNemar (1947), with the correction of Edwards (1948).
inline McNemar mcnemar(std::size_t first_only, std::size_t second_only) {
    McNemar result{first_only, second_only};
    const std::size_t all = first_only + second_only;
    if (all == 0) return result;
    const std::size_t fewer = first_only < second_only ? first_only : second_only;
    const double distance = std::fmax(static_cast<double>(all - 2 * fewer) - 1, 0);
    result.statistic = distance * distance / static_cast<double>(all);
    result.chi_squared = chi_squared_tail(result.statistic);
    result.exact = std::fmin(2 * binomial_half(fewer, all), 1);
    return result;
}

/// From what each approach got right (nonzero) of the same pictures. Run it once a seed.
inline McNemar mcnemar(std::span<const int> first_right, std::span<const int> second_right) {
    if (first_right.size() != second_right.size())
        throw std::invalid_argument("denim: mcnemar: both approaches on the same pictures were expected, but got " +
                                    std::to_string(first_right.size()) + " and " + std::to_string(second_right.size()));
    std::size_t first = 0, second = 0;
    for (std::size_t n = 0; n < first_right.size(); ++n) {
        first += first_right[n] != 0 && second_right[n] == 0 ? 1 : 0;
        second += first_right[n] == 0 && second_right[n] != 0 ? 1 : 0;
    }
    return mcnemar(first, second);
}

/// Welch's t test (1947) of two sets of runs, whose deviations may differ; at least two runs of each are needed. If no run
/// differs from the others of its set, t is infinite (0 where the means are equal).
inline WelchTest welch_test(const Repeats& first, const Repeats& second) {
    if (first.count < 2 || second.count < 2)
        throw std::invalid_argument("denim: welch_test: at least 2 runs of each approach were expected, but got " +
                                    std::to_string(first.count) + " and " + std::to_string(second.count));
    const auto error = [](const Repeats& runs) { return runs.deviation * runs.deviation / static_cast<double>(runs.count); };
    const auto free = [](const Repeats& runs) { return static_cast<double>(runs.count - 1); };
    const double a = error(first), b = error(second);
    WelchTest result{first.mean - second.mean};
    if (result.difference == 0) return result;
    result.t = result.difference / std::sqrt(a + b);
    result.degrees = a + b > 0 ? (a + b) * (a + b) / (a * a / free(first) + b * b / free(second)) : free(first) + free(second);
    result.probability = t_two_sided(result.t, result.degrees);
    return result;
}

/// Two approaches over the same seeds or splits.
struct PairedTest {
    Repeats difference;      ///< first minus second, of each seed
    double t = 0;            ///< mean of the differences in standard errors
    double probability = 1;  ///< of a |t| at least so large if neither were better
};

/// Student's paired t test on the totals of each seed, both approaches in the same order. If all differences are equal, t is
/// infinite (0 where they are 0). One seed proves nothing: at least two are needed.
inline PairedTest paired_test(std::span<const double> first, std::span<const double> second, double confidence = 0.95) {
    if (first.size() != second.size() || first.size() < 2)
        throw std::invalid_argument(
            "denim: paired_test: the totals of both approaches for at least 2 seeds were expected, but got " +
            std::to_string(first.size()) + " and " + std::to_string(second.size()));
    std::vector<double> differences(first.size());
    for (std::size_t n = 0; n < first.size(); ++n) differences[n] = first[n] - second[n];
    PairedTest result{repeats(differences, confidence)};
    const double error = result.difference.deviation / std::sqrt(static_cast<double>(first.size()));
    result.t = result.difference.mean == 0 ? 0 : result.difference.mean / error;
    result.probability = t_two_sided(result.t, static_cast<double>(first.size()) - 1);
    return result;
}

}  // namespace denim::inline DENIM_TARGET
