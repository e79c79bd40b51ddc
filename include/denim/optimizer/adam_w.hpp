// SPDX-License-Identifier: MIT
#pragma once

#include <denim/optimizer/adam.hpp>

namespace denim::inline DENIM_TARGET {

/// Adam with a weight decay of its own, Loshchilov and Hutter (2019): before Adam's step, parameter -= rate * decay *
/// parameter. Only what `decays` does: weights, not biases nor BatchNorm's factors. Keras calls the decay weight_decay.
struct AdamW {
    float rate = 1e-3f, decay = 4e-3f, beta_1 = 0.9f, beta_2 = 0.999f, epsilon = 1e-7f;

    static constexpr std::size_t state_arrays = 2;

    void apply(const Update& at) const { Adam{rate, beta_1, beta_2, epsilon}.apply(at, at.decays ? 1 - at.rate * decay : 1); }
};

static_assert(OptimizerType<AdamW>);

}  // namespace denim::inline DENIM_TARGET
