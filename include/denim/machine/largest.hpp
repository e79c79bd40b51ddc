// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/finite.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// The place of the largest of some scores, the first of equals: the class that they stand for. `count`, which is none, where
/// one of them is a NaN: nothing is known then.
template <Askable Scalar>
std::size_t place_of_largest(const Scalar* scores, std::size_t count) {
    if (std::any_of(scores, scores + count, [](Scalar score) { return is_nan(score); })) return count;
    return static_cast<std::size_t>(std::max_element(scores, scores + count) - scores);
}

namespace detail {

/// The same as the class of a picture, which has to have one.
template <Askable Scalar>
std::size_t class_of(const Scalar* logits, std::size_t count, std::size_t picture) {
    const std::size_t place = place_of_largest(logits, count);
    if (place == count)
        throw std::runtime_error("denim: classes: a logit of picture " + std::to_string(picture) +
                                 " is not a number, so it has no class; the network's weights, or the picture's numbers, are too large");
    return place;
}

/// 1 where the label's logit is the largest, the first of equal ones, and none is a NaN.
template <Askable Scalar>
double label_on_top(const Scalar* logits, std::size_t classes, std::int32_t label) {
    return std::cmp_equal(place_of_largest(logits, classes), label) ? 1 : 0;
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
