// SPDX-License-Identifier: MIT
#pragma once

#include <denim/loss/loss.hpp>
#include <denim/machine/largest.hpp>
#include <denim/machine/softmax_sum.hpp>

#include <cmath>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// The loss of one class out of several where easy pictures shall count little, Lin and others (2017): -alpha (1 - p)^gamma
/// log(p) with p the softmax of the right class. Keras: CategoricalFocalCrossentropy(from_logits=True).
struct Focal {
    float alpha = 0.25f, gamma = 2;

    static constexpr Wants wants = Wants::label;
    static constexpr const char* name = "Focal";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("alpha", alpha, above_0);
        each("gamma", gamma, at_least_0);
    }

    /// d loss / d z[k] = alpha (gamma (1 - p)^(gamma - 1) p log(p) - (1 - p)^gamma) ([k is the label] - softmax(z)[k])
    template <class Scalar>
    double sample(const Scalar* logits, std::size_t classes, const Target& target, Scalar* gradient, double scale) const {
        const detail::SoftmaxSum<Scalar> softmax{logits, classes};
        const auto label = static_cast<std::size_t>(target.label);
        const double factor = static_cast<double>(alpha), power = static_cast<double>(gamma);
        const double log_p = static_cast<double>(logits[label] - softmax.largest) - std::log(softmax.sum), p = std::exp(log_p);
        double rest = 0;  // 1 - p, without cancellation
        for (std::size_t k = 0; k < classes; ++k) rest += k == label ? 0 : softmax.probability(logits[k]);
        const double fade = std::pow(rest, power);
        const double slope = rest > 0 ? power * fade / rest * p * log_p - fade : -fade;
        for (std::size_t k = 0; k < classes; ++k) {
            const double pull = k == label ? rest : -softmax.probability(logits[k]);
            gradient[k] = static_cast<Scalar>(scale * factor * slope * pull);
        }
        return -factor * fade * log_p;
    }
    template <class Scalar>
    double right(const Scalar* logits, std::size_t classes, const Target& target) const {
        return detail::label_on_top(logits, classes, target.label);
    }
};

static_assert(LossType<Focal>);

}  // namespace denim::inline DENIM_TARGET
