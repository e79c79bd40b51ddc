// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <atomic>
#include <exception>
#include <functional>
#include <system_error>
#include <thread>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// A piece of work at a time on a thread of its own. What it throws reaches who waits for it. Where the system gives no thread the
/// work is done at once.
class Background {
public:
    Background() = default;
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;
    /// Waits; what the work throws is lost.
    ~Background() {
        if (thread_.joinable()) thread_.join();
    }

    /// Waits for the work before, and begins this one unless that has thrown.
    void begin(std::function<void()> work) {
        wait();
        work_ = std::move(work);
        busy_ = true;
        try {
            thread_ = std::thread{[this] { run(); }};
        } catch (const std::system_error&) {
            run();
        }
    }
    /// Whether the work is still under way.
    [[nodiscard]] bool busy() const { return busy_; }
    /// Waits for the work, and throws what it has thrown, once.
    void wait() {
        if (thread_.joinable()) thread_.join();
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    }

private:
    void run() noexcept {
        try {
            work_();
        } catch (...) {
            error_ = std::current_exception();
        }
        work_ = nullptr;  // what it holds goes with it
        busy_ = false;
    }

    std::function<void()> work_;
    std::exception_ptr error_;
    std::atomic<bool> busy_ = false;
    std::thread thread_;  // joined before the rest is looked at
};

}  // namespace denim::inline DENIM_TARGET
