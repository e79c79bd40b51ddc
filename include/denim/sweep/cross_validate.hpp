// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/folds.hpp>
#include <denim/metric/history.hpp>
#include <denim/metric/resampled.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <ostream>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// How an approach does on samples that it did not learn from, fold by fold.
struct CrossValidation {
    std::vector<Score> folds = {};
    double test_over_train = 0;  ///< samples, of all folds together

    /// Mean and interval over the folds, see `resampled`.
    [[nodiscard]] Repeats accuracy(double confidence = 0.95) const { return of(&Score::accuracy, confidence); }
    [[nodiscard]] Repeats loss(double confidence = 0.95) const { return of(&Score::loss, confidence); }

    /// "accuracy 0.9012 +- 0.0051, 95 % interval 0.8901 to 0.9123; loss ..."
    friend std::ostream& operator<<(std::ostream& out, const CrossValidation& all) {
        const auto say = [&](const char* name, const Repeats& of) {
            out << name << ' ' << of.text();
            if (of.count > 1) out << ", 95 % interval " << detail::fixed(of.low, 4) << " to " << detail::fixed(of.high, 4);
        };
        say("accuracy", all.accuracy());
        say("; loss", all.loss());
        return out << '\n';
    }

private:
    [[nodiscard]] Repeats of(double Score::* part, double confidence) const {
        std::vector<double> values;
        for (const Score& score : folds) values.push_back(score.*part);
        return resampled(values, test_over_train, confidence);
    }
};

namespace detail {

/// A sample that is learned from and asked about.
inline std::optional<std::size_t> on_both_sides(const Fold& fold) {
    std::vector<std::size_t> learned = fold.train;
    std::ranges::sort(learned);
    for (const std::size_t sample : fold.test)
        if (std::ranges::binary_search(learned, sample)) return sample;
    return std::nullopt;
}

}  // namespace detail

/// Calls `run(train, test, number)` for each fold with two parts of the set, `set.select(places)`; it trains and gives what `evaluate` says, or
/// anything else with `loss` and `accuracy`. Nothing in a fold may be chosen by its test part. Throws std::invalid_argument, before anything is
/// trained, where a sample is on both sides of a fold.
///
///     const CrossValidation result = cross_validate(set, k_folds(labels, 5, Seed{1}), [](const auto& train, const auto& test, std::size_t fold) {
///         Net network{Seed{fold}};
///         fit(network, train, {.epochs = 10});
///         return evaluate(network, test);
///     });
template <class Set, class Run>
CrossValidation cross_validate(const Set& set, std::span<const Fold> folds, Run run) {
    if (folds.empty()) throw std::invalid_argument("denim: cross_validate: at least 1 fold was expected, but got none");
    for (std::size_t number = 0; number < folds.size(); ++number)
        if (const auto both = detail::on_both_sides(folds[number]))
            throw std::invalid_argument("denim: cross_validate: samples on one side of each fold were expected, but fold " + std::to_string(number) +
                                        " learns from sample " + std::to_string(*both) + " and is asked about it");
    CrossValidation result;
    double train = 0, test = 0;
    for (std::size_t number = 0; number < folds.size(); ++number) {
        const auto score = run(set.select(folds[number].train), set.select(folds[number].test), number);
        result.folds.push_back({static_cast<double>(score.loss), static_cast<double>(score.accuracy)});
        train += static_cast<double>(folds[number].train.size());
        test += static_cast<double>(folds[number].test.size());
    }
    result.test_over_train = train > 0 ? test / train : 0;
    return result;
}

}  // namespace denim::inline DENIM_TARGET
