// SPDX-License-Identifier: MIT
#pragma once

// One training step: a batch of pictures and labels in, the loss and the gradients of every parameter out.

#include <denim/loss/head_losses.hpp>
#include <denim/network/batch.hpp>
#include <denim/network/batch_trainer.hpp>

#include <cassert>
#include <cstddef>
#include <span>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// The memory of training, made once for the largest batch, and the three beats of a step.
template <class SourceGraph, class Arithmetic, class OneLoss>
class Trainer {
    static_assert(sizeof(AnswersInNumbers<SourceGraph>) > 0);

public:
    using Stored = typename Arithmetic::Stored;
    using Plan = denim::Plan<SourceGraph, Arithmetic, Mode::training>;

    explicit Trainer(std::size_t largest_batch, OneLoss loss = OneLoss{})
        : loss_(std::move(loss)), steps_(graph_table<SourceGraph>, table_of<Plan>, largest_batch) {}

    /// Gradients of the batch's mean loss, laid out as the parameters; of rows that their layer moves, the next values.
    [[nodiscard]] std::span<Stored> gradients() { return steps_.gradients(); }

    /// Forward and backward. Throws if a picture or the loss is not finite, or the batch does not fit the network or this trainer;
    /// the parameters are only read. That labels are below the classes of their heads is the caller's to see to.
    StepResult step(std::span<const Stored> parameters, std::span<const LayerSettings> settings, const Batch& batch) {
        assert(gradients().size() == SourceGraph::trace.parameters && "denim: this trainer was moved from: only assign to it, or let it go");
        return steps_.step(parameters, settings, batch, {&answer, &loss_});
    }

private:
    static HeadLosses answer(const void* loss, const Batch& batch, std::size_t sample, const Stored* logits, Stored* gradient) {
        return losses_of_sample(*static_cast<const OneLoss*>(loss), SourceGraph::heads, batch, sample, logits, gradient);
    }

    OneLoss loss_;
    BatchTrainer<Stored, typename Arithmetic::Computed> steps_;
};

}  // namespace denim::inline DENIM_TARGET
