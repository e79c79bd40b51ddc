// SPDX-License-Identifier: MIT
#pragma once

#include <denim/training/schedule.hpp>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// What a class needs to average weights: which share the weights after a step have in the average, 1 for them alone, 0 for
/// none. It depends on the moment of the step alone.
template <class Type>
concept AveragingType = std::copy_constructible<Type> && requires(const Type& averaging, const Moment& at) {
    { averaging.share(at) } -> std::convertible_to<double>;
};

/// Exponential moving average of the weights after each step: average = momentum * average + (1 - momentum) * weights, as
/// Keras's use_ema. 1 / (1 - momentum) steps should be a small part of the run.
struct Ema {
    double momentum = 0.99;

    [[nodiscard]] double share(const Moment& at) const { return at.step == 0 ? 1 : 1 - momentum; }
};

/// Stochastic weight averaging, Izmailov and others (2018): the mean of the weights after each epoch from `first_epoch` on;
/// best with a rate that is not small there.
struct Swa {
    std::size_t first_epoch = 10;

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
          }) {}

    explicit operator bool() const { return averaging_ != nullptr; }
    [[nodiscard]] double share(const Moment& at) const { return averaging_ ? call_(averaging_.get(), at) : 0; }

private:
    std::shared_ptr<const void> averaging_;
    double (*call_)(const void*, const Moment&) = nullptr;
};

}  // namespace denim::inline DENIM_TARGET
