// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/number_text.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>

namespace denim {

/// Somebody ended a run from outside; everything is saved. Programs return `exit_status`.
class [[gnu::visibility("default")]] Interrupted : public std::runtime_error {
public:
    static constexpr int exit_status = 130;  ///< what shells give for Ctrl-C

    [[gnu::always_inline]] Interrupted(std::size_t epoch, std::size_t batch)
        : std::runtime_error(detail::sentence("denim: fit: interrupted after batch ", batch, " of epoch ", epoch)) {}
    /// By a sentence of its own.
    [[gnu::always_inline]] explicit Interrupted(const std::string& text) : std::runtime_error(text) {}
};

}  // namespace denim
