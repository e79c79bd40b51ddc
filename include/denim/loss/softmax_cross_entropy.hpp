// SPDX-License-Identifier: MIT
#pragma once

#include <denim/loss/loss.hpp>
#include <denim/machine/largest.hpp>
#include <denim/machine/softmax_sum.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The loss of one class out of several, from logits and the number of the right class: log(sum over k of e^z[k]) - z[label].
/// Its gradient is softmax(z) - one_hot(label). Keras: SparseCategoricalCrossentropy(from_logits=True).
///
/// With label smoothing s the target of every class is s / classes, that of the right one 1 - s more. With class weights a
/// picture counts as often as its class says; a mean is divided by the number of pictures all the same, as with Keras's
/// class_weight (PyTorch divides by the sum of the weights).
struct SoftmaxCrossEntropy {
    float label_smoothing = 0;
    std::vector<float> class_weights = {};  ///< one for each class; all 1 unless set

    static constexpr Wants wants = Wants::label;
    static constexpr const char* name = "SoftmaxCrossEntropy";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("label_smoothing", label_smoothing, from_0_to_1);
        for (std::size_t k = 0; k < class_weights.size(); ++k) each("class_weights." + std::to_string(k), class_weights[k], at_least_0);
    }

    /// One picture's loss; `gradient` becomes that of `scale` times the loss.
    template <class Scalar>
    double sample(const Scalar* logits, std::size_t classes, const Target& target, Scalar* gradient, double scale) const {
        const detail::SoftmaxSum<Scalar> softmax{logits, classes};
        const auto label = static_cast<std::size_t>(target.label);
        const double weight = class_weights.empty() ? 1 : static_cast<double>(class_weights[label]);
        const double others = static_cast<double>(label_smoothing) / static_cast<double>(classes);
        double smoothed = 0;
        for (std::size_t k = 0; k < classes; ++k) {
            const double wanted = label == k ? 1 - static_cast<double>(label_smoothing) + others : others;
            gradient[k] = static_cast<Scalar>(scale * weight * (softmax.probability(logits[k]) - wanted));
            if (label_smoothing > 0) smoothed += wanted * static_cast<double>(softmax.largest - logits[k]);
        }
        if (label_smoothing > 0) return weight * (std::log(softmax.sum) + smoothed);
        return weight * (std::log(softmax.sum) + static_cast<double>(softmax.largest - logits[label]));
    }
    template <class Scalar>
    double right(const Scalar* logits, std::size_t classes, const Target& target) const {
        return detail::label_on_top(logits, classes, target.label);
    }
    void check(std::size_t classes) const {
        if (!class_weights.empty() && class_weights.size() != classes)
            throw std::invalid_argument("denim: SoftmaxCrossEntropy: the network has " + std::to_string(classes) +
                                        " outputs, but " + std::to_string(class_weights.size()) +
                                        " class_weights came; expected one for each, or none");
        for (const float weight : class_weights)
            if (!at_least_0.takes(static_cast<double>(weight)))
                throw std::invalid_argument(
                    "denim: SoftmaxCrossEntropy: class_weights were expected as finite numbers of at least 0, but one is " +
                    shortest_text(weight));
        if (!class_weights.empty() && std::ranges::all_of(class_weights, [](float weight) { return weight == 0; }))
            throw std::invalid_argument("denim: SoftmaxCrossEntropy: class_weights above 0 were expected, but all are 0");
    }
};

static_assert(LossType<SoftmaxCrossEntropy>);

}  // namespace denim::inline DENIM_TARGET
