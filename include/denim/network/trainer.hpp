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
        if constexpr (!load_in_runs) load_batch(of);
        StepResult result;
        each_index<0, Order::runs.count>([&]<std::size_t Run>() {
            constexpr StepRun run = Order::runs.list[Run];
            if constexpr (run.on_samples)
                run_shares<Run>(of);
            else
                take_step<run.first>(of, 0, 0, 0);
            if constexpr (Run == Order::run_of[Order::answer]) result = join_results(batch);
            if constexpr (run.last_back > 0) accumulators_.template finish<Run>(of.shares, gradients_.data());
        });
        return result;
    }

private:
    static constexpr const Memory<Plan>& memory = places<Plan>;
    using Order = Steps<Plan>;
    static constexpr bool load_in_runs = memory.activations[0].held == Held::by_thread;  // else for the whole batch at first
    static constexpr auto& heads = SourceGraph::heads;

    template <std::size_t Index>
    using LayerAt = typename Plan::template LayerAt<Index>;
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
        constexpr Node node = Plan::template node<Index>;
        if (node.from[Input] == 0) return Gradient::none;
        bool writes = Order::writes_gradient(Index, node.from[Input]);
        for (std::size_t n = 0; n < Input; ++n) writes = writes && node.from[n] != node.from[Input];  // read twice by one join
        return writes ? Gradient::write : Gradient::add;
    }

    // The random numbers of a layer, step and sample.
    template <std::size_t Index>
    static Random random(const Step& of, std::size_t sample) {
        const std::uint64_t layer = Plan::template node<Index>.first + 1;
        return Random{Seed{of.batch.seed.value + 0x9E3779B97F4A7C15u * layer}, (of.batch.step << 24) + sample};
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
    template <std::size_t At>
    void take_step(const Step& of, std::size_t share, std::size_t sample, std::size_t worker) {
        constexpr Does does = Order::list[At].does;
        if constexpr (does == Does::answer)
            take_loss(of, share, sample, worker);
        else if constexpr (does == Does::backward)
            go_backward<At>(of, share, sample, worker);
        else
            go_forward<At>(of, sample, worker);
    }
    template <std::size_t At>
    void go_forward(const Step& of, std::size_t sample, std::size_t worker) {
        constexpr std::size_t index = Order::list[At].node, to = memory.output[At];
        if constexpr (Workspace<Plan>::template begins_activation<to>)
            each_sample_of<index>(of, sample, worker, Plan::template node<index>.to,
                                  [&](std::size_t each, std::size_t by) { workspace_.template begin_activation<to>(each, by); });
        auto call = workspace_.template forward<At>(of.parameters + Plan::template first_parameter<index>, prepared_.data(), of.settings, sample, worker);
        call.random = random<index>(of, sample);
        call.count = LayerAt<index>::works == Works::on_samples ? 1 : of.batch.size();
        LayerAt<index>::forward(call);
    }
    template <std::size_t At>
    void go_backward(const Step& of, std::size_t share, std::size_t sample, std::size_t worker) {
        constexpr std::size_t index = Order::list[At].node;
        auto call = workspace_.template backward<At>(of.parameters + Plan::template first_parameter<index>, prepared_.data(), of.settings, sample, worker);
        call.random = random<index>(of, sample);
        call.count = LayerAt<index>::works == Works::on_samples ? 1 : of.batch.size();
        call.accumulator = accumulators_.template of<index>(share);
        call.gradients = gradients_.data() + Plan::template first_parameter<index>;
        [&]<std::size_t... Input>(std::index_sequence<Input...>) {
            (begin_gradient_to<index, Input>(of, sample, worker), ...);
            LayerAt<index>::template backward<gradient_to<index, Input>()...>(call);
        }(std::make_index_sequence<Plan::template node<index>.inputs>{});
    }
    template <std::size_t Index, std::size_t Input>
    void begin_gradient_to(const Step& of, std::size_t sample, std::size_t worker) {
        constexpr std::size_t value = Plan::template node<Index>.from[Input];
        if constexpr (gradient_to<Index, Input>() == Gradient::write && Workspace<Plan>::template begins_gradient<value>)
            each_sample_of<Index>(of, sample, worker, value,
                                  [&](std::size_t each, std::size_t by) { workspace_.template begin_gradient<value>(each, by); });
    }

    // The steps of a run, for each sample of each share: where forward and backward are in one run, everything is still near.
    template <std::size_t Run>
    void run_shares(const Step& of) {
        constexpr StepRun run = Order::runs.list[Run];
        constexpr std::size_t work = operations<Plan, run.first, run.last>() + SourceGraph::input.size();
        parallel_for(of.team, of.shares.count, work * of.batch.size(), [&](std::size_t share, std::size_t worker) {
            if constexpr (run.last_back > 0) accumulators_.template clear<Run>(share);
            for (std::size_t sample = of.shares.first(share); sample < of.shares.last(share); ++sample) {
                if constexpr (load_in_runs && run.reads_picture) load_sample(of, sample, worker);
                each_index<run.first, run.last>([&]<std::size_t At>() { take_step<At>(of, share, sample, worker); });
            }
        });
    }
    void take_loss(const Step& of, std::size_t share, std::size_t sample, std::size_t worker) {
        workspace_.template begin_gradient<Plan::result>(sample, worker);
        const Scalar* logits = workspace_.template activation<memory.output[Order::answer]>(sample, worker);
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

    OneLoss loss_;
    Workspace<Plan> workspace_;
    AlignedArray<Scalar> gradients_, prepared_;
    Accumulators<Plan> accumulators_;
    std::vector<StepResult> results_;
};

}  // namespace denim::inline DENIM_TARGET
