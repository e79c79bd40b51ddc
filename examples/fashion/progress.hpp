// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>

namespace fashion {

/// How far long work is, on standard error: count, rate and time left. A bar on a terminal, elsewhere a line now and then.
/// Many threads may report.
class Progress {
public:
    Progress(std::string what, std::size_t total) : what_(std::move(what)), total_(total) {}
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() {
        if (done_ != 0) show(true);
    }

    void advance() {
        const std::lock_guard lock{mutex_};
        ++done_;
        const Clock::time_point now = Clock::now();
        if (now - shown_ < (terminal_ ? std::chrono::milliseconds{100} : std::chrono::milliseconds{5000})) return;
        shown_ = now;
        show(false);
    }

private:
    using Clock = std::chrono::steady_clock;

    void show(bool last) const {
        const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
        const double rate = static_cast<double>(done_) / std::max(seconds, 1e-9);
        std::string line;
        if (terminal_) {
            constexpr std::size_t width = 30;
            const std::size_t filled = done_ * width / std::max<std::size_t>(total_, 1);
            line = "\r[" + std::string(filled, '=') + std::string(width - filled, ' ') + "] ";
        }
        char numbers[120];
        std::snprintf(numbers, sizeof numbers, "%zu/%zu %s, %.0f/s, %.1f s", done_, total_, what_.c_str(), rate,
                      last ? seconds : static_cast<double>(total_ - done_) / rate);
        line += numbers;
        line += last ? (terminal_ ? "          \n" : "\n") : terminal_ ? " left    " : " left\n";
        std::fputs(line.c_str(), stderr);
    }

    std::string what_;
    std::size_t total_, done_ = 0;
    bool terminal_ = ::isatty(STDERR_FILENO) == 1;
    Clock::time_point start_ = Clock::now(), shown_ = start_;
    std::mutex mutex_;
};

}  // namespace fashion
