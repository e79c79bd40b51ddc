// SPDX-License-Identifier: MIT
#pragma once

// What happens to a batch, node by node, in its order, and how it is cut into runs: steps on samples, which a thread does one after the
// other for each sample of a share, and single steps on the whole batch. A node on joined samples gathers at the end of one run, joins
// between two, and goes forward, or backward, at the beginning of the next.

#include <denim/network/plan.hpp>
#include <denim/network/recomputation.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace denim {

/// What a step does with a node.
enum class Does {
    gather,       ///< takes from its input what it wants to join, on joined samples alone
    join,         ///< joins what all samples gave
    forward,      ///< computes its output
    answer,       ///< no node: what has come out is taken, by the loss or by who asks
    again,        ///< computes its output once more, for a backward step to come (Recompute)
    gather_back,  ///< takes from its input and the gradient to its output what it wants to join
    join_back,    ///< joins that
    backward,     ///< from the gradient to its output to those of its inputs and parameters
};

/// One step.
struct NodeStep {
    std::size_t node = 0;
    Does does = Does::forward;
};

/// Steps from `first` to the one before `last`: any number that work on samples, or one that works on the batch.
struct StepRun {
    std::size_t first = 0, last = 0;
    bool on_samples = true;
    std::size_t first_back = 0, last_back = 0;  ///< the nodes that go backward in it, on samples: these gather in accumulators
    bool reads_picture = false;                 ///< some step reads value 0
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Whether a step only joins, and touches no value.
constexpr bool only_joins(Does does) { return does == Does::join || does == Does::join_back; }
/// Whether a step of a node takes one sample, and not the batch.
constexpr bool takes_sample(Works works, Does does) { return works == Works::on_samples || (works == Works::on_joined_samples && !only_joins(does)); }

/// The steps of a plan: each node goes forward, in a trained network node n in step n, `answer` follows, and in training each node goes
/// backward, from the last to the first. In front of it stand the steps that compute again what it reads, see recomputation.hpp.
template <class Plan>
struct Steps {
    static constexpr bool training = Plan::mode == Mode::training;
    static constexpr std::size_t nodes = Plan::count;

private:
    using Again = Recomputation<Plan>;
    static constexpr const auto& facts = Again::facts;
    static constexpr std::size_t joined_nodes = [] {
        std::size_t count = 0;
        for (const auto& of : facts) count += of.works == Works::on_joined_samples;
        return count;
    }();

public:
    /// The step that takes the result, and how many there are.
    static constexpr std::size_t answer = nodes + 2 * joined_nodes, count = training ? 2 * answer + 1 + Again::repeats.count : answer + 1;

    /// Whether a node is computed a second time.
    static constexpr bool repeated(std::size_t node) { return Again::repeats.in[node] != 0; }
    /// Whether a node's backward reads its inputs, or its output.
    static constexpr bool reads_input(std::size_t node) { return facts[node].reads_input; }
    static constexpr bool reads_output(std::size_t node) { return facts[node].reads_output; }
    /// Whether a node's backward is the first that gives a value its gradient: the others add to it.
    static constexpr bool writes_gradient(std::size_t node, std::size_t value) { return Again::last_readers[value] == node; }

    /// All of them, in order.
    static constexpr std::array<NodeStep, count> list = [] {
        std::array<NodeStep, count> all{};
        std::size_t at = 0;
        const auto add = [&](std::size_t node, Does gather, Does join, Does does) {
            if (facts[node].works == Works::on_joined_samples) {
                all[at++] = {node, gather};
                all[at++] = {node, join};
            }
            all[at++] = {node, does};
        };
        for (std::size_t node = 0; node < nodes; ++node) add(node, Does::gather, Does::join, Does::forward);
        all[at++] = {nodes, Does::answer};
        if (!training) return all;
        for (std::size_t node = nodes; node-- > 0;) {
            Again::each_again(node, [&](std::size_t again) { all[at++] = {again, Does::again}; });
            add(node, Does::gather_back, Does::join_back, Does::backward);
        }
        return all;
    }();

    struct Runs {
        std::array<StepRun, Steps::count> list{};
        std::size_t count = 0;
    };
    static constexpr Runs runs = [] {
        Runs all;
        for (std::size_t step = 0; step < count; ++step) {
            const auto [node, does] = list[step];
            const bool on_samples = takes_sample(facts[node].works, does);
            if (all.count == 0 || !on_samples || !all.list[all.count - 1].on_samples) all.list[all.count++] = {step, step, on_samples};
            StepRun& run = all.list[all.count - 1];
            run.last = step + 1;
            if (does == Does::backward && on_samples) {
                run.first_back = node;
                if (run.last_back == 0) run.last_back = node + 1;
            }
            if (only_joins(does)) continue;
            if (does == Does::answer) {
                run.reads_picture = run.reads_picture || Plan::result == 0;  // of a network whose layers are all gone
                continue;
            }
            for (std::size_t n = 0; n < Plan::nodes[node].inputs; ++n) run.reads_picture = run.reads_picture || Plan::nodes[node].from[n] == 0;
        }
        return all;
    }();
    /// The run that each step is in.
    static constexpr std::array<std::size_t, count> run_of = [] {
        std::array<std::size_t, count> all{};
        for (std::size_t run = 0; run < runs.count; ++run)
            for (std::size_t step = runs.list[run].first; step < runs.list[run].last; ++step) all[step] = run;
        return all;
    }();
};

}  // namespace denim::inline DENIM_TARGET
