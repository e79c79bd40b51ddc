// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/simd_functions.hpp>
#include <denim/optimizer/each_vector.hpp>
#include <denim/optimizer/optimizer.hpp>

#include <cmath>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Adam, Kingma and Ba (2015), in Keras's form: m and v are running means of the gradient and of its square, and in step t
/// parameter -= rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon).
struct Adam {
    float rate = 1e-3f, beta_1 = 0.9f, beta_2 = 0.999f, epsilon = 1e-7f;

    static constexpr const char* name = "Adam";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("rate", rate, at_least_0);
        each("beta_1", beta_1, from_0_below_1);
        each("beta_2", beta_2, from_0_below_1);
        each("epsilon", epsilon, above_0);
    }

    static constexpr std::size_t state_arrays = 2;

    void apply(const Update& at) const { apply(at, 1); }

    /// The same on parameters times `kept`: 1 less what decays.
    void apply(const Update& at, float kept) const {
        const auto step = static_cast<double>(at.step);
        const auto rate_now =
            static_cast<float>(static_cast<double>(at.rate) * std::sqrt(1 - std::pow(static_cast<double>(beta_2), step)) /
                               (1 - std::pow(static_cast<double>(beta_1), step)));
        const auto first = simd::broadcast(1 - beta_1), second = simd::broadcast(1 - beta_2), alpha = simd::broadcast(rate_now),
                   small = simd::broadcast(epsilon), factor = simd::broadcast(kept);
        each_vector(at.count, [&](auto load, auto store, std::size_t n) {
            const auto gradient = load(at.gradients + n), m = load(at.state[0] + n), v = load(at.state[1] + n);
            const auto next_m = simd::fma(gradient - m, first, m), next_v = simd::fma(gradient * gradient - v, second, v);
            store(at.state[0] + n, next_m);
            store(at.state[1] + n, next_v);
            store(at.parameters + n, load(at.parameters + n) * factor - alpha * next_m / (simd::sqrt(next_v) + small));
        });
    }
};

static_assert(OptimizerType<Adam>);

}  // namespace denim::inline DENIM_TARGET
