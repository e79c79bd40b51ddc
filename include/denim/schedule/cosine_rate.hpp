// SPDX-License-Identifier: MIT
#pragma once

#include <denim/schedule/schedule.hpp>

#include <cmath>
#include <numbers>

namespace denim::inline DENIM_TARGET {

/// The rate falls along a half cosine to `last` of itself at the end of the run: last + (1 - last) * (1 + cos(pi * step /
/// steps)) / 2. Keras: CosineDecay over the steps of the run, whose alpha is `last`.
struct CosineRate {
    float last = 0;
    std::size_t warm_up = 0;  ///< steps

    static constexpr const char* name = "CosineRate";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("last", last, from_0_to_1);
        each("warm_up", warm_up, at_least_0);
    }
    [[nodiscard]] float factor(const Moment& at) const {
        const float done = static_cast<float>(at.step) / static_cast<float>(at.steps());
        const float fall = 0.5f * (1 + std::cos(std::numbers::pi_v<float> * done));
        return warm_up_factor(at.step, warm_up) * (last + (1 - last) * fall);
    }
};

static_assert(ScheduleType<CosineRate>);

}  // namespace denim::inline DENIM_TARGET
