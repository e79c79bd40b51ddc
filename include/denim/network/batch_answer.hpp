// SPDX-License-Identifier: MIT
#pragma once

// What a training step asks of who runs it: the loss of each sample's logits, and whether somebody wants to see a value on the way.

#include <denim/loss/head_losses.hpp>
#include <denim/network/batch.hpp>

#include <cstddef>
#include <span>

namespace denim::inline DENIM_TARGET {

/// What a sample of a batch makes of its logits: its loss, and the gradient of that to the logits.
template <class Stored>
struct Answer {
    HeadLosses (*call)(const void* loss, const Batch& batch, std::size_t sample, const Stored* logits, Stored* gradient);
    const void* loss;
};

/// Who wants to see a value of the plan, and the gradient to it, of each sample of a batch; they stand as the value's layout says. The threads
/// that compute call it. What is computed again is seen again.
template <class Stored>
struct ValueWatch {
    std::size_t value;
    void (*see)(void* who, bool gradient, std::size_t sample, const Stored* numbers);
    void* who;
};

/// What a loss says of a sample of a batch, see head_losses: of the batch's mean.
template <class OneLoss, class Stored>
HeadLosses losses_of_sample(const OneLoss& loss, std::span<const std::size_t> heads, const Batch& batch, std::size_t sample, const Stored* logits,
                            Stored* gradient) {
    return head_losses(loss, logits, heads, Targets{batch.labels, batch.numbers}, batch.order[sample], batch.head_weights, gradient,
                       1.0 / static_cast<double>(batch.whole()));
}

}  // namespace denim::inline DENIM_TARGET
