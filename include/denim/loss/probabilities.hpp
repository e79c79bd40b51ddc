// SPDX-License-Identifier: MIT
#pragma once

// From the numbers that a network gives to probabilities, as the loss means them that it learned by.

#include <denim/loss/target.hpp>
#include <denim/machine/softmax_sum.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Numbers from 0 to 1 that add to 1, in place; all NaN if one is.
template <class Scalar>
void take_softmax(std::span<Scalar> numbers) {
    const SoftmaxSum<Scalar> softmax{numbers.data(), numbers.size()};
    for (Scalar& number : numbers) number = static_cast<Scalar>(softmax.probability(number));
}

/// Numbers from 0 to 1, each by itself, in place; a NaN stays one.
template <class Scalar>
void take_sigmoid(std::span<Scalar> numbers) {
    for (Scalar& number : numbers) {
        const Scalar small = std::exp(-std::abs(number));
        number = (number < 0 ? small : Scalar{1}) / (Scalar{1} + small);
    }
}

/// Throws std::invalid_argument, under the name of what was called, unless numbers are whole samples.
inline void require_samples(const char* what, std::size_t numbers, std::size_t width) {
    if (width == 0 || numbers % width != 0)
        throw std::invalid_argument(std::string{"denim: "} + what + ": numbers of whole samples of " + std::to_string(width) +
                                    ", at least 1 each, were expected, but got " + std::to_string(numbers));
}

/// Throws std::invalid_argument, under the name of what was called, if a head gives numbers that are no probabilities.
inline void require_probabilities(const char* what, std::span<const Gives> heads) {
    for (std::size_t head = 0; head < heads.size(); ++head)
        if (heads[head] == Gives::numbers)
            throw std::invalid_argument(std::string{"denim: "} + what + ": head " + std::to_string(head) +
                                        " was trained by a loss of numbers, such as MeanSquaredError, which are no probabilities; take what predict "
                                        "gives, or say how to read them: probabilities(pictures, Sigmoid{})");
}

}  // namespace detail

/// Turns the logits of one head, sample after sample, into probabilities in place: softmax where they are of classes, a sigmoid for
/// each where they are of labels that may stand side by side. `width` says how many a sample has. Throws std::invalid_argument unless they are
/// whole samples.
template <class Scalar>
void to_probabilities(std::span<Scalar> logits, std::size_t width, Gives gives) {
    detail::require_probabilities("to_probabilities", {&gives, 1});
    detail::require_samples("to_probabilities", logits.size(), width);
    if (gives == Gives::labels) return detail::take_sigmoid(logits);
    for (std::size_t first = 0; first < logits.size(); first += width) detail::take_softmax(logits.subspan(first, width));
}

}  // namespace denim::inline DENIM_TARGET
