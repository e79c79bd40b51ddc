// SPDX-License-Identifier: MIT
#include "kept_threads.hpp"

#include <denim/machine/threads.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace denim;

TEST_CASE("every index runs once, on as many threads as wanted") {
    const testing::KeptThreads kept_threads;
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
}

TEST_CASE("an exception in a thread reaches the caller") {
    const testing::KeptThreads kept_threads;
    set_serial_threshold(0);
    set_threads(3);
    CHECK_THROWS_WITH_AS(parallel_for(100, 1,
                                      [](std::size_t index) {
                                          if (index == 37) throw std::runtime_error{"at 37"};
                                      }),
                         "at 37", std::runtime_error);
}

TEST_CASE("little work and inner loops stay on the calling thread") {
    const testing::KeptThreads kept_threads;
    set_threads(4);
    set_serial_threshold(1000);
    parallel_for(Team{}, 8, 999, [](std::size_t, std::size_t worker) { CHECK(worker == 0); });
    CHECK(threads_entered() == 1);
}

TEST_CASE("loops inside loops run every index once, on the thread of the outer one, and their exceptions get out") {
    const testing::KeptThreads kept_threads;
    set_serial_threshold(0);
    set_threads(3);
    std::vector<std::atomic<int>> visits(7 * 11 * 5);
    std::atomic<bool> elsewhere = false, not_the_first = false;
    parallel_for(Team{}, 7, 1, [&](std::size_t outer, std::size_t) {
        const std::thread::id here = std::this_thread::get_id();
        parallel_for(Team{}, 11, 1'000'000, [&](std::size_t inner, std::size_t worker) {
            if (std::this_thread::get_id() != here) elsewhere = true;
            if (worker != 0) not_the_first = true;
            parallel_for(std::size_t{5}, 1'000'000, [&](std::size_t innermost) { ++visits[(outer * 11 + inner) * 5 + innermost]; });
        });
    });
    CHECK(std::all_of(visits.begin(), visits.end(), [](const std::atomic<int>& count) { return count == 1; }));
    CHECK(!elsewhere);
    CHECK(!not_the_first);
    CHECK_THROWS_WITH_AS(parallel_for(7, 1,
                                      [](std::size_t outer) {
                                          parallel_for(11, 1, [&](std::size_t inner) {
                                              if (outer == 2 && inner == 3) throw std::runtime_error{"at 2, 3"};
                                          });
                                      }),
                         "at 2, 3", std::runtime_error);
    // After an exception the next loop has its whole team again.
    std::atomic<std::size_t> after = 0;
    parallel_for(std::size_t{100}, 1, [&](std::size_t) { ++after; });
    CHECK(after == 100);
}

TEST_CASE("threads of the program's own have loops of their own at the same time") {
    const testing::KeptThreads kept_threads;
    set_serial_threshold(0);
    set_threads(3);
    std::vector<std::thread> callers;
    std::atomic<std::size_t> sum = 0;
    for (std::size_t caller = 0; caller < 4; ++caller)
        callers.emplace_back([&] {
            for (std::size_t turn = 0; turn < 20; ++turn) parallel_for(std::size_t{50}, 1, [&](std::size_t index) { sum += index; });
        });
    for (std::thread& caller : callers) caller.join();
    CHECK(sum == 4 * 20 * (50 * 49 / 2));
}

TEST_CASE("a team stays as large as it was, whatever set_threads says meanwhile") {
    const testing::KeptThreads kept_threads;
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
}

TEST_CASE("a standing team runs every index of each of its loops once, whatever their count") {
    const testing::KeptThreads kept_threads;
    set_serial_threshold(0);
    for (const std::size_t wanted : {1u, 2u, 5u}) {
        set_threads(wanted);
        const std::thread::id leader = std::this_thread::get_id();
        with_standing_team(Team{}, 1, [&] {
            CHECK(std::this_thread::get_id() == leader);
            for (const std::size_t count : {2u, 100u, 3u, 1u, 5u, 7u, 0u, 2u}) {
                std::vector<std::atomic<int>> visits(count);
                std::atomic<bool> worker_in_range = true, inner = true;
                const Team team;
                parallel_for(team, count, 1, [&](std::size_t index, std::size_t worker) {
                    ++visits[index];
                    if (worker >= team.within(count)) worker_in_range = false;
                    parallel_for(Team{}, 3, 1, [&](std::size_t, std::size_t own) { inner = inner && own == 0; });
                });
                CHECK(std::ranges::all_of(visits, [](const std::atomic<int>& each) { return each == 1; }));
                CHECK(worker_in_range);
                if (team.within(count) < 2) continue;  // then the inner loops have the team
                CHECK(inner);
                CHECK(threads_entered() <= team.within(count));
            }
        });
        std::atomic<std::size_t> after = 0;
        parallel_for(std::size_t{50}, 1, [&](std::size_t) { ++after; });
        CHECK(after == 50);
    }
}

