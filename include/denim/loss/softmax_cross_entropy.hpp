// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET {

/// The loss of one class out of several, from logits and the number of the right class: log(sum over k of e^z[k]) - z[label].
/// Its gradient is softmax(z) - one_hot(label). Keras: SparseCategoricalCrossentropy(from_logits=True).
struct SoftmaxCrossEntropy {
    /// One sample's loss; `gradient` becomes that of `scale` times the loss.
    template <class Scalar>
    static double sample(const Scalar* logits, std::size_t classes, std::int32_t label, Scalar* gradient, double scale) {
        const Scalar largest = *std::max_element(logits, logits + classes);
        double sum = 0;
        for (std::size_t k = 0; k < classes; ++k) sum += std::exp(static_cast<double>(logits[k] - largest));
        for (std::size_t k = 0; k < classes; ++k) {
            const double probability = std::exp(static_cast<double>(logits[k] - largest)) / sum;
            const double target = static_cast<std::size_t>(label) == k ? 1 : 0;
            gradient[k] = static_cast<Scalar>(scale * (probability - target));
        }
        return std::log(sum) + static_cast<double>(largest - logits[label]);
    }
};

}  // namespace denim::inline DENIM_TARGET
