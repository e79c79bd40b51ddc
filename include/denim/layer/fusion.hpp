// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

namespace denim {

/// What a plan is for: learning, or a trained network (dropout gone, BatchNorm by its running statistics).
enum class Mode { training, inference };

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Neighbours that one kernel computes together. A specialisation has `exists` true, and accepts the whole run.
template <class Arithmetic, Mode For, class... Specs>
struct Fused {
    static constexpr bool exists = false;
};

}  // namespace denim::inline DENIM_TARGET
