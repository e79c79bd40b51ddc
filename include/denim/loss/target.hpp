// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <cstdint>
#include <span>

namespace denim::inline DENIM_TARGET {

/// What a picture should give: the number of its class, or a number for each output.
struct Target {
    std::int32_t label = 0;
    std::span<const float> numbers = {};
};

/// Which of the two a loss wants.
enum class Wants { label, numbers };

}  // namespace denim::inline DENIM_TARGET
