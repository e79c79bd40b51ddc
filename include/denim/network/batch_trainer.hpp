// SPDX-License-Identifier: MIT
#pragma once

// The three beats of a training step, for any plan: it is told its table, and how to answer a sample's logits.

#include <denim/machine/flush_denormals.hpp>
#include <denim/machine/peers.hpp>
#include <denim/machine/threads.hpp>
#include <denim/network/accumulators.hpp>
#include <denim/network/batch.hpp>
#include <denim/network/batch_answer.hpp>
#include <denim/network/beats.hpp>
#include <denim/network/load.hpp>
#include <denim/network/mean_result.hpp>
#include <denim/network/settings.hpp>
#include <denim/network/step_clock.hpp>
#include <denim/network/workspace.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The memory of training, made once for the largest batch; where peers compute parts of it, which outlive this, for the largest part.
template <class Stored, class Computed = Stored>
class BatchTrainer {
public:
    /// Throws std::invalid_argument where there are peers, and a layer on batches that does not sum with them.
    BatchTrainer(const GraphTable& graph, const PlanTable<Stored, Computed>& plan, std::size_t largest_batch, Peers<Computed>* peers = nullptr);

    /// Gradients of the batch's mean loss, laid out as the parameters; of rows that their layer moves, the next values.
    [[nodiscard]] std::span<Stored> gradients() { return gradients_.span(); }

    /// Forward and backward. Throws LossNotFinite, and std::invalid_argument if a picture is not finite, a setting not accepted, or the batch
    /// does not fit the network or the memory. With peers the batch is this one's part, see BatchPart, and everybody gets the result and the
    /// gradients of the whole. A clock takes the time of each step; it has room for all threads. Who watches a value sees it.
    StepResult step(std::span<const Stored> parameters, std::span<const LayerSettings> settings, const Batch& batch, const Answer<Stored>& answer,
                    StepClock* clock = nullptr, const ValueWatch<Stored>* watch = nullptr);

private:
    struct Call {
        const Batch& batch;
        const BatchPart<Computed>& part;
        const Stored* parameters;
        std::span<const LayerSettings> settings;
        const Answer<Stored>& answer;
        Team team;
        StepClock* clock;
        const ValueWatch<Stored>* watch;
    };
    struct Position {
        std::size_t share = 0, sample = 0, worker = 0;  // the first share and sample here are number 0
    };

    void check(std::span<const Stored> parameters, std::span<const LayerSettings> settings, const Batch& batch) const {
        if (batch.whole() == 0 || batch.size() > workspace_.capacity())
            throw std::invalid_argument("denim: a batch of 1 to " + std::to_string(workspace_.capacity()) + " pictures was expected, but it has " +
                                        std::to_string(batch.size()));
        if (parameters.size() != graph_->numbers || settings.size() != graph_->entries.size())
            throw std::invalid_argument("denim: Trainer: " + std::to_string(graph_->numbers) + " parameters and the settings of " +
                                        std::to_string(graph_->entries.size()) + " layers were expected, but " + std::to_string(parameters.size()) +
                                        " and " + std::to_string(settings.size()) + " came");
        check_settings(*graph_, settings);
        batch.check(graph_->input, graph_->heads);
    }

    // The steps of a run, for each sample of each share: where forward and backward are in one run, everything is still near.
    void run_shares(const Call& of, std::size_t number) {
        const StepRun& run = plan_->runs[number];
        const bool loads = plan_->loads_in_runs() && run.reads_picture;
        const std::size_t work = plan_->operations(run) + plan_->layouts[0].shape.size();
        const Shares shares = of.part.shares.only(of.part.own);
        parallel_for(of.team, shares.count, work * of.batch.size(), [&](std::size_t share, std::size_t worker) {
            if (run.last_back > 0) accumulators_.clear(number, share);
            for (std::size_t sample = shares.first(share); sample < shares.last(share); ++sample) {
                if (loads) load(of, sample, worker, worker);
                for (std::size_t step = run.first; step < run.last; ++step) take_step(of, step, {share, sample, worker});
            }
        });
    }
    // Into the place of `worker`, by the thread `by`.
    void load(const Call& of, std::size_t sample, std::size_t worker, std::size_t by) {
        const StepClock::Scope timed{of.clock, {.sample = sample, .worker = by}};
        workspace_.begin_activation(0, sample, worker);
        load_picture(of.batch.pictures, of.batch.order[sample], plan_->layouts[0], workspace_.activation(0, sample, worker));
    }

