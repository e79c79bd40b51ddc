// SPDX-License-Identifier: MIT
#pragma once

// The door to OpenMP: who works on what. The arithmetic never depends on the answer; see docs/architecture.md.

#include <denim/machine/flush_denormals.hpp>
#include <denim/machine/standing_team.hpp>
#include <denim/machine/target.hpp>

#if defined(_OPENMP)
#include <omp.h>
#endif

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

namespace denim::inline DENIM_TARGET {

namespace detail {

struct ThreadSettings {
    std::atomic<std::size_t> threads = 0;           // 0: as many as OpenMP offers
    std::atomic<std::size_t> serial_below = 100'000;  // operations that take about as long as waking a team
    std::atomic<std::size_t> entered = 0;           // threads that took part in the last parallel loop
};

inline ThreadSettings& thread_settings() {
    static ThreadSettings settings;
    return settings;
}

}  // namespace detail

/// How many threads a parallel loop may use: what `set_threads` said, else what OpenMP offers (OMP_NUM_THREADS, cores).
inline std::size_t threads() {
    if (const std::size_t wanted = detail::thread_settings().threads) return wanted;
#if defined(_OPENMP)
    return static_cast<std::size_t>(std::max(1, omp_get_max_threads()));
#else
    return 1;
#endif
}

/// Fixes the number of threads for the whole program; 0 goes back to OpenMP's choice.
inline void set_threads(std::size_t count) { detail::thread_settings().threads = count; }

/// So many threads. A call asks for them once and hands them on: whatever set_threads says meanwhile, its loops fit the memory that
/// was made for them.
struct Team {
    std::size_t size = threads();

    /// As many of them as can share `parts`.
    [[nodiscard]] std::size_t within(std::size_t parts) const { return std::min(size, parts); }
};

/// Loops of fewer operations than this run on the calling thread.
inline void set_serial_threshold(std::size_t operations) { detail::thread_settings().serial_below = operations; }

/// How many threads took part in the last parallel loop; for tests.
inline std::size_t threads_entered() { return detail::thread_settings().entered; }

namespace detail {

#if defined(_OPENMP)

/// The team that the calling thread leads, if it is in none of its loops.
inline StandingTeam*& led_team() {
    thread_local StandingTeam* team = nullptr;
    return team;
}

/// Makes it another one, for a scope.
class Led {
public:
    explicit Led(StandingTeam* team) : before_(std::exchange(led_team(), team)) {}
    Led(const Led&) = delete;
    ~Led() { led_team() = before_; }

private:
    StandingTeam* before_;
};

#endif

/// Where all loops run.
inline void run_loop(const Team& wanted, std::size_t count, [[maybe_unused]] std::size_t operations, LoopBody call, void* body) {
    std::size_t team = wanted.within(count);
#if defined(_OPENMP)
    StandingTeam* const standing = led_team();
    const std::size_t serial_below = thread_settings().serial_below;
    if (standing) {
        // Less than a hand-over costs, since what the other threads have made is far from this one: ResNet-8's sums are quicker shared.
        team = operations < serial_below / 16 ? 1 : std::min(team, standing->size());
    } else if (operations < serial_below || omp_in_parallel()) {
        team = 1;
    }
#else
    team = 1;
#endif
    if (team <= 1) {
        const FlushDenormals flush;
        thread_settings().entered = 1;
        for (std::size_t index = 0; index < count; ++index) call(body, index, 0);
        return;
    }
#if defined(_OPENMP)
    if (standing) {
        const Led inside{nullptr};  // a loop in the loop is the thread's own
        thread_settings().entered = standing->run({call, body, count, team});
        return;
    }
    FirstError error;
    std::atomic<std::size_t> next = 0, entered = 0;
    std::atomic<std::uint64_t> taken = 0;  // a bit for each part
#pragma omp parallel num_threads(static_cast<int>(team))
    {
        const FlushDenormals flush;
        ++entered;
        const auto worker = static_cast<std::size_t>(omp_get_thread_num());
        error.guard([&] {
            if (count <= team && count <= 64) {
                // A part for each: its own first, as what it made of the last loop's is near, then those of threads that are late.
                for (std::size_t n = 0; n < count && !error.met(); ++n)
                    if (const std::size_t index = (worker + n) % count; !(taken.fetch_or(std::uint64_t{1} << index) >> index & 1)) call(body, index, worker);
            } else {
                for (std::size_t index; !error.met() && (index = next++) < count;) call(body, index, worker);
            }
        });
    }
    thread_settings().entered = entered.load();
    error.rethrow();
#endif
}

}  // namespace detail

/// Calls `body(index, worker)` once for each index below `count`, on up to `team.size` threads; any thread may take any index.
/// `worker` < team.within(count) names the thread that runs, for its own workspace. `operations` is the work of the whole loop, in
/// floating-point operations or bytes moved: little work stays on the calling thread, and loops inside loops do too. Denormal numbers are zero in it.
template <class Body>
void parallel_for(const Team& team, std::size_t count, std::size_t operations, Body&& body) {
    using Bare = std::remove_reference_t<Body>;
    detail::run_loop(
        team, count, operations,
        [](void* erased, std::size_t index, std::size_t worker) { (*static_cast<Bare*>(erased))(index, worker); },
        const_cast<void*>(static_cast<const void*>(std::addressof(body))));
}

/// Calls `body(index)` likewise, on up to `threads()` threads. Who wants to know which of them it is takes a Team.
template <class Body>
void parallel_for(std::size_t count, std::size_t operations, Body&& body) {
    parallel_for(Team{}, count, operations, [&](std::size_t index, std::size_t) { body(index); });
}

/// Calls `body()` on this thread while the others of the team stand by for the loops in it: for many short ones after each other, as the layers
/// of one picture are. They wait busily meanwhile. `operations` is the work of all of them: for little, and inside of a loop, it only calls.
template <class Body>
void with_standing_team([[maybe_unused]] const Team& team, [[maybe_unused]] std::size_t operations, Body&& body) {
#if defined(_OPENMP)
    if (team.size > 1 && operations >= detail::thread_settings().serial_below && !omp_in_parallel()) {
        detail::StandingTeam standing{team.size};
        detail::FirstError error;
#pragma omp parallel num_threads(static_cast<int>(team.size))
        {
            const FlushDenormals flush;
            if (const auto worker = static_cast<std::size_t>(omp_get_thread_num())) {
                standing.stand_by(worker);
            } else {
                standing.limit(static_cast<std::size_t>(omp_get_num_threads()));
                error.guard([&] {
                    const detail::Led leads{&standing};
                    body();
                });
                standing.dismiss();
            }
        }
        error.rethrow();
        return;
    }
#endif
    body();
}

}  // namespace denim::inline DENIM_TARGET
