// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/finite.hpp>
#include <denim/metric/history.hpp>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace denim {

/// Which score of an epoch is watched.
enum class Monitor { validation_loss, validation_accuracy, train_loss, train_accuracy };

}  // namespace denim

namespace denim::inline DENIM_TARGET {

[[nodiscard]] constexpr bool watches_validation(Monitor monitor) {
    return monitor == Monitor::validation_loss || monitor == Monitor::validation_accuracy;
}

[[nodiscard]] constexpr std::string_view name_of(Monitor monitor) {
    constexpr std::array<std::string_view, 4> names{"validation_loss", "validation_accuracy", "train_loss", "train_accuracy"};
    return names[static_cast<std::size_t>(monitor)];
}

namespace detail {

[[noreturn]] inline void throw_no_validation(const std::string& who) {
    throw std::invalid_argument(
        "denim: " + who +
        " watches a validation score, but fit was given no validation set; give one, or choose Monitor::train_loss");
}

}  // namespace detail

/// The score, smaller is better: accuracies are negated. NaN where the loss is, which no epoch is worse than. Throws
/// std::invalid_argument under the name of the callback that asks if there is no accuracy because the loss has none.
inline double watched_score(Monitor monitor, const Epoch& epoch, const std::string& who) {
    const double score = monitor == Monitor::train_loss            ? epoch.train.loss
                         : monitor == Monitor::train_accuracy      ? -epoch.train.accuracy
                         : monitor == Monitor::validation_accuracy ? -epoch.validation.accuracy
                                                                   : epoch.validation.loss;
    const bool watches_accuracy = monitor == Monitor::train_accuracy || monitor == Monitor::validation_accuracy;
    if (watches_accuracy && is_nan(score))
        throw std::invalid_argument("denim: " + who + " watches an accuracy, but the loss of this run has none; choose " +
                                    (watches_validation(monitor) ? "Monitor::validation_loss" : "Monitor::train_loss"));
    return score;
}

}  // namespace denim::inline DENIM_TARGET
