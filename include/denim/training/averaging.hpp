// SPDX-License-Identifier: MIT
#pragma once

#include <denim/schedule/schedule.hpp>

#include <concepts>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// What a class needs to average weights: which share the weights after a step have in the average, 1 for them alone, 0 for
/// none. It depends on the moment of the step alone. It may have each_setting and check as a schedule.
template <class Type>
concept AveragingType = std::copy_constructible<Type> && requires(const Type& averaging, const Moment& at) {
    { averaging.share(at) } -> std::convertible_to<double>;
};

/// Exponential moving average of the weights after each step: average = momentum * average + (1 - momentum) * weights, as
/// Keras's use_ema. 1 / (1 - momentum) steps should be a small part of the run.
struct Ema {
    double momentum = 0.99;

    static constexpr const char* name = "Ema";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("momentum", momentum, from_0_below_1);
    }
    [[nodiscard]] double share(const Moment& at) const { return at.step == 0 ? 1 : 1 - momentum; }
};

/// Stochastic weight averaging, Izmailov and others (2018): the mean of the weights after each epoch from `first_epoch` on;
/// best with a rate that is not small there.
struct Swa {
    std::size_t first_epoch = 10;

    static constexpr const char* name = "Swa";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("first_epoch", first_epoch, at_least_1);
    }
    void check(const RunPlan& plan) const {
        if (first_epoch > plan.epochs)
            throw std::invalid_argument("denim: Swa: the average begins with epoch " + std::to_string(first_epoch) + ", but the run has only " +
                                        std::to_string(plan.epochs));
    }
    [[nodiscard]] double share(const Moment& at) const {
        if (!at.ends_epoch() || at.epoch() < first_epoch) return 0;
        return 1 / static_cast<double>(at.epoch() - first_epoch + 1);
    }
};

static_assert(AveragingType<Ema> && AveragingType<Swa>);

/// Any averaging, as FitOptions hold it: .averaging = Ema{.momentum = 0.999}. Scores, callbacks after an epoch and the finished
/// network have the averaged weights, running statistics of BatchNorm among them; steps go on from those that learn.
class Averaging {
public:
    Averaging() = default;
    template <class Type>
        requires(!std::is_same_v<Type, Averaging>) && AveragingType<Type>
    Averaging(Type averaging)  // NOLINT: meant to convert
        : averaging_(std::make_shared<const Type>(std::move(averaging))), call_([](const void* erased, const Moment& at) {
              return static_cast<double>(static_cast<const Type*>(erased)->share(at));
          }),
          check_([]([[maybe_unused]] const void* erased, [[maybe_unused]] const RunPlan& plan) {
              [[maybe_unused]] const Type& type = *static_cast<const Type*>(erased);
              if constexpr (ListsSettings<Type>) check_settings_of(type);
              if constexpr (requires { type.check(plan); }) type.check(plan);
          }),
          describe_([](const void* erased, SettingsRecord& to) { detail::describe_type(to, *static_cast<const Type*>(erased)); }) {}

    explicit operator bool() const { return averaging_ != nullptr; }
    /// Throws std::invalid_argument if it is not from 0 to 1.
    [[nodiscard]] double share(const Moment& at) const {
        if (!averaging_) return 0;
        const double share = call_(averaging_.get(), at);
        check_setting("averaging", "the share of a step's weights", share, from_0_to_1);
        return share;
    }
    /// Throws std::invalid_argument if a setting is not accepted, or does not fit the run.
    void check(const RunPlan& plan) const {
        if (averaging_) check_(averaging_.get(), plan);
    }
    /// Which one it is, and its settings, see SettingsRecord.
    void describe(SettingsRecord& to) const {
        if (averaging_)
            describe_(averaging_.get(), to);
        else
            to.kind("none");
    }

private:
    std::shared_ptr<const void> averaging_;
    double (*call_)(const void*, const Moment&) = nullptr;
    void (*check_)(const void*, const RunPlan&) = nullptr;
    void (*describe_)(const void*, SettingsRecord&) = nullptr;
};

}  // namespace denim::inline DENIM_TARGET
