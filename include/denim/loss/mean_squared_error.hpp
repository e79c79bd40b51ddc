// SPDX-License-Identifier: MIT
#pragma once

#include <denim/loss/loss.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// The loss of numbers: the mean over outputs of (z - t)^2, from outputs and targets (N, outputs). There is no accuracy. Keras:
/// MeanSquaredError.
struct MeanSquaredError {
    static constexpr Wants wants = Wants::numbers;
    static constexpr const char* name = "MeanSquaredError";
    /// There are none.
    template <class Each>
    void each_setting(Each&&) const {}

    template <class Scalar>
    double sample(const Scalar* logits, std::size_t outputs, const Target& target, Scalar* gradient, double scale) const {
        const double count = static_cast<double>(outputs);
        double loss = 0;
        for (std::size_t k = 0; k < outputs; ++k) {
            const double difference = static_cast<double>(logits[k]) - static_cast<double>(target.numbers[k]);
            loss += difference * difference;
            gradient[k] = static_cast<Scalar>(scale * 2 * difference / count);
        }
        return loss / count;
    }
};

static_assert(LossType<MeanSquaredError>);

}  // namespace denim::inline DENIM_TARGET
