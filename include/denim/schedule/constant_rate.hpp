// SPDX-License-Identifier: MIT
#pragma once

#include <denim/schedule/schedule.hpp>

namespace denim::inline DENIM_TARGET {

/// The optimizer's rate, after the warm-up.
struct ConstantRate {
    std::size_t warm_up = 0;  ///< steps

    static constexpr const char* name = "ConstantRate";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("warm_up", warm_up, at_least_0);
    }
    [[nodiscard]] float factor(const Moment& at) const { return warm_up_factor(at.step, warm_up); }
};

static_assert(ScheduleType<ConstantRate>);

}  // namespace denim::inline DENIM_TARGET
