// SPDX-License-Identifier: MIT
#pragma once

// How fast can it learn? Smith, "Cyclical learning rates for training neural networks" (2017), section 3.3.

#include <denim/machine/finite.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/training/fit.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim {

/// Which learning rates `find_rate` tries.
struct RateSearch {
    double first = 1e-6, last = 10;  ///< the rates of the first step and of the last
    std::size_t steps = 100;         ///< each rate is the same factor above the one before
    double smoothing = 0.9;          ///< share of the running mean of the loss that stays in a step
    double diverged = 4;             ///< times the least mean: where the loss is larger the search ends
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// The curve of a search: the running mean of the loss (without the pull of its beginning) at each rate, as far as it came.
struct RateCurve {
    std::vector<double> rates = {}, losses = {};
    double steepest = 0;  ///< the rate at which the loss fell fastest over the logarithm of the rate: one to learn at; NaN where it never fell
    double lowest = 0;    ///< that of the least loss, which is too high: a tenth of it is another one to learn at

    friend std::ostream& operator<<(std::ostream& out, const RateCurve& curve) {
        for (std::size_t n = 0; n < curve.rates.size(); ++n)
            out << detail::general(curve.rates[n]) << '\t' << detail::general(curve.losses[n]) << '\n';
        return out << "the loss falls fastest at " << detail::general(curve.steepest) << " and is least at " << detail::general(curve.lowest) << '\n';
    }
};

namespace detail {

/// The rate of each step, whatever the optimizer's own.
struct RateRamp {
    double first, factor_of_a_step, optimizer_rate;
    [[nodiscard]] float factor(const Moment& at) const {
        return static_cast<float>(first * std::pow(factor_of_a_step, static_cast<double>(at.step)) / optimizer_rate);
    }
};

/// Keeps the curve, and ends the run after the last step, or where the loss has no way back.
struct RateWatch {
    const RateSearch& search;
    RateCurve& curve;
    double mean = 0, least = 0, sum_before = 0;
    std::size_t images_before = 0;

    void on_batch(Run& run) {
        const double sum = run.train.loss * static_cast<double>(run.images);
        if (run.batch == 1) sum_before = 0, images_before = 0;
        const double loss = (sum - sum_before) / static_cast<double>(run.images - images_before);
        sum_before = sum;
        images_before = run.images;
        mean = search.smoothing * mean + (1 - search.smoothing) * loss;
        const double now = mean / (1 - std::pow(search.smoothing, static_cast<double>(curve.rates.size() + 1)));
        curve.rates.push_back(static_cast<double>(run.rate));
        curve.losses.push_back(now);
        if (curve.losses.size() == 1 || now < least) least = now;
        if (curve.rates.size() == search.steps || now > search.diverged * least) run.stop = true;
    }
    void on_nan(Run& run) const { run.stop = true; }
};

/// The steepest fall between neighbours two steps apart, and the least loss. The first tenth says what the first pictures were.
inline void read_curve(RateCurve& curve) {
    const std::size_t count = curve.rates.size();
    curve.steepest = not_a_number<double>();
    if (count == 0) return static_cast<void>(curve.lowest = not_a_number<double>());
    const auto lowest = static_cast<std::size_t>(std::ranges::min_element(curve.losses) - curve.losses.begin());
    curve.lowest = curve.rates[lowest];
    double steepest = 0;
    for (std::size_t n = std::max<std::size_t>(count / 10, 1); n + 1 < count && n <= lowest; ++n)
        if (const double fall = curve.losses[n + 1] - curve.losses[n - 1]; fall < steepest) steepest = fall, curve.steepest = curve.rates[n];
}

}  // namespace detail

/// Lets a copy of a network learn at rates that grow from step to step, and says where the loss falls fastest: a rate to begin with. The
/// network stays as it is; the schedule and the epochs of the options do not count. Nothing is chosen by it: look at the curve.
///
///     const RateCurve curve = find_rate(network, train, {.batch = 64, .optimizer = Sgd{.momentum = 0.9f}});
template <class Network, LearnableSet Train>
RateCurve find_rate(const Network& network, const Train& train, FitOptions options = {}, const RateSearch& search = {}) {
    const bool fits = search.first > 0 && search.last > search.first && search.steps >= 10 && from_0_to_1.takes(search.smoothing) &&
                      search.smoothing < 1 && search.diverged > 1 && is_finite(search.last);
    if (!fits)
        throw std::invalid_argument(
            "denim: find_rate: rates from above 0 to a higher one, at least 10 steps, a smoothing from 0 and below 1 and a loss of more than 1 "
            "times the least were expected, but got " +
            detail::general(search.first) + ", " + detail::general(search.last) + ", " + std::to_string(search.steps) + ", " +
            detail::general(search.smoothing) + " and " + detail::general(search.diverged));
    const auto rate = static_cast<double>(options.optimizer.rate());
    if (!(rate > 0)) throw std::invalid_argument("denim: find_rate: an optimizer with a rate above 0 was expected, but got " + detail::general(rate));
    RateCurve curve;
    Network copy = network;
    options.epochs = search.steps;  // of one batch at least
    options.schedule = detail::RateRamp{search.first, std::pow(search.last / search.first, 1 / static_cast<double>(search.steps - 1)), rate};
    fit(copy, train, options, detail::RateWatch{search, curve});
    detail::read_curve(curve);
    return curve;
}

}  // namespace denim::inline DENIM_TARGET