    void take_step(const Call& of, std::size_t step, const Position& at) {
        const auto [node, does] = plan_->steps[step];
        const bool by_all = !plan_->takes_sample(plan_->steps[step]);
        const StepClock::Scope timed{of.clock, {.node = node, .does = does, .sample = at.sample, .worker = at.worker, .by_all = by_all}};
        switch (does) {
        case Does::gather: return plan_->layers[node].gather(forward_call(of, step, at));
        case Does::join: return plan_->layers[node].join(forward_call(of, step, at));
        case Does::answer: return take_loss(of, at);
        case Does::gather_back: return gather_back(of, step, at);
        case Does::join_back: return plan_->layers[node].join_back(backward_call(of, step, at));
        case Does::backward: return go_backward(of, step, at);
        case Does::forward:
        case Does::again: return go_forward(of, step, at);
        }
    }
    void go_forward(const Call& of, std::size_t step, const Position& at) {
        const std::size_t node = plan_->steps[step].node, to = plan_->step_places[step].output;
        if (workspace_.begins_activation(to))
            each_sample_of(of, step, at, plan_->nodes[node].to, [&](std::size_t sample, std::size_t worker) { workspace_.begin_activation(to, sample, worker); });
        plan_->layers[node].forward(forward_call(of, step, at));
        if (of.watch && of.watch->value == plan_->nodes[node].to)
            each_sample_of(of, step, at, plan_->nodes[node].to, [&](std::size_t sample, std::size_t worker) {
                of.watch->see(of.watch->who, false, sample, workspace_.activation(to, sample, worker));
            });
    }
    void gather_back(const Call& of, std::size_t step, const Position& at) {
        see_gradient(of, step, at);
        plan_->layers[plan_->steps[step].node].gather_back(backward_call(of, step, at));
    }
    // To a node's output: all that read that have gone backward, and the node, which may change it, has not begun to.
    void see_gradient(const Call& of, std::size_t step, const Position& at) {
        const std::size_t value = plan_->nodes[plan_->steps[step].node].to;
        if (of.watch && of.watch->value == value)
            each_sample_of(of, step, at, value, [&](std::size_t sample, std::size_t worker) {
                of.watch->see(of.watch->who, true, sample, workspace_.gradient(value, sample, worker));
            });
    }
    void go_backward(const Call& of, std::size_t step, const Position& at) {
        const std::size_t index = plan_->steps[step].node;
        const LayerTable<Stored, Computed>& layer = plan_->layers[index];
        const Node& node = plan_->nodes[index];
        if (layer.works != Works::on_joined_samples) see_gradient(of, step, at);
        for (std::size_t n = 0; n < node.inputs; ++n)
            if (layer.gradient_to[n] == Gradient::write && workspace_.begins_gradient(node.from[n]))
                each_sample_of(of, step, at, node.from[n],
                               [&](std::size_t sample, std::size_t worker) { workspace_.begin_gradient(node.from[n], sample, worker); });
        layer.backward(backward_call(of, step, at));
    }
    ForwardOf<Stored, Computed> forward_call(const Call& of, std::size_t step, const Position& at) {
        const std::size_t node = plan_->steps[step].node;
        auto call = workspace_.forward(step, of.parameters + plan_->layers[node].first_parameter, prepared_.data(), of.settings, at.sample, at.worker);
        call.random = random(of, node, at.sample);
        call.count = count(of, step);
        if (of.part.peers) call.part = &of.part;
        return call;
    }
    BackwardOf<Stored, Computed> backward_call(const Call& of, std::size_t step, const Position& at) {
        const std::size_t node = plan_->steps[step].node;
        const LayerTable<Stored, Computed>& layer = plan_->layers[node];
        auto call = workspace_.backward(step, of.parameters + layer.first_parameter, prepared_.data(), of.settings, at.sample, at.worker);
        call.random = random(of, node, at.sample);
        call.count = count(of, step);
        if (of.part.peers) call.part = &of.part;
        if (plan_->steps[step].does == Does::backward && plan_->takes_sample(plan_->steps[step])) call.accumulator = accumulators_.of(node, at.share);
        call.gradients = gradients_.data() + layer.first_parameter;
        return call;
    }
    void take_loss(const Call& of, const Position& at) {
        const std::size_t result = plan_->result;
        workspace_.begin_gradient(result, at.sample, at.worker);
        const HeadLosses losses = of.answer.call(of.answer.loss, of.batch, at.sample,
                                                 workspace_.activation(plan_->step_places[plan_->answer].output, at.sample, at.worker),
                                                 workspace_.gradient(result, at.sample, at.worker));
        results_[at.share].correct += losses.right;
        results_[at.share].loss += losses.loss;
    }

