// SPDX-License-Identifier: MIT
#pragma once

#include <denim/loss/loss.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace denim {

/// What samples should give: labels (N, heads), or for losses that want them numbers (N, outputs); the other is empty.
struct Targets {
    std::span<const std::int32_t> labels = {};
    std::span<const float> numbers = {};
};

/// A sample under all heads of a network.
struct HeadLosses {
    double loss = 0;  ///< the sum over the heads, each times its weight
    double right =
        1;  ///< of the head that is furthest from right, among those that have a label; NaN where the loss of one does not say
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// The label of a head in a sample that has none there: no loss, no gradient.
inline constexpr std::int32_t no_label = -1;

/// The losses of a network's heads: one for all, or one for each.
struct LossOfHeads {
    Loss all;
    std::vector<Loss> each = {};

    [[nodiscard]] const Loss& of(std::size_t head) const { return each.empty() ? all : each[head]; }
};

/// Sample number `sample` of some targets. Logits and gradients of the heads stand one head's behind another's; a network of
/// one output has one head. The loss may be a LossOfHeads. `heads` says how many logits each has, `weights` what each counts
/// (none: all 1). The gradient becomes that of `scale` times the loss.
template <class OneLoss, class Scalar>
HeadLosses head_losses(const OneLoss& loss, const Scalar* logits, std::span<const std::size_t> heads, const Targets& targets,
                       std::size_t sample, std::span<const float> weights, Scalar* gradient, double scale) {
    HeadLosses all;
    for (std::size_t head = 0; head < heads.size(); logits += heads[head], gradient += heads[head], ++head) {
        Target target;
        if (targets.numbers.empty())
            target.label = targets.labels[sample * heads.size() + head];
        else
            target.numbers = targets.numbers.subspan(sample * heads[head], heads[head]);
        if (target.label == no_label) {
            std::fill_n(gradient, heads[head], Scalar{0});
            continue;
        }
        const auto& own = [&]() -> const auto& {
            if constexpr (requires { loss.of(head); })
                return loss.of(head);
            else
                return loss;
        }();
        const double weight = weights.empty() ? 1 : static_cast<double>(weights[head]);
        all.loss += weight * own.sample(logits, heads[head], target, gradient, weight * scale);
        const double right = right_share(own, logits, heads[head], target);
        if (!is_nan(all.right) && (is_nan(right) || right < all.right)) all.right = right;
    }
    return all;
}

}  // namespace denim::inline DENIM_TARGET
