// SPDX-License-Identifier: MIT
#pragma once

#include <denim/training/callback.hpp>
#include <denim/training/progress_line.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

namespace denim::inline DENIM_TARGET {

/// How far a run is, on standard error: on a terminal one line that changes (epoch, batches, loss, accuracy, images a second,
/// time left in this epoch and for all), elsewhere a plain line for each epoch, and one a minute in epochs that take longer.
struct ProgressBar {
    std::FILE* to = stderr;  ///< or null: nothing is written

    void on_begin(Run&) {
        terminal_ = to && ::isatty(::fileno(to)) == 1;
        shown_ = Clock::now();
    }
    void on_batch(Run& run) {
        if (!to) return;
        const Clock::time_point now = Clock::now();
        if (now - shown_ < (terminal_ ? std::chrono::milliseconds{100} : std::chrono::milliseconds{60'000})) return;
        shown_ = now;
        const std::string text = line(run);
        std::fprintf(to, terminal_ ? "\r%s\x1b[K" : "%s\n", text.c_str());
        std::fflush(to);
    }
    void on_epoch(Run& run) {
        if (terminal_) std::fputs("\r\x1b[K", to);
        ProgressLine{to}.on_epoch(run);
        shown_ = Clock::now();
    }
    void on_end(Run& run) const {
        if (terminal_ && !run.between_epochs()) std::fputs("\n", to);
    }

    /// "epoch 3/15 [=====>    ] 120/203  loss 0.4321  accuracy 0.8512  496 images/s  0:12 left, 4:10 in all"
    static std::string line(const Run& run) {
        constexpr std::size_t width = 20;
        const std::size_t filled = run.batch * width / std::max<std::size_t>(run.batches, 1);
        const double rate = static_cast<double>(run.images) / std::max(run.seconds, 1e-9);
        const auto images_left = static_cast<double>(run.training_images - run.images);
        const auto epochs_left = static_cast<double>(run.epochs - run.epoch);
        std::string numbers = detail::sentence("] ", run.batch, '/', run.batches, "  loss ", detail::fixed(run.train.loss, 4), "  ");
        if (!is_nan(run.train.accuracy)) numbers += "accuracy " + detail::fixed(run.train.accuracy, 4) + "  ";
        numbers += detail::fixed(rate, 0) + " images/s  ";
        return "epoch " + std::to_string(run.epoch) + '/' + std::to_string(run.epochs) + " [" + std::string(filled, '=') +
               (filled < width ? ">" : "") + std::string(width - filled - (filled < width ? 1 : 0), ' ') + numbers +
               duration(images_left / rate) + " left, " +
               duration((images_left + epochs_left * static_cast<double>(run.training_images)) / rate) + " in all" +
               (run.reads ? detail::waited_text(run) : "");
    }
    /// "0:07", "12:30", "3:05:00"
    static std::string duration(double seconds) {
        const auto whole = static_cast<long>(std::clamp(seconds, 0.0, 3.6e8) + 0.5);
        char text[40];
        if (whole >= 3600)
            std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
        else
            std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
        return text;
    }

    // What it knows of the terminal.
    using Clock = std::chrono::steady_clock;
    bool terminal_ = false;
    Clock::time_point shown_ = {};
};

static_assert(Callback<ProgressBar>);

}  // namespace denim::inline DENIM_TARGET
