// SPDX-License-Identifier: MIT
#pragma once

// Which nodes are computed a second time, for a backward step to come, instead of being kept: those of a Recompute, and by themselves the *quick*
// ones, a BatchNorm and the activation behind it. What these make takes less time to make again than to fetch from the batch's memory, and their
// input is there anyway.

#include <denim/network/plan.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace denim::inline DENIM_TARGET {

template <class Plan>
struct Recomputation {
    static constexpr bool training = Plan::mode == Mode::training;
    static constexpr std::size_t nodes = Plan::count;

    /// What a node's layer says.
    struct Facts {
        Works works = Works::on_samples;
        bool reads_input = false, reads_output = false, quick = false;
    };

private:
    template <std::size_t Index>
    static consteval Facts facts_of() {
        using Layer = typename Plan::template LayerAt<Index>;
        Facts of{Layer::works, training && Layer::backward_reads_input, training && Layer::backward_reads_output};
        if constexpr (requires { Layer::quick; }) of.quick = Layer::quick;
        return of;
    }

public:
    /// Of all nodes; the answer is as one behind them.
    static constexpr std::array<Facts, nodes + 1> facts = []<std::size_t... Index>(std::index_sequence<Index...>) {
        return std::array<Facts, nodes + 1>{facts_of<Index>()..., Facts{}};
    }(std::make_index_sequence<nodes>{});

private:
    struct Readers {
        std::array<std::size_t, Plan::values> last{}, count{};
    };
    static constexpr Readers readers = [] {
        Readers all;
        const auto reads = [&](std::size_t node, std::size_t value) {
            all.last[value] = node;
            ++all.count[value];
        };
        for (std::size_t node = 0; node < nodes; ++node)
            for (std::size_t n = 0; n < Plan::nodes[node].inputs; ++n) reads(node, Plan::nodes[node].from[n]);
        reads(nodes, Plan::result);
        return all;
    }();

public:
    /// The last node that reads each value; the answer is as one behind all nodes.
    static constexpr const std::array<std::size_t, Plan::values>& last_readers = readers.last;

private:
    // Nodes from `first` to before `last`, of a Recompute or of quick ones and who reads them. A node of fused entries is where its first entry is.
    // Outer ones come first.
    static constexpr std::size_t recomputes = Plan::Source::recomputed.size(), no_block = static_cast<std::size_t>(-1), deepest = 32;
    struct Block {
        std::size_t first = 0, last = 0, around = no_block, depth = 0;  // depth: how many are around it
    };
    struct Blocks {
        std::array<Block, recomputes + nodes + 1> list{};
        std::size_t count = 0;
        std::array<std::size_t, nodes + 1> of{};  // the innermost around a node

        constexpr void add(const Block& block) {
            for (std::size_t node = block.first; node < block.last; ++node) of[node] = count;
            list[count++] = block;
        }
    };
    // Behind quick nodes from `first` on, each read by the next alone, the one that reads the last of them; `first` where there are none.
    static constexpr std::size_t behind_quick(std::size_t first) {
        std::size_t node = first;
        while (node < nodes && facts[node].quick && readers.count[Plan::nodes[node].to] == 1 && last_readers[Plan::nodes[node].to] == node + 1) ++node;
        return node;
    }
    static constexpr Blocks blocks = [] {
        Blocks all;
        std::array<std::size_t, Plan::entries + 1> node_at{};  // how many nodes begin before an entry
        for (std::size_t entry = 0, node = 0; entry <= Plan::entries; ++entry) {
            node_at[entry] = node;
            if (node < nodes && Plan::nodes[node].first == entry) ++node;
        }
        all.of.fill(no_block);
        for (std::size_t n = 0; n < recomputes; ++n) {
            Block block{node_at[Plan::Source::recomputed[n].first], node_at[Plan::Source::recomputed[n].last]};
            block.around = n == 0 ? no_block : n - 1;  // the one before, or one around that
            while (block.around != no_block && Plan::Source::recomputed[block.around].last <= Plan::Source::recomputed[n].first)
                block.around = all.list[block.around].around;
            block.depth = block.around == no_block ? 0 : all.list[block.around].depth + 1;
            all.add(block);
        }
        // Quick ones where what they make would be kept for the batch: the last that does not work on samples comes later.
        std::size_t last = nodes;
        while (last > 0 && facts[last].works == Works::on_samples) --last;
        for (std::size_t node = 0; training && node < nodes; ++node) {
            const std::size_t reader = behind_quick(node);
            if (reader == node || reader >= last || !facts[node].reads_input || facts[reader].works != Works::on_samples) continue;
            const std::size_t around = all.of[node], depth = around == no_block ? 0 : all.list[around].depth + 1;
            bool within_one = depth + 1 < deepest;
            for (std::size_t n = node; n <= reader; ++n) within_one = within_one && all.of[n] == around;
            if (within_one) all.add({node, reader + 1, around, depth});
        }
        return all;
    }();
    static_assert([] {
        std::size_t most = 0;
        for (const Block& block : blocks.list) most = block.depth > most ? block.depth : most;
        return most < deepest;
    }(), "denim: Recompute: at most 32 were expected, one within the other.");

public:
    // In which of the blocks around it each node is computed again: bit 0 is the outermost. A value that is read outside of one is kept there; one
    // that is read inside alone is computed again where backward, or another node that is computed again, reads it.
    struct Repeats {
        std::array<std::uint32_t, nodes + 1> in{};
        std::size_t count = 0;
    };
    static constexpr Repeats repeats = [] {
        Repeats all;
        if (!training || blocks.count == 0) return all;
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

    /// Calls compute(node), in order, for what is computed again in front of a node's backward: the blocks that end with it, outer ones first.
    template <class Compute>
    static constexpr void each_again(std::size_t node, Compute compute) {
        std::array<std::size_t, deepest> ending{};
        std::size_t many = 0;
        for (std::size_t block = blocks.of[node]; block != no_block && blocks.list[block].last == node + 1; block = blocks.list[block].around)
            ending[many++] = block;
        while (many > 0) {
            const Block& block = blocks.list[ending[--many]];
            for (std::size_t inner = block.first; inner < block.last; ++inner)
                if (repeats.in[inner] >> block.depth & 1) compute(inner);
        }
    }
};

}  // namespace denim::inline DENIM_TARGET
