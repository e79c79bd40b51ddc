// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/finite.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/training/callback.hpp>

#include <algorithm>
#include <cstdio>
#include <string>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// "  reading waited for 12 %": how much of the training of an epoch arithmetic stood still; where it is near 0, reading is quick enough.
inline std::string waited_text(const Run& run) { return "  reading waited for " + fixed(100 * run.waited / std::max(run.seconds, 1e-9), 0) + " %"; }

}  // namespace detail

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
        line += "  " + detail::fixed(epoch.images_per_second, 0) + " images/s  " + detail::fixed(epoch.seconds, 1) + " s";
        if (run.reads) line += detail::waited_text(run);
        line += '\n';
        std::fputs(line.c_str(), to);
        std::fflush(to);
    }
};

static_assert(Callback<const ProgressLine>);

}  // namespace denim::inline DENIM_TARGET
