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

/// Listens to one signal for as long as it lives; then what the program did with it before is back, with its flags and mask.
class SignalListener {
public:
    explicit SignalListener(int number) : number_(number) {
        struct sigaction listen {};
        listen.sa_handler = ask_to_interrupt;
        listen.sa_flags = SA_RESTART;
        sigemptyset(&listen.sa_mask);
        ::sigaction(number_, &listen, &before_);
    }
    SignalListener(const SignalListener&) = delete;
    SignalListener& operator=(const SignalListener&) = delete;
    ~SignalListener() {
        struct sigaction now {};
        ::sigaction(number_, nullptr, &now);
        const bool of_the_program = (now.sa_flags & SA_SIGINFO) != 0 || (now.sa_handler != ask_to_interrupt && now.sa_handler != SIG_DFL);
        if (!of_the_program) ::sigaction(number_, &before_, nullptr);  // else it was set meanwhile, and stays
    }

private:
    int number_;
    struct sigaction before_ {};
};

/// Listens to both signals for as long as it lives.
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
    SignalGuard() { interrupt_asked = 0; }

private:
    SignalListener interrupt_{SIGINT}, terminate_{SIGTERM};
};

}  // namespace detail

/// Ctrl-C (or the signal TERM) ends the run after the current batch: the callbacks save what they have, then `fit` throws
/// Interrupted, whose exit_status is 130. A Checkpoint beside it lets the same command go on from that batch. A second Ctrl-C
/// ends the program at once. However the run ends, the signals do again what they did before.
struct CtrlC {
    void on_begin(Run& run) const { run.kept.push_back(detail::SignalGuard::shared()); }
    void on_batch(Run& run) const { look(run); }
    void on_epoch(Run& run) const { look(run); }

    static void look(Run& run) {
        if (detail::interrupt_asked == 0 || run.stop) return;
        run.stop = run.interrupted = true;
    }
};

static_assert(Callback<const CtrlC>);

}  // namespace denim::inline DENIM_TARGET
