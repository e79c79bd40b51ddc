// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/finite.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/training/callback.hpp>

#include <cstdio>
#include <string>

namespace denim::inline DENIM_TARGET {

/// One plain line for each epoch, on standard error.
struct ProgressLine {
    std::FILE* to = stderr;  ///< or null: nothing is written

    void on_epoch(Run& run) const {
        if (!to) return;
        const Epoch& epoch = run.history.epochs.back();
        std::string line = detail::sentence("epoch ", epoch.number, '/', run.epochs, "  loss ", detail::fixed(epoch.train.loss, 4));
        if (!is_nan(epoch.train.accuracy)) line += "  accuracy " + detail::fixed(epoch.train.accuracy, 4);
        if (run.validation) line += "  validation " + detail::fixed(epoch.validation.loss, 4);
        if (!is_nan(epoch.validation.accuracy)) line += ' ' + detail::fixed(epoch.validation.accuracy, 4);
        line += "  " + detail::fixed(epoch.images_per_second, 0) + " images/s  " + detail::fixed(epoch.seconds, 1) + " s\n";
        std::fputs(line.c_str(), to);
        std::fflush(to);
    }
};

static_assert(Callback<const ProgressLine>);

}  // namespace denim::inline DENIM_TARGET
