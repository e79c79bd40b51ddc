// SPDX-License-Identifier: MIT
#pragma once

// The most arithmetic that this machine gives: the yardstick for kernels and layers.

#include <denim/machine/simd.hpp>
#include <denim/machine/threads.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <numeric>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Floating-point operations a second of one thread that does nothing but multiply and add in registers, fp32, measured for about 20 ms at
/// the clock of the moment: the most that any kernel of this vector width can reach.
inline double peak_of_one_thread() {
    using Clock = std::chrono::steady_clock;
    constexpr std::size_t sums = simd::registers - 4, rounds = 20'000;
    double best = 0;
    for (const auto start = Clock::now(); Clock::now() - start < std::chrono::milliseconds(20);) {
        std::array<simd::Vector<float>, sums> sum;
        const volatile float near_one = 0.9999999f;
        const auto factor = simd::broadcast<float>(near_one);
        sum.fill(factor);
        const auto begin = Clock::now();
#pragma GCC unroll 1
        for (std::size_t round = 0; round < rounds; ++round)
#pragma GCC unroll 32
            for (std::size_t n = 0; n < sums; ++n) sum[n] = simd::fma(sum[n], factor, factor);
        const std::chrono::duration<double> time = Clock::now() - begin;
        auto total = sum[0];
        for (std::size_t n = 1; n < sums; ++n) total = total + sum[n];
        const volatile float kept = simd::sum(total);
        static_cast<void>(kept);
        best = std::max(best, 2.0 * static_cast<double>(rounds * sums * simd::lanes<float>) / time.count());
    }
    return best;
}

/// The same of all threads at a time, which may have to share a core or a clock: the sum.
inline double peak_of_all_threads() {
    const Team team;
    std::vector<double> each(team.size);
    parallel_for(team, team.size, std::size_t{1} << 40, [&](std::size_t index, std::size_t) { each[index] = peak_of_one_thread(); });
    return std::accumulate(each.begin(), each.end(), 0.0);
}

}  // namespace denim::inline DENIM_TARGET
