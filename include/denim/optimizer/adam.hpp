// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/simd.hpp>
#include <denim/optimizer/optimizer.hpp>

#include <cmath>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Adam, Kingma and Ba (2015), in Keras's form: m and v are running means of the gradient and of its square, and in step t
/// parameter -= rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon).
struct Adam {
    float rate = 1e-3f, beta_1 = 0.9f, beta_2 = 0.999f, epsilon = 1e-7f;

    static constexpr std::size_t state_arrays = 2;

    void apply(const Update& at) const {
        const auto step = static_cast<double>(at.step);
        const auto rate_now = static_cast<float>(static_cast<double>(at.rate) * std::sqrt(1 - std::pow(static_cast<double>(beta_2), step)) /
                                                 (1 - std::pow(static_cast<double>(beta_1), step)));
        const auto first = simd::broadcast(1 - beta_1), second = simd::broadcast(1 - beta_2), alpha = simd::broadcast(rate_now),
                   small = simd::broadcast(epsilon);
        const auto advance = [&](auto load, auto store, std::size_t n) {
            const auto gradient = load(at.gradients + n), m = load(at.state[0] + n), v = load(at.state[1] + n);
            const auto next_m = simd::fma(gradient - m, first, m), next_v = simd::fma(gradient * gradient - v, second, v);
            store(at.state[0] + n, next_m);
            store(at.state[1] + n, next_v);
            store(at.parameters + n, load(at.parameters + n) - alpha * next_m / (simd::sqrt(next_v) + small));
        };
        std::size_t n = 0;
        for (; n + simd::lanes<float> <= at.count; n += simd::lanes<float>)
            advance([](const float* from) { return simd::load(from); }, [](float* to, auto value) { simd::store(to, value); }, n);
        if (const std::size_t rest = at.count - n; rest > 0)
            advance([rest](const float* from) { return simd::load_first(from, rest); },
                    [rest](float* to, auto value) { simd::store_first(to, value, rest); }, n);
    }
};

static_assert(OptimizerType<Adam>);

}  // namespace denim::inline DENIM_TARGET