    // The random numbers of a layer, step and sample.
    Random random(const Call& of, std::size_t node, std::size_t sample) const {
        const std::uint64_t layer = plan_->nodes[node].first + 1;
        return Random{Seed{of.batch.seed.value + 0x9E3779B97F4A7C15u * layer}, (of.batch.step << 24) + of.batch.first_sample + sample};
    }
    std::size_t count(const Call& of, std::size_t step) const { return plan_->takes_sample(plan_->steps[step]) ? 1 : of.batch.size(); }

    // For the one sample that a step takes, or for all of the batch.
    template <class Body>
    void each_sample_of(const Call& of, std::size_t step, const Position& at, std::size_t value, Body body) {
        if (plan_->takes_sample(plan_->steps[step]))
            body(at.sample, at.worker);
        else
            parallel_for(of.team, of.batch.size(), of.batch.size() * plan_->layouts[value].size(), [&](std::size_t sample, std::size_t) { body(sample, 0); });
    }

    const GraphTable* graph_;
    const PlanTable<Stored, Computed>* plan_;
    Workspace<Stored, Computed> workspace_;
    AlignedArray<Stored> gradients_;
    AlignedArray<std::uint8_t> prepared_;
    Accumulators<Stored, Computed> accumulators_;
    std::vector<StepResult> results_;
    Peers<Computed>* peers_;
    PeerTree tree_;
};

template <class Stored, class Computed>
BatchTrainer<Stored, Computed>::BatchTrainer(const GraphTable& graph, const PlanTable<Stored, Computed>& plan, std::size_t largest_batch,
                                             Peers<Computed>* peers)
    : graph_(&graph),
      plan_(&plan),
      workspace_(plan, peers ? LargestPart(largest_batch, peers->own(), peers->count()).samples : largest_batch),
      gradients_(graph.numbers),
      prepared_(plan.sizes.prepared_bytes),
      accumulators_(plan, peers ? LargestPart(largest_batch, peers->own(), peers->count()).shares : Shares::most(largest_batch)),
      peers_(peers) {
    for (std::size_t node = 0; peers && node < plan.layers.size(); ++node)
        if (!plan.layers[node].sums_with_peers)
            throw std::invalid_argument("denim: fit: a layer on batches was expected to sum with the peers that compute the rest of a batch, but layer " +
                                        std::to_string(plan.nodes[node].first) + " does not say static constexpr bool sums_with_peers = true");
}

template <class Stored, class Computed>
StepResult BatchTrainer<Stored, Computed>::step(std::span<const Stored> parameters, std::span<const LayerSettings> settings, const Batch& batch,
                                                const Answer<Stored>& answer, StepClock* clock, const ValueWatch<Stored>* watch) {
    const FlushDenormals flush;
    check(parameters, settings, batch);
    const Shares shares{batch.whole()};
    if (peers_ && !tree_.fits(shares, peers_->count())) tree_ = PeerTree{shares, peers_->count()};
    const BatchPart<Computed> part = peers_ ? BatchPart<Computed>{tree_, *peers_} : BatchPart<Computed>{shares};
    if (batch.size() != part.samples() || batch.first_sample != part.first_sample())
        throw std::invalid_argument("denim: of a batch of " + std::to_string(shares.samples) + " pictures " + std::to_string(part.samples()) + " from number " +
                                    std::to_string(part.first_sample()) + " on were expected, but " + std::to_string(batch.size()) + " from number " +
                                    std::to_string(batch.first_sample) + " on came");
    const Call of{batch, part, parameters.data(), settings, answer, {}, clock, watch};
    workspace_.reserve_threads(std::max<std::size_t>(of.team.within(part.own.count()), 1));
    results_.assign(part.own.count(), {});
    prepare(*plan_, of.parameters, prepared_.data());
    if (!plan_->loads_in_runs())
        parallel_for(of.team, batch.size(), batch.size() * plan_->layouts[0].shape.size(),
                     [&](std::size_t sample, std::size_t worker) { load(of, sample, 0, worker); });
    StepResult result;
    for (std::size_t number = 0; number < plan_->runs.size(); ++number) {
        const StepRun& run = plan_->runs[number];
        if (run.on_samples)
            run_shares(of, number);
        else
            take_step(of, run.first, {});
        if (run.first <= plan_->answer && plan_->answer < run.last) result = mean_result(batch, part, results_.data());
        if (run.last_back > 0) accumulators_.finish(number, part, gradients_.data());
        if (peers_) peers_->look();
    }
    if (peers_) accumulators_.end_sums(part, gradients_.data());
    return result;
}

DENIM_TEMPLATE(class BatchTrainer<float>);
DENIM_TEMPLATE(class BatchTrainer<double>);

}  // namespace denim::inline DENIM_TARGET
