// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace denim::inline DENIM_TARGET::detail {

/// The largest of some logits, and the sum over all of e^((logit - largest) * sharpness), whose shares are probabilities. Of one NaN
/// among them all are NaN.
template <class Scalar>
struct SoftmaxSum {
    Scalar largest;
    double sharpness, sum = 0;

    SoftmaxSum(const Scalar* logits, std::size_t classes, double sharp = 1)
        : largest(*std::max_element(logits, logits + classes)), sharpness(sharp) {
        for (std::size_t k = 0; k < classes; ++k) sum += weight(logits[k]);
    }
    [[nodiscard]] double probability(Scalar logit) const { return weight(logit) / sum; }

private:
    [[nodiscard]] double weight(Scalar logit) const { return std::exp(static_cast<double>(logit - largest) * sharpness); }
};

}  // namespace denim::inline DENIM_TARGET::detail
