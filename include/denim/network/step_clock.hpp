// SPDX-License-Identifier: MIT
#pragma once

// When each step of a plan was run, and by whom.

#include <denim/network/steps.hpp>

#include <chrono>
#include <cstddef>
#include <vector>

namespace denim {

/// A step as it was run, for one sample, or by all threads together.
struct TimedStep {
    static constexpr std::size_t picture = static_cast<std::size_t>(-1);  ///< instead of a node: the picture was loaded

    std::size_t node = picture;
    Does does = Does::forward;
    std::size_t sample = 0, worker = 0;
    bool by_all = false;        ///< of the batch's samples or one sample's bands; what joins is done by one, for which the others wait
    double begin = 0, end = 0;  ///< in seconds since the clock was made
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Takes times, a list for each thread.
class StepClock {
public:
    explicit StepClock(std::size_t workers) : lists_(workers) {}

    /// All steps, thread by thread.
    [[nodiscard]] std::vector<TimedStep> steps() const {
        std::vector<TimedStep> all;
        for (const List& list : lists_) all.insert(all.end(), list.steps.begin(), list.steps.end());
        return all;
    }

    /// Times the scope that it stands in; nothing without a clock.
    class Scope {
    public:
        Scope(StepClock* clock, const TimedStep& step) : clock_(clock), step_(step) {
            if (clock_) step_.begin = clock_->seconds();
        }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;
        ~Scope() {
            if (!clock_) return;
            step_.end = clock_->seconds();
            clock_->lists_[step_.worker].steps.push_back(step_);
        }

    private:
        StepClock* clock_;
        TimedStep step_;
    };

private:
    using Clock = std::chrono::steady_clock;
    struct alignas(64) List {
        std::vector<TimedStep> steps;
    };

    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

    Clock::time_point start_ = Clock::now();
    std::vector<List> lists_;
};

}  // namespace denim::inline DENIM_TARGET
