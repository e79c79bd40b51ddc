// SPDX-License-Identifier: MIT
#pragma once

#include <denim/loss/loss.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// The loss of labels that may stand side by side, one sigmoid for each: the mean over outputs of -t log(s) - (1 - t) log(1 -
/// s) with s = 1 / (1 + e^-z), from logits and targets (N, outputs) from 0 to 1. Its gradient is (s - t) / outputs. Right
/// counts the share of outputs on the target's side of a half; a NaN is on none. Keras: BinaryCrossentropy(from_logits=True).
struct BinaryCrossEntropy {
    float label_smoothing = 0;  ///< s: targets become t (1 - s) + s / 2

    static constexpr Wants wants = Wants::numbers;
    static constexpr Gives gives = Gives::labels;
    static constexpr const char* name = "BinaryCrossEntropy";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("label_smoothing", label_smoothing, from_0_to_1);
    }

    template <class Scalar>
    double sample(const Scalar* logits, std::size_t outputs, const Target& target, Scalar* gradient, double scale) const {
        const double smoothing = static_cast<double>(label_smoothing), count = static_cast<double>(outputs);
        double loss = 0;
        for (std::size_t k = 0; k < outputs; ++k) {
            const double logit = static_cast<double>(logits[k]), small = std::exp(-std::abs(logit));
            const double wanted = static_cast<double>(target.numbers[k]) * (1 - smoothing) + smoothing / 2;
            const double sigmoid = (logit >= 0 ? 1 : small) / (1 + small);
            loss += std::max(logit, 0.0) - logit * wanted + std::log1p(small);
            gradient[k] = static_cast<Scalar>(scale * (sigmoid - wanted) / count);
        }
        return loss / count;
    }
    template <class Scalar>
    double right(const Scalar* logits, std::size_t outputs, const Target& target) const {
        std::size_t right = 0;
        for (std::size_t k = 0; k < outputs; ++k) right += !is_nan(logits[k]) && (logits[k] > 0) == (target.numbers[k] > 0.5f);
        return static_cast<double>(right) / static_cast<double>(outputs);
    }
    void check(std::size_t /*outputs*/) const { check_settings_of(*this); }
    [[nodiscard]] bool accepts(float number) const { return number >= 0 && number <= 1; }
};

static_assert(LossType<BinaryCrossEntropy>);

}  // namespace denim::inline DENIM_TARGET
