// SPDX-License-Identifier: MIT
#pragma once

#include <denim/schedule/schedule.hpp>

#include <cmath>

namespace denim::inline DENIM_TARGET {

/// The rate falls to `by` of itself after every `every` epochs. PyTorch: StepLR.
struct StepRate {
    std::size_t every = 10;  ///< epochs
    float by = 0.1f;
    std::size_t warm_up = 0;  ///< steps

    static constexpr const char* name = "StepRate";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("every", every, at_least_1);
        each("by", by, above_0);
        each("warm_up", warm_up, at_least_0);
    }
    [[nodiscard]] float factor(const Moment& at) const {
        return warm_up_factor(at.step, warm_up) * std::pow(by, static_cast<float>((at.epoch() - 1) / every));
    }
};

static_assert(ScheduleType<StepRate>);

}  // namespace denim::inline DENIM_TARGET
