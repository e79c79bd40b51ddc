// SPDX-License-Identifier: MIT
#pragma once

#include <denim/training/history.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
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

/// What a class needs to be a schedule: the factor of the optimizer's rate in a step. It depends on the moment alone, so a run
/// that goes on from a checkpoint needs nothing more. It may have
///  - void check(validation): throws before the first step if it asks for a validation set and there is none.
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
          check_([]([[maybe_unused]] const void* erased, [[maybe_unused]] bool validation) {
              if constexpr (requires(const Type& type) { type.check(validation); })
                  static_cast<const Type*>(erased)->check(validation);
          }) {}

    explicit operator bool() const { return schedule_ != nullptr; }
    [[nodiscard]] float factor(const Moment& at) const { return schedule_ ? call_(schedule_.get(), at) : 1; }
    void check(bool validation) const {
        if (schedule_) check_(schedule_.get(), validation);
    }

private:
    std::shared_ptr<const void> schedule_;
    float (*call_)(const void*, const Moment&) = nullptr;
    void (*check_)(const void*, bool) = nullptr;
};

/// The factor of a rate that rises in equal parts, in `warm_up` steps, to what its schedule says.
inline float warm_up_factor(std::size_t step, std::size_t warm_up) {
    return step < warm_up ? static_cast<float>(step + 1) / static_cast<float>(warm_up + 1) : 1;
}

}  // namespace denim::inline DENIM_TARGET
