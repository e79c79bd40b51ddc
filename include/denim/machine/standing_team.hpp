// SPDX-License-Identifier: MIT
#pragma once

// Threads that stand by for loops. Between two cores what costs is a line of memory that changes hands, some 0.1 us each time: a loop is announced
// in one line, each member answers in one of its own, and nothing else is shared. A member that is late, as its core is another program's just now, keeps
// nobody waiting: its part is taken from it.

#include <denim/machine/target.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

using LoopBody = void (*)(void* body, std::size_t index, std::size_t worker);

/// What is done for each index below `count`, by workers 0 to `team` - 1.
struct Loop {
    LoopBody call = nullptr;
    void* body = nullptr;
    std::size_t count = 0, team = 0;
};

/// The first exception of a loop, for who began it.
class FirstError {
public:
    template <class Work>
    void guard(Work&& work) {
        try {
            work();
        } catch (...) {
            if (!met_.exchange(true)) error_ = std::current_exception();
        }
    }
    [[nodiscard]] bool met() const { return met_.load(std::memory_order_relaxed); }
    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

private:
    std::atomic<bool> met_ = false;
    std::exception_ptr error_;
};

/// Tells the processor that this thread waits for another.
inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// A leader, worker 0, and members, each a thread of its own that calls `stand_by`. Loops have rounds, numbered from 1. Who has claimed a member's
/// round, the member or the leader in its stead, does the member's part in it; until a claim of a member is finished, the leader changes nothing.
class StandingTeam {
public:
    explicit StandingTeam(std::size_t size) : members_(size - 1), size_(size) {}

    [[nodiscard]] std::size_t size() const { return size_; }
    /// The leader's: no more than so many have come.
    void limit(std::size_t size) { size_ = size; }

    /// The leader's: runs the loop, whose team is no more than size(). Returns how many threads took part. Rethrows the first exception.
    std::size_t run(const Loop& loop) {
        FirstError error;
        error_ = &error;
        next_.store(0, std::memory_order_relaxed);
        announce(loop);
        take_part(loop, 0);
        std::size_t entered = loop.team;
        for (std::size_t worker = 1; worker < size_; ++worker)
            if (!finished(members_[worker - 1])) {
                if (worker < loop.team) --entered;
                if (loop.count <= loop.team) take_part(loop, worker);
            }
        error.rethrow();
        return entered;
    }
    /// The leader's: there will be no more loops.
    void dismiss() { announce({}); }

    /// A member's: takes part in each loop until it is dismissed.
    void stand_by(std::size_t worker) {
        Member& own = members_[worker - 1];
        for (std::size_t seen = 0;;) {
            std::size_t round = seen;
            for (std::size_t turn = 0; (round = round_.load(std::memory_order_acquire)) == seen; ++turn) wait(turn);
            seen = round;
            if (!claim(own, round)) continue;
            if (!loop_.call) return;
            take_part(loop_, worker);
            own.finished.store(round, std::memory_order_release);
        }
    }

private:
    struct alignas(64) Member {
        std::atomic<std::size_t> claimed = 0, finished = 0;  // rounds
    };
    static constexpr std::size_t patience = 20, busy = 1000;  // turns: about 1 us, 50 us

    void announce(const Loop& loop) {
        loop_ = loop;
        round_.store(round_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }
    static bool claim(Member& member, std::size_t round) {
        std::size_t before = member.claimed.load(std::memory_order_relaxed);
        while (before < round)
            if (member.claimed.compare_exchange_weak(before, round, std::memory_order_acq_rel)) return true;
        return false;
    }
    // Whether the member has done its part; else it is the leader's.
    bool finished(Member& member) {
        const std::size_t round = round_.load(std::memory_order_relaxed);
        for (std::size_t turn = 0; member.finished.load(std::memory_order_acquire) != round; ++turn) {
            if (turn == patience && claim(member, round)) return false;
            wait(turn);
        }
        return true;
    }
    static void wait(std::size_t turn) {
        if (turn < busy)
            relax();
        else
            std::this_thread::yield();  // whoever wants the core may have it
    }
    void take_part(const Loop& loop, std::size_t worker) {
        if (worker >= loop.team) return;
        error_->guard([&] {
            if (loop.count <= loop.team) {
                if (worker < loop.count) loop.call(loop.body, worker, worker);
            } else {
                for (std::size_t index; !error_->met() && (index = next_.fetch_add(1, std::memory_order_relaxed)) < loop.count;) loop.call(loop.body, index, worker);
            }
        });
    }

    std::vector<Member> members_;
    std::size_t size_;
    alignas(64) std::atomic<std::size_t> round_ = 0;
    Loop loop_;
    FirstError* error_ = nullptr;
    alignas(64) std::atomic<std::size_t> next_ = 0;
};

}  // namespace denim::inline DENIM_TARGET::detail
