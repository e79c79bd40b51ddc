// SPDX-License-Identifier: MIT
#pragma once

#include <denim/optimizer/each_vector.hpp>
#include <denim/optimizer/optimizer.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Lion, Chen and others (2023), in Keras's form: every parameter moves by the rate, in a direction alone, with half of Adam's
/// memory. parameter -= rate * sign(beta_1 * m + (1 - beta_1) * gradient); then m = beta_2 * m + (1 - beta_2) * gradient. Its
/// rate is 3 to 10 times smaller than Adam's, its decay (as AdamW's, of what `decays`) as many times larger.
struct Lion {
    float rate = 1e-3f, decay = 0, beta_1 = 0.9f, beta_2 = 0.99f;

    static constexpr const char* name = "Lion";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("rate", rate, at_least_0);
        each("decay", decay, at_least_0);
        each("beta_1", beta_1, from_0_below_1);
        each("beta_2", beta_2, from_0_below_1);
    }

    static constexpr std::size_t state_arrays = 1;

    void apply(const Update& at) const {
        const auto first = simd::broadcast(1 - beta_1), second = simd::broadcast(1 - beta_2), zero = simd::broadcast(0.0f),
                   speed = simd::broadcast(at.rate), back = simd::broadcast(-at.rate),
                   factor = simd::broadcast(at.decays ? 1 - at.rate * decay : 1);
        each_vector(at.count, [&](auto load, auto store, std::size_t n) {
            const auto gradient = load(at.gradients + n), m = load(at.state[0] + n);
            const auto direction = simd::fma(gradient - m, first, m);
            const auto push = simd::select(direction > zero, speed, simd::select(direction < zero, back, direction));
            store(at.state[0] + n, simd::fma(gradient - m, second, m));
            store(at.parameters + n, load(at.parameters + n) * factor - push);
        });
    }
};

static_assert(OptimizerType<Lion>);

}  // namespace denim::inline DENIM_TARGET
