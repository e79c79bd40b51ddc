// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/finite.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/machine/softmax_sum.hpp>
#include <denim/metric/confusion.hpp>

#include <cmath>

namespace denim {

/// Pictures of about the same confidence (the largest probability).
struct ConfidenceBin {
    std::size_t count = 0;
    double confidence = 0, accuracy = 0;  ///< means; 0 where the bin is empty
};

/// How far confidence can be believed.
struct Calibration {
    std::vector<ConfidenceBin> bins;  ///< of equal width from 0 to 1, each with its upper bound
    double error = 0;                 ///< expected calibration error: mean of |accuracy - confidence| over pictures
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Softmax of logits (N, classes) divided by a temperature. A NaN makes all of its picture NaN. Throws std::invalid_argument unless logits are of
/// whole pictures and the temperature is above 0.
inline std::vector<float> softmax(std::span<const float> logits, std::size_t classes, double temperature = 1) {
    if (classes == 0 || logits.size() % classes != 0 || !(temperature > 0))
        throw std::invalid_argument("denim: softmax: logits of whole pictures, each for " + std::to_string(classes) +
                                    " classes, at least 1, and a temperature above 0 were expected, but got " + std::to_string(logits.size()) +
                                    " numbers and " + detail::general(temperature));
    std::vector<float> result(logits.size());
    for (std::size_t first = 0; first < logits.size(); first += classes) {
        const detail::SoftmaxSum<float> sample{logits.data() + first, classes, 1 / temperature};
        for (std::size_t k = first; k < first + classes; ++k) result[k] = static_cast<float>(sample.probability(logits[k]));
    }
    return result;
}

/// Compares the confidence of probabilities (N, classes) with how often they are right; Guo, Pleiss, Sun and Weinberger, "On
/// calibration of modern neural networks" (2017), equations 2 to 5. Throws std::invalid_argument for what is no probability: a logit, say.
inline Calibration calibration(std::span<const float> probabilities, std::span<const std::int32_t> labels, std::size_t classes,
                               std::size_t bins = 15) {
    detail::check_scores(probabilities, labels, classes);
    if (bins == 0) throw std::invalid_argument("denim: calibration: at least 1 bin was expected");
    for (std::size_t n = 0; n < probabilities.size(); ++n)
        if (!(probabilities[n] >= 0 && probabilities[n] <= 1.0001f))  // sums of rounded shares may be a little above
            throw std::invalid_argument("denim: calibration: probabilities from 0 to 1 were expected, but one of picture " +
                                        std::to_string(n / classes) + " is " + detail::general(static_cast<double>(probabilities[n])) +
                                        "; softmax makes them of logits");
    Calibration result{std::vector<ConfidenceBin>(bins), 0};
    const std::vector<std::int32_t> predicted = predicted_classes(probabilities, classes);
    for (std::size_t n = 0; n < labels.size(); ++n) {
        const auto confidence = static_cast<double>(probabilities[n * classes + static_cast<std::size_t>(predicted[n])]);
        const double place = std::ceil(confidence * static_cast<double>(bins)) - 1;
        ConfidenceBin& bin = result.bins[static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(bins - 1)))];
        ++bin.count;
        bin.confidence += confidence;
        bin.accuracy += predicted[n] == labels[n] ? 1 : 0;
    }
    for (ConfidenceBin& bin : result.bins) {
        if (bin.count == 0) continue;
        result.error += std::fabs(bin.accuracy - bin.confidence) / static_cast<double>(labels.size());
        bin.confidence /= static_cast<double>(bin.count);
        bin.accuracy /= static_cast<double>(bin.count);
    }
    return result;
}

/// The temperature that makes the mean cross-entropy of logits (N, classes) / temperature least, between 0.01 and 100; take it
/// from the validation set and divide the logits of others by it. Guo and others (2017), section 4.2. In 1 / temperature the
/// loss is convex: the root of its derivative is found by halving. Throws std::invalid_argument for no pictures and for logits that are not finite.
inline double fit_temperature(std::span<const float> logits, std::span<const std::int32_t> labels, std::size_t classes) {
    detail::check_scores(logits, labels, classes);
    if (labels.empty()) throw std::invalid_argument("denim: fit_temperature: at least one picture was expected, but got none");
    if (!std::ranges::all_of(logits, [](float logit) { return is_finite(logit); }))
        throw std::invalid_argument("denim: fit_temperature: finite logits were expected, but one is not");
    const auto slope = [&](double inverse) {  // of the summed loss: expected minus true logit
        double sum = 0;
        for (std::size_t n = 0; n < labels.size(); ++n) {
            const auto sample = logits.subspan(n * classes, classes);
            const detail::SoftmaxSum<float> softmax{sample.data(), classes, inverse};
            double expected = 0;
            for (const float logit : sample) expected += softmax.probability(logit) * static_cast<double>(logit);
            sum += expected - static_cast<double>(sample[static_cast<std::size_t>(labels[n])]);
        }
        return sum;
    };
    double low = 0.01, high = 100;  // of 1 / temperature
    if (slope(low) >= 0) return 1 / low;
    if (slope(high) <= 0) return 1 / high;
    for (int step = 0; step < 60; ++step) {
        const double middle = std::sqrt(low * high);
        (slope(middle) < 0 ? low : high) = middle;
    }
    return 1 / std::sqrt(low * high);
}

}  // namespace denim::inline DENIM_TARGET
