// SPDX-License-Identifier: MIT
#pragma once

#include <denim/tensor/row.hpp>

#include <cstddef>
#include <span>

namespace denim::inline DENIM_TARGET {

/// Adds the penalty of rows with L2, l2 * sum of squares, to the gradients; gives the penalty.
inline double add_l2(std::span<const Row> rows, std::span<const float> parameters, std::span<float> gradients) {
    double penalty = 0;
    for (const Row& row : rows) {
        if (row.l2 == 0) continue;
        double squares = 0;
        for (std::size_t n = row.offset; n < row.offset + row.size(); ++n) {
            squares += static_cast<double>(parameters[n]) * static_cast<double>(parameters[n]);
            gradients[n] += 2 * row.l2 * parameters[n];
        }
        penalty += static_cast<double>(row.l2) * squares;
    }
    return penalty;
}

}  // namespace denim::inline DENIM_TARGET
