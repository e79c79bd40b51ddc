// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/number_text.hpp>

#include <cstdint>
#include <stdexcept>

namespace denim {

/// A loss that is infinite or not a number; the step that found it has changed nothing.
class [[gnu::visibility("default")]] LossNotFinite : public std::runtime_error {
public:
    [[gnu::always_inline]] explicit LossNotFinite(std::uint64_t step)
        : std::runtime_error(detail::sentence(
              "denim: the loss of step ", step,
              " is not a finite number; lower the learning rate, or look for weights that have grown without bound")) {}
};

}  // namespace denim
