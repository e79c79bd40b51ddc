// SPDX-License-Identifier: MIT
#include <denim/machine/threads.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

using namespace denim;

TEST_CASE("every index runs once, on as many threads as wanted") {
    set_serial_threshold(0);
    for (const std::size_t wanted : {1u, 2u, 5u}) {
        set_threads(wanted);
        std::vector<std::atomic<int>> visits(1000);
        std::atomic<bool> worker_in_range = true;
        parallel_for(Team{}, visits.size(), 1, [&](std::size_t index, std::size_t worker) {
            ++visits[index];
            if (worker >= wanted) worker_in_range = false;
        });
        for (const auto& count : visits) CHECK(count == 1);
        CHECK(worker_in_range);
#if defined(_OPENMP)
        CHECK(threads_entered() == wanted);
#endif
    }
    set_threads(0);
}

TEST_CASE("an exception in a thread reaches the caller") {
    set_serial_threshold(0);
    set_threads(3);
    CHECK_THROWS_WITH_AS(parallel_for(100, 1,
                                      [](std::size_t index) {
                                          if (index == 37) throw std::runtime_error{"at 37"};
                                      }),
                         "at 37", std::runtime_error);
    set_threads(0);
}

TEST_CASE("little work and inner loops stay on the calling thread") {
    set_threads(4);
    set_serial_threshold(1000);
    parallel_for(Team{}, 8, 999, [](std::size_t, std::size_t worker) { CHECK(worker == 0); });
    CHECK(threads_entered() == 1);
    set_threads(0);
}

TEST_CASE("a team stays as large as it was, whatever set_threads says meanwhile") {
    set_serial_threshold(0);
    set_threads(2);
    const Team team;
    CHECK(team.within(1) == 1);
    CHECK(team.within(9) == 2);
    std::atomic<std::size_t> largest = 0;
    parallel_for(std::size_t{1}, 1, [](std::size_t) { set_threads(6); });
    parallel_for(team, 100, 1, [&](std::size_t, std::size_t worker) {
        for (std::size_t seen = largest; seen < worker && !largest.compare_exchange_weak(seen, worker);) {
        }
    });
    CHECK(largest < 2);
    CHECK(threads_entered() <= 2);
    set_threads(0);
    set_serial_threshold(50'000);
}
