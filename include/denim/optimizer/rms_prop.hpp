// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/simd_functions.hpp>
#include <denim/optimizer/each_vector.hpp>
#include <denim/optimizer/optimizer.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// RMSprop, Hinton (2012), in Keras's form: v is the running mean of the gradient's square, v = rho * v + (1 - rho) *
/// gradient^2; push = momentum * push + rate * gradient / sqrt(v + epsilon); parameter -= push.
struct RmsProp {
    float rate = 1e-3f, rho = 0.9f, momentum = 0, epsilon = 1e-7f;

    static constexpr const char* name = "RmsProp";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("rate", rate, at_least_0);
        each("rho", rho, from_0_below_1);
        each("momentum", momentum, from_0_below_1);
        each("epsilon", epsilon, above_0);
    }

    static constexpr std::size_t state_arrays = 2;

    void apply(const Update& at) const {
        const auto share = simd::broadcast(1 - rho), factor = simd::broadcast(momentum), speed = simd::broadcast(at.rate),
                   small = simd::broadcast(epsilon);
        each_vector(at.count, [&](auto load, auto store, std::size_t n) {
            const auto gradient = load(at.gradients + n), v = load(at.state[0] + n);
            const auto next_v = simd::fma(gradient * gradient - v, share, v);
            const auto push = factor * load(at.state[1] + n) + speed * gradient / simd::sqrt(next_v + small);
            store(at.state[0] + n, next_v);
            store(at.state[1] + n, push);
            store(at.parameters + n, load(at.parameters + n) - push);
        });
    }
};

static_assert(OptimizerType<RmsProp>);

}  // namespace denim::inline DENIM_TARGET