TEST_CASE("a standing team has sums of 2,000 loops right, each of which reads what the last has made") {
    const testing::KeptThreads kept_threads;
    set_serial_threshold(0);
    set_threads(3);
    std::vector<std::size_t> numbers(3, 1), next(3);
    with_standing_team(Team{}, 1, [&] {
        for (std::size_t turn = 0; turn < 2'000; ++turn) {
            parallel_for(std::size_t{3}, 1, [&](std::size_t index) { next[index] = (numbers[0] + 2 * numbers[1] + 3 * numbers[2] + index) % 1009; });
            std::swap(numbers, next);
        }
    });
    std::vector<std::size_t> expected(3, 1);
    for (std::size_t turn = 0; turn < 2'000; ++turn) {
        const std::size_t sum = expected[0] + 2 * expected[1] + 3 * expected[2];
        for (std::size_t index = 0; index < 3; ++index) expected[index] = (sum + index) % 1009;
    }
    CHECK(numbers == expected);
}

TEST_CASE("exceptions of a standing team's loops, and of who leads it, reach the caller, and the team goes on") {
    const testing::KeptThreads kept_threads;
    set_serial_threshold(0);
    set_threads(3);
    std::atomic<std::size_t> after = 0;
    CHECK_THROWS_WITH_AS(with_standing_team(Team{}, 1,
                                            [&] {
                                                for (const std::size_t count : {3u, 40u})
                                                    CHECK_THROWS_WITH_AS(parallel_for(count, 1,
                                                                                      [](std::size_t index) {
                                                                                          if (index == 2) throw std::runtime_error{"at 2"};
                                                                                      }),
                                                                         "at 2", std::runtime_error);
                                                parallel_for(std::size_t{3}, 1, [&](std::size_t) { ++after; });
                                                throw std::runtime_error{"the leader's"};
                                            }),
                         "the leader's", std::runtime_error);
    CHECK(after == 3);
}

TEST_CASE("members that are late keep nobody waiting: their parts are done for them, once") {
    detail::StandingTeam team{4};
    std::thread punctual{[&] { team.stand_by(2); }};
    const auto run = [&](std::size_t count) {
        std::vector<std::atomic<int>> visits(count);
        const auto body = [&](std::size_t index) { ++visits[index]; };
        team.run({[](void* erased, std::size_t index, std::size_t) { (*static_cast<decltype(body)*>(erased))(index); }, const_cast<void*>(static_cast<const void*>(&body)), count,
                  4});
        return std::ranges::all_of(visits, [](const std::atomic<int>& each) { return each == 1; });
    };
    for (std::size_t turn = 0; turn < 50; ++turn) {
        CHECK(run(4));
        CHECK(run(3));
        CHECK(run(90));
    }
    std::thread late{[&] { team.stand_by(1); }}, latest{[&] { team.stand_by(3); }};
    for (std::size_t turn = 0; turn < 50; ++turn) {
        CHECK(run(4));
        CHECK(run(90));
    }
    team.dismiss();
    punctual.join();
    late.join();
    latest.join();
}

#if defined(_OPENMP)
TEST_CASE("for little work, and inside of a loop, no team stands by") {
    const testing::KeptThreads kept_threads;
    set_threads(3);
    set_serial_threshold(1000);
    const auto stands = [](std::size_t operations) {
        bool led = false;
        with_standing_team(Team{}, operations, [&] { led = detail::led_team() != nullptr; });
        return led;
    };
    CHECK(!stands(999));
    CHECK(stands(1000));
    std::atomic<bool> inside = false;
    parallel_for(std::size_t{3}, 1000, [&](std::size_t) { inside = inside || stands(1000); });
    CHECK(!inside);
    set_threads(1);
    CHECK(!stands(1000));
}
#endif
