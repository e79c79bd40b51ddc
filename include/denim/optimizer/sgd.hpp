// SPDX-License-Identifier: MIT
#pragma once

#include <denim/optimizer/optimizer.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Stochastic gradient descent with momentum, as in Keras: velocity = momentum * velocity - rate * gradient; parameter += velocity.
struct Sgd {
    float rate = 0.01f, momentum = 0;

    static constexpr std::size_t state_arrays = 1;

    void apply(const Update& at) const {
        float* velocity = at.state[0];
        for (std::size_t n = 0; n < at.count; ++n) {
            velocity[n] = momentum * velocity[n] - at.rate * at.gradients[n];
            at.parameters[n] += velocity[n];
        }
    }
};

static_assert(OptimizerType<Sgd>);

}  // namespace denim::inline DENIM_TARGET
