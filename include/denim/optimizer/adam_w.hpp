// SPDX-License-Identifier: MIT
#pragma once

#include <denim/optimizer/adam.hpp>

namespace denim::inline DENIM_TARGET {

/// Adam with a weight decay of its own, Loshchilov and Hutter (2019): before Adam's step, parameter -= rate * decay *
/// parameter. Only what `decays` does: weights, not biases nor BatchNorm's factors. Keras calls the decay weight_decay.
struct AdamW {
    float rate = 1e-3f, decay = 4e-3f, beta_1 = 0.9f, beta_2 = 0.999f, epsilon = 1e-7f;

    static constexpr const char* name = "AdamW";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("rate", rate, at_least_0);
        each("decay", decay, at_least_0);
        each("beta_1", beta_1, from_0_below_1);
        each("beta_2", beta_2, from_0_below_1);
        each("epsilon", epsilon, above_0);
    }

    static constexpr std::size_t state_arrays = 2;

    void apply(const Update& at) const { Adam{rate, beta_1, beta_2, epsilon}.apply(at, at.decays ? 1 - at.rate * decay : 1); }
};

static_assert(OptimizerType<AdamW>);

}  // namespace denim::inline DENIM_TARGET
