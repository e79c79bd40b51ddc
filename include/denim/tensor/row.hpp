// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/finite.hpp>
#include <denim/tensor/extents.hpp>

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>

namespace denim {

/// What moves a parameter.
enum class Moved {
    by_gradient,  ///< the optimizer
    by_layer,     ///< its layer: after a step, what stands at its place among the gradients is its next value (running statistics)
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// One parameter of a network: a named piece of its one array. Optimizers, files and checkpoints see these, and no network.
struct Row {
    std::string name;  ///< "0.weights"; inside a composition "2.0.weights"
    Extents extents;
    std::size_t offset = 0;  ///< in the network's array
    bool trained = true;     ///< false while its layer is frozen, and for what the layer moves itself
    bool decays = false;     ///< weight decay and L2 apply
    Moved moved = Moved::by_gradient;
    float l2 = 0;  ///< adds l2 * sum of squares to the loss
    float rate_factor = 1;  ///< the optimizer's rate is multiplied by it

    [[nodiscard]] std::size_t size() const { return extents.size(); }
};

/// Throws std::invalid_argument where a number of a row is not finite: no file is written of it, as it would not be read.
inline void require_finite_rows(std::span<const Row> rows, std::span<const float> numbers, const std::string& file) {
    for (const Row& row : rows)
        if (!all_finite(numbers.subspan(row.offset, row.size())))
            throw std::invalid_argument("denim: " + file + " is not written: '" + row.name + "' holds a number that is not finite");
}

}  // namespace denim::inline DENIM_TARGET
