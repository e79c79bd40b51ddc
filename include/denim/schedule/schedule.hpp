// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/settings_record.hpp>
#include <denim/metric/history.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// Where a run stands when it takes a step.
struct Moment {
    std::size_t step;        ///< of the run, from 0
    std::size_t batches;     ///< steps in an epoch
    std::size_t epochs;      ///< wanted
    const History& history;  ///< the epochs that have ended

    [[nodiscard]] std::size_t steps() const { return batches * epochs; }
    /// Under way, from 1.
    [[nodiscard]] std::size_t epoch() const { return step / batches + 1; }
    [[nodiscard]] bool ends_epoch() const { return (step + 1) % batches == 0; }
};

/// What a run is going to be, known before its first step.
struct RunPlan {
    std::size_t batches, epochs;  ///< steps in an epoch; wanted
    bool validation;              ///< there is a validation set

    [[nodiscard]] std::size_t steps() const { return batches * epochs; }
};

/// What a class needs to be a schedule: the factor of the optimizer's rate in a step. It depends on the moment alone, so a run
/// that goes on from a checkpoint needs nothing more. It may have
///  - void check(const RunPlan&): throws before the first step if it does not fit the run;
///  - each_setting, see accepted.hpp: `fit` then checks these, and a checkpoint of others is not taken for its own;
///  - std::size_t warm_up, steps: `fit` throws if the run has fewer.
template <class Type>
concept ScheduleType = std::copy_constructible<Type> && requires(const Type& schedule, const Moment& at) {
    { schedule.factor(at) } -> std::convertible_to<float>;
};

/// Any schedule, as FitOptions hold it: .schedule = CosineRate{}. Without one the rate is the optimizer's, and callbacks may
/// change it.
class Schedule {
public:
    Schedule() = default;
    template <class Type>
        requires(!std::is_same_v<Type, Schedule>) && ScheduleType<Type>
    Schedule(Type schedule)  // NOLINT: meant to convert
        : schedule_(std::make_shared<const Type>(std::move(schedule))),
          call_([](const void* erased, const Moment& at) {
              return static_cast<float>(static_cast<const Type*>(erased)->factor(at));
          }),
          check_([](const void* erased, const RunPlan& plan) { check_type(*static_cast<const Type*>(erased), plan); }),
          describe_([](const void* erased, SettingsRecord& to) { detail::describe_type(to, *static_cast<const Type*>(erased)); }) {}

    explicit operator bool() const { return schedule_ != nullptr; }
    [[nodiscard]] float factor(const Moment& at) const { return schedule_ ? call_(schedule_.get(), at) : 1; }
    /// Throws std::invalid_argument if a setting is not accepted, or does not fit the run.
    void check(const RunPlan& plan) const {
        if (schedule_) check_(schedule_.get(), plan);
    }
    /// Which one it is, and its settings, see SettingsRecord.
    void describe(SettingsRecord& to) const {
        if (schedule_)
            describe_(schedule_.get(), to);
        else
            to.kind("none");
    }

private:
    template <class Type>
    static void check_type(const Type& type, const RunPlan& plan) {
        if constexpr (ListsSettings<Type>) check_settings_of(type);
        if constexpr (requires { std::size_t{type.warm_up}; })
            if (type.warm_up > plan.steps())
                throw std::invalid_argument("denim: " + std::string{detail::name_of<Type>()} + ": a warm-up of " + std::to_string(type.warm_up) +
                                            " steps was asked for, but the run has only " + std::to_string(plan.steps()));
        if constexpr (requires { type.check(plan); }) type.check(plan);
    }

    std::shared_ptr<const void> schedule_;
    float (*call_)(const void*, const Moment&) = nullptr;
    void (*check_)(const void*, const RunPlan&) = nullptr;
    void (*describe_)(const void*, SettingsRecord&) = nullptr;
};

/// The factor of a rate that rises in equal parts, in `warm_up` steps, to what its schedule says.
inline float warm_up_factor(std::size_t step, std::size_t warm_up) {
    return step < warm_up ? static_cast<float>(step + 1) / (static_cast<float>(warm_up) + 1) : 1;
}

}  // namespace denim::inline DENIM_TARGET
