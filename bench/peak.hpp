// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/simd.hpp>

#include <chrono>
#include <cstddef>

namespace bench {

/// GFLOP/s of one thread that does nothing but multiply and add in registers, measured for about 20 ms at the clock of the
/// moment: the most that any kernel of this vector width can reach.
inline double peak() {
    using namespace denim;
    using Clock = std::chrono::steady_clock;
    constexpr std::size_t sums = simd::registers - 4, rounds = 20'000;
    double best = 0;
    for (const auto start = Clock::now(); Clock::now() - start < std::chrono::milliseconds(20);) {
        simd::Vector<float> sum[sums];
        const volatile float near_one = 0.9999999f;
        const auto factor = simd::broadcast<float>(near_one);
        for (auto& one : sum) one = factor;
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
        const double done = 2e-9 * static_cast<double>(rounds * sums * simd::lanes<float>) / time.count();
        if (done > best) best = done;
    }
    return best;
}

}  // namespace bench
