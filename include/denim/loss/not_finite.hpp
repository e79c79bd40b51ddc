// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace denim::inline DENIM_TARGET {

/// A loss that is infinite or not a number; the step that found it has changed nothing.
class LossNotFinite : public std::runtime_error {
public:
    explicit LossNotFinite(std::uint64_t step)
        : std::runtime_error(
              "denim: the loss of step " + std::to_string(step) +
              " is not a finite number; lower the learning rate, or look for weights that have grown without bound") {}
};

}  // namespace denim::inline DENIM_TARGET
