// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/finite.hpp>
#include <denim/training/callback.hpp>

#include <algorithm>
#include <cstdio>
#include <string>

namespace denim::inline DENIM_TARGET {

/// Ends a run whose loss, gradients or weights are not finite any more, gives the network the weights of the end of its last good epoch (or of the
/// beginning), and says so. Without it, `fit` throws NotFinite.
struct StopOnNaN {
    std::FILE* to = stderr;

    void on_begin(Run& run) { keep(run, 0); }
    void on_epoch(Run& run) {
        if (all_finite(run.learner.parameters()) && is_finite(run.history.epochs.back().train.loss))
            keep(run, run.epoch);
        else
            on_nan(run);
    }
    void on_nan(Run& run) {
        std::copy(good_.begin(), good_.end(), run.learner.parameters().begin());
        run.stop = true;
        stopped_ = true;
        if (!to) return;
        std::fprintf(to,
                     "StopOnNaN: epoch %zu, batch %zu: the loss, a gradient or a weight is not a finite number; the network has the "
                     "weights of %s again. A lower "
                     "learning rate may help.\n",
                     run.epoch, run.batch + (run.batch < run.batches ? 1 : 0),
                     good_epoch_ == 0 ? "the beginning" : ("the end of epoch " + std::to_string(good_epoch_)).c_str());
    }
    void remember(CallbackMemory& memory) const {
        memory.arrays["StopOnNaN.good"] = good_;
        memory.numbers["StopOnNaN.good_epoch"] = static_cast<double>(good_epoch_);
    }
    void recall(const CallbackMemory& memory) {
        if (!memory.arrays.contains("StopOnNaN.good")) return;
        good_ = memory.arrays.at("StopOnNaN.good");
        good_epoch_ = static_cast<std::size_t>(memory.numbers.at("StopOnNaN.good_epoch"));
    }

    /// Whether it had to.
    [[nodiscard]] bool stopped() const { return stopped_; }

    // What it knows of a run.
    SharedNumbers good_ = {};
    std::size_t good_epoch_ = 0;
    bool stopped_ = false;

    void keep(Run& run, std::size_t epoch) {
        good_ = {};  // first, so that their memory may be taken again
        good_ = run.keep_weights();
        good_epoch_ = epoch;
        stopped_ = false;
    }
};

static_assert(Callback<StopOnNaN>);

}  // namespace denim::inline DENIM_TARGET
