// SPDX-License-Identifier: MIT
#pragma once

#include <denim/training/callback.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Which score of an epoch is watched.
enum class Monitor { validation_loss, validation_accuracy, train_loss };

/// Ends a run when the watched score has not improved for `patience` epochs, and gives the network the weights of its best epoch.
struct EarlyStopping {
    std::size_t patience = 2;
    double minimum_improvement = 0;  ///< a smaller one does not count
    Monitor monitor = Monitor::validation_loss;
    bool restore_best = true;

    void on_begin(Run&) {
        best_ = std::numeric_limits<double>::infinity();
        best_epoch_ = 0;
    }
    void on_epoch(Run& run) {
        const Epoch& epoch = run.history.epochs.back();
        const double score = monitor == Monitor::train_loss            ? epoch.train.loss
                             : monitor == Monitor::validation_accuracy ? -epoch.validation.accuracy
                                                                       : epoch.validation.loss;
        if (score != score)
            throw std::invalid_argument("denim: EarlyStopping watches a validation score, but fit was given no validation set; give one, "
                                        "or choose Monitor::train_loss");
        if (best_epoch_ == 0 || score < best_ - minimum_improvement) {
            best_ = score;
            best_epoch_ = epoch.number;
            if (restore_best) best_parameters_.assign(run.learner.parameters().begin(), run.learner.parameters().end());
        } else if (epoch.number - best_epoch_ >= patience) {
            run.stop = true;
        }
    }
    void on_end(Run& run) {
        if (!restore_best || best_epoch_ == 0) return;
        std::copy(best_parameters_.begin(), best_parameters_.end(), run.learner.parameters().begin());
        run.history.best_epoch = best_epoch_;
    }

    // What it remembers of a run.
    double best_ = 0;
    std::size_t best_epoch_ = 0;
    std::vector<float> best_parameters_ = {};
};

static_assert(Callback<EarlyStopping>);

}  // namespace denim::inline DENIM_TARGET
