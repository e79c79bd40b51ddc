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
#include <span>
#include <type_traits>

namespace denim {

/// Seconds: of one thread those of the processor, so that other programs do not count.
inline double now() {
    if (threads() == 1) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Which way through the layer: two as a network learns, and that of a Predictor, pictures and answers included.
enum class Way { forward, backward, predict };

/// A trained network that answers eight pictures.
template <class Input, class... Layers>
class Answered {
public:
    explicit Answered(float bias) : predictor_(made(bias)) {
        Random random{Seed{1}};
        for (float& number : pictures_) number = static_cast<float>(random.uniform(-1, 1));
    }
    void forward() { answers_ = predictor_.predict(pictures_); }
    double output_sum() {
        forward();
        double sum = 0;
        for (const float number : answers_) sum += number;
        return sum;
    }

private:
    using Tested = Network<Input, Sequential<Layers...>>;

    static Tested made(float bias) {
        Tested network{Seed{1}};
        network.edit_parameters([&](std::span<float> numbers) {
            for (const Row& row : network.rows())
                if (row.name.ends_with(".bias")) std::fill_n(numbers.begin() + static_cast<std::ptrdiff_t>(row.offset), row.size(), bias);
        });
        return network;
    }

    Predictor<Tested> predictor_;
    Array<float, 4> pictures_ = Array<float, 4>(std::array<std::size_t, 4>{8, Tested::input.height, Tested::input.width, Tested::input.channels});
    Array<float, 2> answers_;
};

/// Prints the seconds of one pass of eight samples, the median of five times, and the sum of what the pass has made.
template <Way Direction, class Input, class... Layers>
void tune(float bias = 0) {
    using Tested = std::conditional_t<Direction == Way::predict, Answered<Input, Layers...>, OneLayer<8, Input, Layers...>>;
    const auto tested = std::make_unique<Tested>(bias);
    const auto pass = [&] {
        if constexpr (Direction == Way::backward)
            tested->backward();
        else
            tested->forward();
    };
    const double sum = [&] {
        if constexpr (Direction == Way::backward)
            return tested->gradient_sum();
        else
            return tested->output_sum();
    }();
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
