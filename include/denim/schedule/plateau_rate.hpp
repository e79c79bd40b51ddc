// SPDX-License-Identifier: MIT
#pragma once

#include <denim/metric/monitor.hpp>
#include <denim/schedule/schedule.hpp>

#include <algorithm>
#include <limits>

namespace denim::inline DENIM_TARGET {

/// The rate falls to `by` of itself where the watched score has not improved for `patience` epochs, as in Keras's
/// ReduceLROnPlateau. What it has seen stands in the history.
struct PlateauRate {
    float by = 0.1f;
    std::size_t patience = 10;
    double minimum_improvement = 1e-4;  ///< a smaller one does not count
    std::size_t cooldown = 0;           ///< epochs after a fall that do not count
    float last = 0;                     ///< of the optimizer's rate: it falls no further
    Monitor monitor = Monitor::validation_loss;
    std::size_t warm_up = 0;  ///< steps

    static constexpr const char* name = "PlateauRate";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("by", by, above_0_below_1);
        each("patience", patience, at_least_0);
        each("minimum_improvement", minimum_improvement, at_least_0);
        each("cooldown", cooldown, at_least_0);
        each("last", last, from_0_to_1);
        each("monitor", static_cast<int>(monitor), Accepted{.highest = 3});
        each("warm_up", warm_up, at_least_0);
    }
    void check(const RunPlan& plan) const {
        if (watches_validation(monitor) && !plan.validation) detail::throw_no_validation(name);
    }
    [[nodiscard]] float factor(const Moment& at) const {
        float factor = 1;
        double best = std::numeric_limits<double>::max();
        std::size_t waited = 0, cooling = 0;
        for (const Epoch& epoch : at.history.epochs) {
            const double score = watched_score(monitor, epoch, "PlateauRate");
            if (cooling > 0) {
                --cooling;
                waited = 0;
            }
            if (!is_nan(score) && score < best - minimum_improvement) {
                best = score;
                waited = 0;
            } else if (cooling == 0 && ++waited >= patience) {
                factor = std::max(factor * by, last);
                cooling = cooldown;
                waited = 0;
            }
        }
        return warm_up_factor(at.step, warm_up) * factor;
    }
};

static_assert(ScheduleType<PlateauRate>);

}  // namespace denim::inline DENIM_TARGET
