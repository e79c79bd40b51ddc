// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace denim::inline DENIM_TARGET {

/// The label of a head in a sample that has none there: no loss, no gradient.
inline constexpr std::int32_t no_label = -1;

/// A sample under all heads of a network.
struct HeadLosses {
    double loss = 0;    ///< the sum over the heads, each times its weight
    bool right = true;  ///< every head that has a label has its largest logit there
};

/// Logits, gradients and classes of the heads stand one head's behind another's; a network of one output has one head. `heads`
/// says how many logits each has, `labels` holds one number for each head, `weights` likewise (none: all 1). The gradient
/// becomes that of `scale` times the loss.
template <class Loss, class Scalar>
HeadLosses head_losses(const Scalar* logits, std::span<const std::size_t> heads, const std::int32_t* labels,
                       std::span<const float> weights, Scalar* gradient, double scale) {
    HeadLosses all;
    for (std::size_t head = 0; head < heads.size(); logits += heads[head], gradient += heads[head], ++head) {
        if (labels[head] == no_label) {
            std::fill_n(gradient, heads[head], Scalar{0});
            continue;
        }
        const double weight = weights.empty() ? 1 : static_cast<double>(weights[head]);
        all.loss += weight * Loss::sample(logits, heads[head], labels[head], gradient, weight * scale);
        all.right = all.right && std::max_element(logits, logits + heads[head]) - logits == labels[head];
    }
    return all;
}

}  // namespace denim::inline DENIM_TARGET
