// SPDX-License-Identifier: MIT
#pragma once

#include <denim/training/schedule.hpp>

#include <cmath>

namespace denim::inline DENIM_TARGET {

/// The rate falls to `by` of itself after every `every` epochs. PyTorch: StepLR.
struct StepRate {
    std::size_t every = 10;  ///< epochs
    float by = 0.1f;
    std::size_t warm_up = 0;  ///< steps

    [[nodiscard]] float factor(const Moment& at) const {
        return warm_up_factor(at.step, warm_up) * std::pow(by, static_cast<float>(every ? (at.epoch() - 1) / every : 0));
    }
};

static_assert(ScheduleType<StepRate>);

}  // namespace denim::inline DENIM_TARGET
