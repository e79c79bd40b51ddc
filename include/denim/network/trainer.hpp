// SPDX-License-Identifier: MIT
#pragma once

// One training step: a batch of pictures and labels in, the loss and the gradients of every parameter out.

#include <denim/loss/head_losses.hpp>
#include <denim/machine/finite.hpp>
#include <denim/machine/not_finite.hpp>
#include <denim/machine/shares.hpp>
#include <denim/machine/threads.hpp>
#include <denim/network/accumulators.hpp>
#include <denim/network/batch.hpp>
#include <denim/network/beats.hpp>
#include <denim/network/load.hpp>
#include <denim/network/settings.hpp>
#include <denim/network/workspace.hpp>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The memory of training, made once for the largest batch, and the three beats of a step.
template <class SourceGraph, class Arithmetic, class OneLoss>
class Trainer {
    static_assert(AnswersInNumbers<SourceGraph>::holds);

public:
    using Scalar = typename Arithmetic::Scalar;
    using Plan = denim::Plan<SourceGraph, Arithmetic, Mode::training>;

    explicit Trainer(std::size_t largest_batch, OneLoss loss = OneLoss{})
        : loss_(std::move(loss)),
          workspace_(largest_batch),
          gradients_(SourceGraph::trace.parameters),
          prepared_(memory.prepared_numbers),
          accumulators_(largest_batch) {}

    /// Gradients of the batch's mean loss, laid out as the parameters; of rows that their layer moves, the next values.
    [[nodiscard]] std::span<Scalar> gradients() { return gradients_.span(); }

    /// Forward and backward. Throws if a picture or the loss is not finite, or the batch does not fit the network or this trainer;
    /// the parameters are only read. That labels are below the classes of their heads is the caller's to see to.
    StepResult step(std::span<const Scalar> parameters, std::span<const LayerSettings> settings, const Batch& batch) {
        assert(gradients_.size() == SourceGraph::trace.parameters &&
               "denim: this trainer was moved from: only assign to it, or let it go");
        if (batch.size() == 0 || batch.size() > workspace_.capacity())
            throw std::invalid_argument("denim: a batch of 1 to " + std::to_string(workspace_.capacity()) +
                                        " pictures was expected, but it has " + std::to_string(batch.size()));
        if (parameters.size() != SourceGraph::trace.parameters || settings.size() != SourceGraph::count)
            throw std::invalid_argument("denim: Trainer: " + std::to_string(SourceGraph::trace.parameters) + " parameters and the settings of " +
                                        std::to_string(SourceGraph::count) + " layers were expected, but " + std::to_string(parameters.size()) +
                                        " and " + std::to_string(settings.size()) + " came");
        check_settings<SourceGraph>(settings);
        batch.check(SourceGraph::input, heads);
        const Step of{batch, Shares{batch.size()}, parameters.data(), settings, {}};
        workspace_.reserve_threads(of.team.within(of.shares.count));
        results_.assign(of.shares.count, {});
        prepare<Plan>(parameters.data(), prepared_.data());
        if constexpr (!load_in_stage) load_batch(of);
        each_index<0, last_stage>([&]<std::size_t Stage>() { forward_stage<Stage>(of); });
        run_last_stage(of);
        const StepResult result = join_results(batch);
        accumulators_.template finish<last_stage>(of.shares, gradients_.data());
        each_index_reversed<0, last_stage>([&]<std::size_t Stage>() { backward_stage<Stage>(of); });
        return result;
    }

private:
    static constexpr const Memory<Plan>& memory = places<Plan>;
    static constexpr std::size_t last_stage = Plan::stages.count - 1;
    static constexpr bool load_in_stage = memory.activations[0].held == Held::by_thread;  // else for the whole batch at first
    static constexpr auto& heads = SourceGraph::heads;

    template <std::size_t Index>
    using LayerAt = typename Plan::template LayerAt<Index>;
    template <std::size_t Index>
    static constexpr auto stage = Plan::stages.list[Index];

    struct Step {
        const Batch& batch;
        Shares shares;
        const Scalar* parameters;
        std::span<const LayerSettings> settings;
        Team team;
    };

