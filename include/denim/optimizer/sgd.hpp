// SPDX-License-Identifier: MIT
#pragma once

#include <denim/optimizer/each_vector.hpp>
#include <denim/optimizer/optimizer.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Stochastic gradient descent with momentum, as in Keras: velocity = momentum * velocity - rate * gradient; parameter +=
/// velocity, or with Nesterov's look ahead parameter += momentum * velocity - rate * gradient. The weight decay is a step of
/// its own before that, as AdamW's (Loshchilov and Hutter, 2019; Keras's weight_decay): parameter -= rate * decay *
/// parameter, of what `decays`. PyTorch adds its weight_decay to the gradient, which momentum makes 1 / (1 - momentum) times
/// as strong.
struct Sgd {
    float rate = 0.01f, momentum = 0;
    bool nesterov = false;
    float decay = 0;

    static constexpr const char* name = "Sgd";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("rate", rate, at_least_0);
        each("momentum", momentum, from_0_below_1);
        each("nesterov", nesterov, from_0_to_1);
        each("decay", decay, at_least_0);
    }

    static constexpr std::size_t state_arrays = 1;

    void apply(const Update& at) const {
        const auto factor = simd::broadcast(momentum), speed = simd::broadcast(at.rate),
                   kept = simd::broadcast(at.decays ? 1 - at.rate * decay : 1);
        each_vector(at.count, [&](auto load, auto store, std::size_t n) {
            const auto push = speed * load(at.gradients + n);
            const auto velocity = factor * load(at.state[0] + n) - push;
            store(at.state[0] + n, velocity);
            store(at.parameters + n, load(at.parameters + n) * kept + (nesterov ? factor * velocity - push : velocity));
        });
    }
};

static_assert(OptimizerType<Sgd>);

}  // namespace denim::inline DENIM_TARGET
