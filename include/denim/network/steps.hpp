// SPDX-License-Identifier: MIT
#pragma once

// What happens to a batch, node by node, in its order, and how it is cut into runs: steps on samples, which a thread does one after the
// other for each sample of a share, and single steps on the whole batch. A node on joined samples gathers at the end of one run, joins
// between two, and goes forward, or backward, at the beginning of the next.

#include <denim/network/plan.hpp>

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
/// backward, from the last to the first. Where backward comes to the end of a Recompute, the steps stand in front that compute its values again.
template <class Plan>
struct Steps {
    static constexpr bool training = Plan::mode == Mode::training;
    static constexpr std::size_t nodes = Plan::count;

private:
    struct Facts {
        Works works = Works::on_samples;
        bool reads_input = false, reads_output = false;
    };
    template <std::size_t Index>
    static consteval Facts facts_of() {
        using Layer = typename Plan::template LayerAt<Index>;
        return {Layer::works, training && Layer::backward_reads_input, training && Layer::backward_reads_output};
    }
    static constexpr std::array<Facts, nodes + 1> facts = []<std::size_t... Index>(std::index_sequence<Index...>) {
        return std::array<Facts, nodes + 1>{facts_of<Index>()..., Facts{}};
    }(std::make_index_sequence<nodes>{});
    static constexpr std::size_t joined_nodes = [] {
        std::size_t count = 0;
        for (const Facts& of : facts) count += of.works == Works::on_joined_samples;
        return count;
    }();

    // A Recompute in numbers of nodes; a node of fused entries is where its first entry is. Outer ones come first.
    static constexpr std::size_t block_count = Plan::Source::recomputed.size(), no_block = block_count, deepest = 32;
    struct Block {
        std::size_t first = 0, last = 0, around = no_block, depth = 0;  // depth: how many are around it
    };
    struct Blocks {
        std::array<Block, block_count + 1> list{};
        std::array<std::size_t, nodes + 1> of{};  // the innermost around a node
    };
    static constexpr Blocks blocks = [] {
        Blocks all;
        std::array<std::size_t, Plan::entries + 1> node_at{};  // how many nodes begin before an entry
        for (std::size_t entry = 0, node = 0; entry <= Plan::entries; ++entry) {
            node_at[entry] = node;
            if (node < nodes && Plan::nodes[node].first == entry) ++node;
        }
        all.of.fill(no_block);
        for (std::size_t n = 0; n < block_count; ++n) {
            Block& block = all.list[n];
            block.first = node_at[Plan::Source::recomputed[n].first];
            block.last = node_at[Plan::Source::recomputed[n].last];
            block.around = n == 0 ? no_block : n - 1;  // the one before, or one around that
            while (block.around != no_block && Plan::Source::recomputed[block.around].last <= Plan::Source::recomputed[n].first)
                block.around = all.list[block.around].around;
            block.depth = block.around == no_block ? 0 : all.list[block.around].depth + 1;
            for (std::size_t node = block.first; node < block.last; ++node) all.of[node] = n;
        }
        return all;
    }();
    static_assert([] {
        std::size_t most = 0;
        for (const Block& block : blocks.list) most = block.depth > most ? block.depth : most;
        return most < deepest;
    }(), "denim: Recompute: at most 32 were expected, one within the other.");

    // The last node that reads each value; the answer is as one behind all nodes.
    static constexpr std::array<std::size_t, Plan::values> last_readers = [] {
        std::array<std::size_t, Plan::values> all{};
        for (std::size_t node = 0; node < nodes; ++node)
            for (std::size_t n = 0; n < Plan::nodes[node].inputs; ++n) all[Plan::nodes[node].from[n]] = node;
        all[Plan::result] = nodes;
        return all;
    }();

    // In which of the Recomputes around it each node is computed again: bit 0 is the outermost. A value that is read outside of one is kept
    // there; one that is read inside alone is computed again where backward, or another node that is computed again, reads it.
    struct Repeats {
        std::array<std::uint32_t, nodes + 1> in{};
        std::size_t count = 0;
    };
    static constexpr Repeats repeats = [] {
        Repeats all;
        if (!training || block_count == 0) return all;
        std::array<std::uint32_t, Plan::values> read_again{};
        std::array<bool, Plan::values> read_back{};
        for (std::size_t index = nodes; index-- > 0;) {
            const Node& node = Plan::nodes[index];
            std::size_t block = blocks.of[index];
            while (block != no_block && blocks.list[block].last <= last_readers[node.to]) block = blocks.list[block].around;
            if (block != no_block) {
                const std::uint32_t own = std::uint32_t{1} << blocks.list[block].depth;
                all.in[index] = read_again[node.to] & (own | (own - 1));
                if (read_back[node.to] || facts[index].reads_output || read_again[node.to] >= own) all.in[index] |= own;
            }
            for (std::uint32_t left = all.in[index]; left; left &= left - 1) ++all.count;
            for (std::size_t n = 0; n < node.inputs; ++n) {
                read_again[node.from[n]] |= all.in[index];
                read_back[node.from[n]] = read_back[node.from[n]] || facts[index].reads_input;
            }
        }
        return all;
    }();

public:
    /// The step that takes the result, and how many there are.
    static constexpr std::size_t answer = nodes + 2 * joined_nodes, count = training ? 2 * answer + 1 + repeats.count : answer + 1;

    /// Whether a node is computed a second time.
    static constexpr bool repeated(std::size_t node) { return repeats.in[node] != 0; }
    /// Whether a node's backward reads its inputs, or its output.
    static constexpr bool reads_input(std::size_t node) { return facts[node].reads_input; }
    static constexpr bool reads_output(std::size_t node) { return facts[node].reads_output; }
    /// Whether a node's backward is the first that gives a value its gradient: the others add to it.
    static constexpr bool writes_gradient(std::size_t node, std::size_t value) { return last_readers[value] == node; }

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
        std::array<std::size_t, deepest> ending{};
        for (std::size_t node = nodes; node-- > 0;) {
            std::size_t many = 0;
            for (std::size_t block = blocks.of[node]; block != no_block && blocks.list[block].last == node + 1; block = blocks.list[block].around)
                ending[many++] = block;
            while (many > 0) {
                const Block& block = blocks.list[ending[--many]];
                for (std::size_t inner = block.first; inner < block.last; ++inner)
                    if (repeats.in[inner] >> block.depth & 1) all[at++] = {inner, Does::again};
            }
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