    // How the gradient to an input is given: the node nearest to the end writes, those before it add.
    template <std::size_t Index, std::size_t Input>
    static constexpr Gradient gradient_to() {
        const std::size_t value = Plan::template node<Index>.from[Input];
        if (value == 0) return Gradient::none;
        bool written = false;
        for (std::size_t later = Index + 1; later < Plan::count; ++later)
            for (std::size_t n = 0; n < Plan::nodes[later].inputs; ++n) written |= Plan::nodes[later].from[n] == value;
        for (std::size_t n = 0; n < Input; ++n)
            written |= Plan::template node<Index>.from[n] == value;  // read twice by one join
        return written ? Gradient::add : Gradient::write;
    }

    // The random numbers of a layer, step and sample.
    template <std::size_t Index>
    static Random random(const Step& of, std::size_t sample) {
        const std::uint64_t layer = Plan::template node<Index>.first + 1;
        return Random{Seed{of.batch.seed.value + 0x9E3779B97F4A7C15u * layer}, (of.batch.step << 24) + sample};
    }

    template <std::size_t Stage>
    void load(const Step& of, std::size_t sample, std::size_t worker) {
        if constexpr (load_in_stage && Stage == 0) load_sample(of, sample, worker);
    }
    void load_batch(const Step& of) {
        parallel_for(of.batch.size(), of.batch.size() * SourceGraph::input.size(), [&](std::size_t sample) { load_sample(of, sample, 0); });
    }
    void load_sample(const Step& of, std::size_t sample, std::size_t worker) {
        workspace_.template begin_activation<0>(sample, worker);
        load_picture<Plan::layouts[0]>(of.batch.pictures, of.batch.order[sample], workspace_.template activation<0>(sample, worker));
    }

    // For the one sample that a node works on, or for all of the batch.
    template <std::size_t Index, class Body>
    void each_sample_of(const Step& of, std::size_t sample, std::size_t worker, std::size_t value, Body body) {
        if constexpr (LayerAt<Index>::works == Works::on_samples)
            body(sample, worker);
        else
            parallel_for(of.team, of.batch.size(), of.batch.size() * Plan::layouts[value].size(), [&](std::size_t each, std::size_t) { body(each, 0); });
    }
    template <std::size_t Index>
    void forward_node(const Step& of, std::size_t sample, std::size_t worker) {
        constexpr std::size_t to = Plan::template node<Index>.to;
        if constexpr (Workspace<Plan>::template begins_activation<to>)
            each_sample_of<Index>(of, sample, worker, to, [&](std::size_t each, std::size_t by) { workspace_.template begin_activation<to>(each, by); });
        auto call = workspace_.template forward<Index>(of.parameters + Plan::template first_parameter<Index>, prepared_.data(), of.settings, sample, worker);
        call.random = random<Index>(of, sample);
        call.count = LayerAt<Index>::works == Works::on_samples ? 1 : of.batch.size();
        LayerAt<Index>::forward(call);
    }
    template <std::size_t Index>
    void backward_node(const Step& of, std::size_t share, std::size_t sample, std::size_t worker) {
        auto call = workspace_.template backward<Index>(of.parameters + Plan::template first_parameter<Index>, prepared_.data(), of.settings, sample, worker);
        call.random = random<Index>(of, sample);
        call.count = LayerAt<Index>::works == Works::on_samples ? 1 : of.batch.size();
        call.accumulator = accumulators_.template of<Index>(share);
        call.gradients = gradients_.data() + Plan::template first_parameter<Index>;
        [&]<std::size_t... Input>(std::index_sequence<Input...>) {
            (begin_gradient_to<Index, Input>(of, sample, worker), ...);
            LayerAt<Index>::template backward<gradient_to<Index, Input>()...>(call);
        }(std::make_index_sequence<Plan::template node<Index>.inputs>{});
    }
    template <std::size_t Index, std::size_t Input>
    void begin_gradient_to(const Step& of, std::size_t sample, std::size_t worker) {
        constexpr std::size_t value = Plan::template node<Index>.from[Input];
        if constexpr (gradient_to<Index, Input>() == Gradient::write && Workspace<Plan>::template begins_gradient<value>)
            each_sample_of<Index>(of, sample, worker, value,
                                  [&](std::size_t each, std::size_t by) { workspace_.template begin_gradient<value>(each, by); });
    }

