// SPDX-License-Identifier: MIT
#pragma once

#include <denim/training/history.hpp>

#include <stdexcept>
#include <string>

namespace denim::inline DENIM_TARGET {

/// Which score of an epoch is watched.
enum class Monitor { validation_loss, validation_accuracy, train_loss, train_accuracy };

/// The score, smaller is better: accuracies are negated. Throws std::invalid_argument under the name of the callback that asks
/// if there was no validation set.
inline double watched_score(Monitor monitor, const Epoch& epoch, const std::string& who) {
    const double score = monitor == Monitor::train_loss            ? epoch.train.loss
                         : monitor == Monitor::train_accuracy      ? -epoch.train.accuracy
                         : monitor == Monitor::validation_accuracy ? -epoch.validation.accuracy
                                                                   : epoch.validation.loss;
    if (score != score && epoch.validation.accuracy != epoch.validation.accuracy)
        throw std::invalid_argument(
            "denim: " + who +
            " watches a validation score, but fit was given no validation set; give one, or choose Monitor::train_loss");
    return score;
}

}  // namespace denim::inline DENIM_TARGET
