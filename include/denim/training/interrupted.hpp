// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>

namespace denim::inline DENIM_TARGET {

/// Somebody ended a run from outside; everything is saved. Programs return `exit_status`.
class Interrupted : public std::runtime_error {
public:
    static constexpr int exit_status = 130;  ///< what shells give for Ctrl-C

    Interrupted(std::size_t epoch, std::size_t batch)
        : std::runtime_error("denim: fit: interrupted after batch " + std::to_string(batch) + " of epoch " +
                             std::to_string(epoch)) {}
};

}  // namespace denim::inline DENIM_TARGET
