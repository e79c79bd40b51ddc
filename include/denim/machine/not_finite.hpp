// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/number_text.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace denim {

/// A step of a training that came upon an infinity or a NaN; it has changed nothing.
class [[gnu::visibility("default")]] NotFinite : public std::runtime_error {
public:
    [[gnu::always_inline]] explicit NotFinite(const std::string& text) : std::runtime_error(text) {}
};

/// The loss is infinite or not a number.
class [[gnu::visibility("default")]] LossNotFinite : public NotFinite {
public:
    [[gnu::always_inline]] explicit LossNotFinite(std::uint64_t step)
        : NotFinite(detail::sentence("denim: the loss of step ", step,
                                     " is not a finite number; lower the learning rate, or look for weights that have grown without "
                                     "bound")) {}
};

/// The gradient of a row of parameters is, or the next value of one that its layer moves, though the loss is finite.
class [[gnu::visibility("default")]] GradientNotFinite : public NotFinite {
public:
    [[gnu::always_inline]] explicit GradientNotFinite(const std::string& row)
        : NotFinite(detail::sentence("denim: the gradient of '", row,
                                     "' holds a number that is not finite, though the loss is finite; lower the learning rate, or look "
                                     "for weights that have grown without bound")) {}
};

/// A row of parameters, or what the optimizer keeps for it, would be.
class [[gnu::visibility("default")]] WeightsNotFinite : public NotFinite {
public:
    [[gnu::always_inline]] WeightsNotFinite(const std::string& row, float rate)
        : NotFinite(detail::sentence("denim: a step at the rate ", rate, " would leave a number that is not finite in '", row,
                                     "' or in what the optimizer keeps for it; lower the learning rate, or shorten the gradients by "
                                     "clip_norm")) {}
};

}  // namespace denim
