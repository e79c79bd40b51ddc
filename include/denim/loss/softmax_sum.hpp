// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/largest.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace denim::inline DENIM_TARGET::detail {

/// The largest of some logits, and the sum over all of e^(logit - largest).
template <class Scalar>
struct SoftmaxSum {
    Scalar largest;
    double sum = 0;

    SoftmaxSum(const Scalar* logits, std::size_t classes) : largest(*std::max_element(logits, logits + classes)) {
        for (std::size_t k = 0; k < classes; ++k) sum += std::exp(static_cast<double>(logits[k] - largest));
    }
    [[nodiscard]] double probability(Scalar logit) const { return std::exp(static_cast<double>(logit - largest)) / sum; }
};

/// 1 where the label's logit is the largest, the first of equal ones, and none is a NaN.
template <class Scalar>
double label_on_top(const Scalar* logits, std::size_t classes, std::int32_t label) {
    return std::cmp_equal(place_of_largest(logits, classes), label) ? 1 : 0;
}

}  // namespace denim::inline DENIM_TARGET::detail
