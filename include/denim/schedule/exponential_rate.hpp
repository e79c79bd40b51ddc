// SPDX-License-Identifier: MIT
#pragma once

#include <denim/schedule/schedule.hpp>

#include <cmath>

namespace denim::inline DENIM_TARGET {

/// The rate falls from step to step, to `by` of itself in an epoch. Keras: ExponentialDecay with the steps of an epoch.
struct ExponentialRate {
    float by = 0.9f;
    std::size_t warm_up = 0;  ///< steps

    static constexpr const char* name = "ExponentialRate";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("by", by, above_0);
        each("warm_up", warm_up, at_least_0);
    }
    [[nodiscard]] float factor(const Moment& at) const {
        return warm_up_factor(at.step, warm_up) * std::pow(by, static_cast<float>(at.step) / static_cast<float>(at.batches));
    }
};

static_assert(ScheduleType<ExponentialRate>);

}  // namespace denim::inline DENIM_TARGET
