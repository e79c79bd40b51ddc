// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/threads.hpp>
#include <denim/tensor/row.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Adds `factor` times the weights to their gradients; gives the sum of squares. Sixteen sums side by side: one alone would wait for itself.
inline double add_weights(std::span<const float> weights, float factor, std::span<float> gradients) {
    constexpr std::size_t lanes = 16;
    std::array<double, lanes> squares{};
    const auto add = [&](std::size_t n, std::size_t lane) {
        const auto weight = static_cast<double>(weights[n]);
        squares[lane] += weight * weight;
        gradients[n] += factor * weights[n];
    };
    std::size_t n = 0;
    for (; n + lanes <= weights.size(); n += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane) add(n + lane, lane);
    for (std::size_t lane = 0; n < weights.size(); ++n, ++lane) add(n, lane);
    double sum = 0;
    for (const double each : squares) sum += each;
    return sum;
}

}  // namespace detail

/// Adds the penalty of rows with L2, l2 * sum of squares, to the gradients; gives the penalty. The order of its sums is one of rows and blocks.
inline double add_l2(std::span<const Row> rows, std::span<const float> parameters, std::span<float> gradients) {
    constexpr std::size_t block = 16384;  // weights that one thread takes at a time
    double penalty = 0;
    std::vector<double> squares;
    for (const Row& row : rows) {
        if (row.l2 == 0) continue;
        squares.resize((row.size() + block - 1) / block);
        parallel_for(squares.size(), 4 * row.size(), [&](std::size_t index) {
            const std::size_t first = row.offset + index * block, count = std::min(block, row.offset + row.size() - first);
            squares[index] = detail::add_weights(parameters.subspan(first, count), 2 * row.l2, gradients.subspan(first, count));
        });
        double sum = 0;
        for (const double each : squares) sum += each;
        penalty += static_cast<double>(row.l2) * sum;
    }
    return penalty;
}

}  // namespace denim::inline DENIM_TARGET
