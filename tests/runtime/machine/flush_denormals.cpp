// SPDX-License-Identifier: MIT
// Denormal numbers are zero in every loop, on every thread of it, and nowhere else.
#include "kept_threads.hpp"

#include <denim/denim.hpp>
#include <denim/machine/flush_denormals.hpp>
#include <denim/machine/threads.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <limits>
#include <span>
#include <stdexcept>

using namespace denim;

namespace {

constexpr float smallest = std::numeric_limits<float>::min();
#if defined(__wasm__)
constexpr bool can_flush = false;
#else
constexpr bool can_flush = true;
#endif

// Whether a thread makes zero of a denormal number: as a result, and of one that comes in.
bool flushes() {
    const volatile float normal = smallest, denormal = std::numeric_limits<float>::denorm_min();
    const volatile float made = normal * 0.5f, taken = denormal * 0x1p+120f;
    CHECK((made == 0) == (taken == 0));
    return made == 0;
}

}  // namespace

TEST_CASE("denormal numbers are zero in loops and only there") {
    const testing::KeptThreads kept_threads;
    REQUIRE(!flushes());
    for (const std::size_t count : {1u, 2u, 5u}) {
        set_threads(count);
        for (const std::size_t threshold : {std::size_t{0}, std::numeric_limits<std::size_t>::max()}) {
            set_serial_threshold(threshold);
            std::array<bool, 40> flushed{};
            parallel_for(flushed.size(), 100, [&](std::size_t index) { flushed[index] = flushes(); });
            for (const bool each : flushed) CHECK(each == can_flush);
            CHECK(!flushes());
            // A loop in a loop changes nothing for what follows.
            parallel_for(4, 100, [&](std::size_t index) {
                parallel_for(3, 100, [](std::size_t) {});
                flushed[index] = flushes();
            });
            for (std::size_t n = 0; n < 4; ++n) CHECK(flushed[n] == can_flush);
            CHECK_THROWS_AS(parallel_for(8, 100, [](std::size_t index) { if (index == 3) throw std::runtime_error{"3"}; }), std::runtime_error);
            CHECK(!flushes());
            flushed = {};
            with_standing_team(Team{}, 100, [&] {
                parallel_for(flushed.size(), 100, [&](std::size_t index) { flushed[index] = flushes(); });
            });
            for (const bool each : flushed) CHECK(each == can_flush);
            CHECK(!flushes());
        }
    }
    // OpenMP's threads go back to their own way too.
    set_threads(4);
    set_serial_threshold(0);
    std::atomic<std::size_t> left = 0;
#pragma omp parallel num_threads(4)
    left += flushes();
    CHECK(left == 0);
}

TEST_CASE("who flushes denormal numbers already goes on doing so") {
    const FlushDenormals own;
    parallel_for(3, 100, [](std::size_t) {});
    CHECK(flushes() == can_flush);
}

TEST_CASE("a network flushes them too, and leaves its caller's numbers alone") {
    Network<Image<4, 4, 2>, Sequential<Dense<8, Linear>, Dense<2>>> network{Seed{1}};
    network.edit_parameters([&](std::span<float> numbers) {
        for (float& number : numbers) number = 0;
        for (const Row& row : network.rows())
            if (row.name == "0.weights" || row.name == "1.weights")
                for (float& number : numbers.subspan(row.offset, row.size())) number = row.name[0] == '0' ? 1e-19f : 1e-22f;
    });
    const Array<float, 3> picture(std::array<std::size_t, 3>{4, 4, 2}, 1.0f);
    CHECK((network.predict(picture)(0) == 0) == can_flush);  // the sum of 8 products of 3.2e-18 and 1e-22
    CHECK((Predictor{network}.predict(picture)(0) == 0) == can_flush);
    CHECK(!flushes());
}
