// SPDX-License-Identifier: MIT
#pragma once

#include <denim/metric/monitor.hpp>
#include <denim/training/callback.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace denim::inline DENIM_TARGET {

/// Ends a run when the watched score has not improved for `patience` epochs, and gives the network the weights of its best
/// epoch. A score that is NaN is no improvement; where no epoch had another, the weights stay those of the last.
struct EarlyStopping {
    std::size_t patience = 2;
    double minimum_improvement = 0;  ///< a smaller one does not count
    Monitor monitor = Monitor::validation_loss;
    bool restore_best = true;

    static constexpr const char* name = "EarlyStopping";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("patience", patience, at_least_0);
        each("minimum_improvement", minimum_improvement, at_least_0);
        each("monitor", static_cast<int>(monitor), Accepted{.highest = 3});
        each("restore_best", restore_best, from_0_to_1);
    }
    void on_begin(Run& run) {
        check_settings_of(*this);
        if (watches_validation(monitor) && !run.validation) detail::throw_no_validation(name);
        best_ = std::numeric_limits<double>::max();
        best_epoch_ = 0;
        best_parameters_ = {};
    }
    void on_epoch(Run& run) {
        const Epoch& epoch = run.history.epochs.back();
        const double score = watched_score(monitor, epoch, "EarlyStopping");
        if (!is_nan(score) && (best_epoch_ == 0 || score < best_ - minimum_improvement)) {
            best_ = score;
            best_epoch_ = epoch.number;
            best_parameters_ = {};  // first, so that their memory may be taken again
            if (restore_best) best_parameters_ = run.keep_weights();
        } else if (epoch.number - best_epoch_ >= patience) {
            run.stop = true;
        }
    }
    void on_end(Run& run) {
        if (!restore_best || best_parameters_.size() != run.learner.parameters().size()) return;
        std::copy(best_parameters_.begin(), best_parameters_.end(), run.learner.parameters().begin());
        run.history.best_epoch = best_epoch_;
    }

    void remember(CallbackMemory& memory) const {
        memory.numbers["EarlyStopping.best"] = best_;
        memory.numbers["EarlyStopping.best_epoch"] = static_cast<double>(best_epoch_);
        memory.arrays["EarlyStopping.best_parameters"] = best_parameters_;
    }
    void recall(const CallbackMemory& memory) {
        if (!memory.numbers.contains("EarlyStopping.best")) return;
        best_ = memory.numbers.at("EarlyStopping.best");
        best_epoch_ = static_cast<std::size_t>(memory.numbers.at("EarlyStopping.best_epoch"));
        best_parameters_ = memory.arrays.at("EarlyStopping.best_parameters");
    }

    // What it knows of a run.
    double best_ = 0;
    std::size_t best_epoch_ = 0;
    SharedNumbers best_parameters_ = {};
};

static_assert(Callback<EarlyStopping>);

}  // namespace denim::inline DENIM_TARGET