    template <std::size_t Stage, class Body>
    void over_shares(const Step& of, Body body) {
        constexpr std::size_t work = 3 * operations<Plan, stage<Stage>.first, stage<Stage>.last>() + SourceGraph::input.size();
        parallel_for(of.team, of.shares.count, work * of.batch.size(), body);
    }

    template <std::size_t Stage>
    void forward_stage(const Step& of) {
        if constexpr (stage<Stage>.works == Works::on_batches)
            forward_node<stage<Stage>.first>(of, 0, 0);
        else
            over_shares<Stage>(of, [&](std::size_t share, std::size_t worker) {
                for (std::size_t sample = of.shares.first(share); sample < of.shares.last(share); ++sample) {
                    load<Stage>(of, sample, worker);
                    each_index<stage<Stage>.first, stage<Stage>.last>(
                        [&]<std::size_t Index>() { forward_node<Index>(of, sample, worker); });
                }
            });
    }

    // The last stage goes forward and back sample by sample, while everything is still near.
    void run_last_stage(const Step& of) {
        over_shares<last_stage>(of, [&](std::size_t share, std::size_t worker) {
            accumulators_.template clear<last_stage>(share);
            for (std::size_t sample = of.shares.first(share); sample < of.shares.last(share); ++sample) {
                load<last_stage>(of, sample, worker);
                each_index<stage<last_stage>.first, Plan::count>(
                    [&]<std::size_t Index>() { forward_node<Index>(of, sample, worker); });
                take_loss(of, share, sample, worker);
                each_index_reversed<stage<last_stage>.first, Plan::count>(
                    [&]<std::size_t Index>() { backward_node<Index>(of, share, sample, worker); });
            }
        });
    }
    void take_loss(const Step& of, std::size_t share, std::size_t sample, std::size_t worker) {
        workspace_.template begin_gradient<Plan::result>(sample, worker);
        const Scalar* logits = workspace_.template activation<Plan::result>(sample, worker);
        const HeadLosses losses = head_losses(
            loss_, logits, heads, Targets{of.batch.labels, of.batch.numbers}, of.batch.order[sample], of.batch.head_weights,
            workspace_.template gradient<Plan::result>(sample, worker), 1.0 / static_cast<double>(of.batch.size()));
        results_[share].correct += losses.right;
        results_[share].loss += losses.loss;
    }
    StepResult join_results(const Batch& batch) {
        join_in_pairs(results_.size(), [&](std::size_t to, std::size_t from) {
            results_[to].loss += results_[from].loss;
            results_[to].correct += results_[from].correct;
        });
        StepResult result = results_[0];
        result.loss /= static_cast<double>(batch.size());
        if (!is_finite(result.loss)) throw LossNotFinite{batch.step};
        return result;
    }

    template <std::size_t Stage>
    void backward_stage(const Step& of) {
        if constexpr (stage<Stage>.works == Works::on_batches) {
            backward_node<stage<Stage>.first>(of, 0, 0, 0);
        } else {
            over_shares<Stage>(of, [&](std::size_t share, std::size_t worker) {
                accumulators_.template clear<Stage>(share);
                for (std::size_t sample = of.shares.first(share); sample < of.shares.last(share); ++sample) {
                    load<Stage>(of, sample, worker);
                    each_index_reversed<stage<Stage>.first, stage<Stage>.last>(
                        [&]<std::size_t Index>() { backward_node<Index>(of, share, sample, worker); });
                }
            });
            accumulators_.template finish<Stage>(of.shares, gradients_.data());
        }
    }

    OneLoss loss_;
    Workspace<Plan> workspace_;
    AlignedArray<Scalar> gradients_, prepared_;
    Accumulators<Plan> accumulators_;
    std::vector<StepResult> results_;
};

}  // namespace denim::inline DENIM_TARGET
