// SPDX-License-Identifier: MIT
#pragma once

#include <denim/training/callback.hpp>

#include <csignal>
#include <memory>
#include <mutex>

namespace denim::inline DENIM_TARGET {

namespace detail {

inline volatile std::sig_atomic_t interrupt_asked = 0;

/// The first signal asks, the second ends the program at once.
inline void ask_to_interrupt(int number) {
    interrupt_asked = 1;
    std::signal(number, SIG_DFL);
}

/// Listens for as long as it lives.
class SignalGuard {
public:
    /// The one that all runs of the program share.
    static std::shared_ptr<SignalGuard> shared() {
        static std::mutex mutex;
        static std::weak_ptr<SignalGuard> one;
        const std::scoped_lock lock{mutex};
        std::shared_ptr<SignalGuard> guard = one.lock();
        if (!guard) one = guard = std::make_shared<SignalGuard>();
        return guard;
    }
    SignalGuard() {
        interrupt_asked = 0;
        interrupt_before_ = std::signal(SIGINT, ask_to_interrupt);
        terminate_before_ = std::signal(SIGTERM, ask_to_interrupt);
    }
    SignalGuard(const SignalGuard&) = delete;
    SignalGuard& operator=(const SignalGuard&) = delete;
    ~SignalGuard() {
        std::signal(SIGINT, interrupt_before_);
        std::signal(SIGTERM, terminate_before_);
    }

private:
    void (*interrupt_before_)(int);
    void (*terminate_before_)(int);
};

}  // namespace detail

/// Ctrl-C (or the signal TERM) ends the run after the current batch: the callbacks save what they have, then `fit` throws
/// Interrupted, whose exit_status is 130. A Checkpoint beside it lets the same command go on from that batch. A second Ctrl-C
/// ends the program at once.
struct CtrlC {
    void on_begin(Run&) { guard_ = detail::SignalGuard::shared(); }
    void on_batch(Run& run) const { look(run); }
    void on_epoch(Run& run) const { look(run); }
    void on_end(Run&) { guard_.reset(); }

    static void look(Run& run) {
        if (detail::interrupt_asked == 0 || run.stop) return;
        run.stop = run.interrupted = true;
    }

    std::shared_ptr<detail::SignalGuard> guard_ = nullptr;
};

static_assert(Callback<CtrlC>);

}  // namespace denim::inline DENIM_TARGET
