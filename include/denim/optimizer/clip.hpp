// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/finite.hpp>
#include <denim/machine/not_finite.hpp>
#include <denim/machine/threads.hpp>
#include <denim/tensor/row.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Shortens the gradient of all trained parameters together to the length `limit` where it is longer, and gives the length that
/// it had. Throws GradientNotFinite, and changes nothing, where one of them holds an infinity or a NaN. Sums are cut by place
/// alone and added in order: the same bits for any number of threads. Keras: global_clipnorm.
inline double clip_by_norm(std::span<const Row> rows, std::span<float> gradients, double limit) {
    constexpr std::size_t block = 16384;  // numbers that one thread takes at a time
    const auto each_block = [&](const auto& act) {
        std::size_t before = 0;
        for (const Row& row : rows) {
            if (!row.trained || row.moved == Moved::by_layer) continue;
            const std::size_t blocks = (row.size() + block - 1) / block;
            parallel_for(blocks, 4 * row.size(), [&](std::size_t index) {
                act(before + index, gradients.subspan(row.offset + index * block, std::min(block, row.size() - index * block)));
            });
            before += blocks;
        }
    };
    std::vector<double> squares(gradients.size() / block + rows.size() + 1);
    each_block([&](std::size_t place, std::span<const float> part) {
        std::array<double, 8> sums{};
        const auto square = [&](std::size_t n) { return static_cast<double>(part[n]) * static_cast<double>(part[n]); };
        const std::size_t whole = part.size() / sums.size() * sums.size();
        for (std::size_t n = 0; n < whole; n += sums.size())
            for (std::size_t lane = 0; lane < sums.size(); ++lane) sums[lane] += square(n + lane);
        for (std::size_t n = whole; n < part.size(); ++n) sums[0] += square(n);
        for (const double sum : sums) squares[place] += sum;
    });
    double sum = 0;
    for (const double part : squares) sum += part;
    if (!is_finite(sum))
        for (const Row& row : rows)
            if (row.trained && row.moved != Moved::by_layer && !all_finite(gradients.subspan(row.offset, row.size())))
                throw GradientNotFinite{row.name};
    const double norm = std::sqrt(sum);
    if (norm <= limit) return norm;
    const double factor = limit / norm;  // of huge gradients it would be no normal float
    each_block([factor](std::size_t, std::span<float> part) {
        for (float& number : part) number = static_cast<float>(static_cast<double>(number) * factor);
    });
    return norm;
}

}  // namespace denim::inline DENIM_TARGET
