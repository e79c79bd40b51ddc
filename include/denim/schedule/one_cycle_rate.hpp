// SPDX-License-Identifier: MIT
#pragma once

#include <denim/schedule/schedule.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace denim::inline DENIM_TARGET {

/// From one factor to another along a half cosine, as far as is `done`.
inline float cosine_between(float from, float to, float done) {
    return to + (from - to) * 0.5f * (1 + std::cos(std::numbers::pi_v<float> * done));
}

/// One cycle, Smith and Topin (2018): the rate rises along a half cosine from `first` of itself to the whole, which it has
/// after the part `rising` of the run, and falls along another to `last`. The rise is its warm-up. PyTorch: OneCycleLR, whose
/// div_factor is 1 / first, and whose final_div_factor is first / last; momentum stays.
struct OneCycleRate {
    float rising = 0.3f, first = 0.04f, last = 4e-6f;

    static constexpr const char* name = "OneCycleRate";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("rising", rising, from_0_to_1);
        each("first", first, from_0_to_1);
        each("last", last, from_0_to_1);
    }
    [[nodiscard]] float factor(const Moment& at) const {
        const auto steps = static_cast<float>(at.steps()), step = static_cast<float>(at.step);
        const float top = std::max(0.0f, rising * steps - 1), end = steps - 1;
        if (step < top) return cosine_between(first, 1, step / top);
        return end > top ? cosine_between(1, last, std::min(1.0f, (step - top) / (end - top))) : 1;
    }
};

static_assert(ScheduleType<OneCycleRate>);

}  // namespace denim::inline DENIM_TARGET
