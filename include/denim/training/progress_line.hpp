// SPDX-License-Identifier: MIT
#pragma once

#include <denim/training/callback.hpp>

#include <cstdio>

namespace denim::inline DENIM_TARGET {

/// One plain line for each epoch, on standard error.
struct ProgressLine {
    std::FILE* to = stderr;

    void on_epoch(Run& run) const {
        const Epoch& epoch = run.history.epochs.back();
        std::fprintf(to, "epoch %zu/%zu  loss %.4f", epoch.number, run.epochs, epoch.train.loss);
        if (epoch.train.accuracy == epoch.train.accuracy) std::fprintf(to, "  accuracy %.4f", epoch.train.accuracy);
        if (epoch.validation.loss == epoch.validation.loss) std::fprintf(to, "  validation %.4f", epoch.validation.loss);
        if (epoch.validation.accuracy == epoch.validation.accuracy) std::fprintf(to, " %.4f", epoch.validation.accuracy);
        std::fprintf(to, "  %.0f images/s  %.1f s\n", epoch.images_per_second, epoch.seconds);
        std::fflush(to);
    }
};

static_assert(Callback<const ProgressLine>);

}  // namespace denim::inline DENIM_TARGET
