// SPDX-License-Identifier: MIT
#pragma once

// What the programs that bench/tune writes are made of: the time of a layer, and a sum that tells whether two programs compute the same.

#include "one_layer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <memory>

namespace denim {

/// Seconds: of one thread those of the processor, so that other programs do not count.
inline double now() {
    if (threads() == 1) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Which way through the layer.
enum class Way { forward, backward };

/// Prints the seconds of one pass of eight samples, the median of five times, and the sum of what the pass has made.
template <Way Direction, class Input, class... Layers>
void tune(float bias = 0) {
    const auto tested = std::make_unique<OneLayer<8, Input, Layers...>>(bias);
    const auto pass = [&] {
        if constexpr (Direction == Way::forward)
            tested->forward();
        else
            tested->backward();
    };
    const double sum = Direction == Way::forward ? tested->output_sum() : tested->gradient_sum();
    tested->forward();
    const auto seconds = [&](std::size_t passes) {
        const double begin = now();
        for (std::size_t n = 0; n < passes; ++n) pass();
        return now() - begin;
    };
    std::size_t passes = 1;
    while (seconds(passes) < 0.01) passes *= 2;
    std::array<double, 5> times;
    for (double& time : times) time = seconds(passes) / static_cast<double>(passes);
    std::sort(times.begin(), times.end());
    std::printf("%.9g %.9g\n", times[times.size() / 2], sum);
    std::fflush(stdout);
}

}  // namespace denim
