// SPDX-License-Identifier: MIT
#pragma once

// From the traced list to what runs: neighbours fused, layers bound to their layouts.

#include <denim/layer/check_layer.hpp>
#include <denim/layer/conv_chain.hpp>
#include <denim/layer/fusion.hpp>
#include <denim/machine/each_index.hpp>
#include <denim/network/graph.hpp>

#include <array>
#include <cstddef>
#include <utility>

namespace denim {

/// A layer that runs: one entry of the list, or several that are fused.
struct Node {
    std::size_t first = 0, entries = 1;          ///< of the flat list
    std::array<std::size_t, max_inputs> from{};  ///< the values that it reads
    std::size_t inputs = 1;
    std::size_t to = 0;  ///< the value that it writes
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// What runs, for one network, arithmetic and purpose: nodes, and layouts of the values between them.
template <class SourceGraph, class Arithmetic, Mode For>
struct Plan {
    using Source = SourceGraph;
    using Stored = typename Arithmetic::Stored;
    using Computed = typename Arithmetic::Computed;
    static constexpr Mode mode = For;
    static constexpr std::size_t entries = Source::count;
    static constexpr std::size_t values = entries + 1;

private:
    template <std::size_t Index>
    using Spec = typename Source::template At<Index>;

    template <std::size_t Index>
    static constexpr bool runs() {
        using Type = Spec<Index>;
        if constexpr (passes_on(detail::role_of<Type>()))
            return false;
        else if constexpr (requires { requires Type::training_only; })
            return For == Mode::training;
        else
            return true;
    }
    template <std::size_t... Index>
    static constexpr bool fuses() {
        return detail::fuses<Fused<Arithmetic, For, Spec<Index>...>, Spec<Index>...>();
    }
    template <std::size_t Index>
    static constexpr std::size_t run_length() {
        if constexpr (Index + 2 < entries)
            if constexpr (fuses<Index, Index + 1, Index + 2>()) return 3;
        if constexpr (Index + 1 < entries)
            if constexpr (fuses<Index, Index + 1>()) return 2;
        return 1;
    }

    template <std::size_t First, class Sequence>
    struct SpecOf;
    template <std::size_t First>
    struct SpecOf<First, std::index_sequence<0>> {
        using type = Spec<First>;
    };
    template <std::size_t First, std::size_t... Step>
    struct SpecOf<First, std::index_sequence<Step...>> {
        using type = Fused<Arithmetic, For, Spec<First + Step>...>;
    };

    static constexpr std::size_t parameters_before(std::size_t entry) {
        return entry < entries ? Source::trace.entries[entry].first_parameter : Source::trace.parameters;
    }
    static constexpr Shape shape_of(std::size_t value) { return detail::shape_of(Source::trace, Source::input, value); }

    // Entries First to before Behind, as a link of a chain.
    template <std::size_t First, std::size_t Behind>
    using Link = ChainLink<typename SpecOf<First, std::make_index_sequence<Behind - First>>::type, parameters_before(Behind) - parameters_before(First), shape_of(Behind)>;

    // Whether an entry is a convolution that could stand in a chain, and nobody else reads what it gets, if that is a value inside of one.
    template <std::size_t Index>
    static consteval bool links() {
        if constexpr (Index < entries)
            if constexpr (requires { Spec<Index>::reach; Spec<Index>::choice; }) return runs<Index>();
        return false;
    }
    static constexpr bool read_once(std::size_t value) {
        std::size_t readers = Source::trace.result == value ? 1 : 0;
        for (std::size_t index = 0; index < entries; ++index) {
            const Entry& entry = Source::trace.entries[index];
            for (std::size_t n = 0; n < entry.inputs; ++n) readers += entry.from[n] == value;
        }
        return readers == 1 && Source::trace.entries[value].from[0] == value;
    }
    /// Where links end that begin with this entry and are computed as one: of two or three of them, else none.
    template <std::size_t Index>
    static consteval std::array<std::size_t, 3> chain() {
        if constexpr (For == Mode::inference && links<Index>()) {
            constexpr Shape in = shape_of(Source::trace.entries[Index].from[0]);
            constexpr std::size_t second = Index + run_length<Index>();
            if constexpr (links<second>() && read_once(second)) {
                constexpr std::size_t third = second + run_length<second>();
                if constexpr (links<third>() && read_once(third)) {
                    constexpr std::size_t end = third + run_length<third>();
                    if constexpr (detail::chains<Arithmetic, in, Link<Index, second>, Link<second, third>, Link<third, end>>()) return {second, third, end};
                }
                if constexpr (detail::chains<Arithmetic, in, Link<Index, second>, Link<second, third>>()) return {second, third, 0};
            }
        }
        return {};
    }
    template <std::size_t Index>
    static consteval std::size_t node_length() {
        constexpr std::array<std::size_t, 3> ends = chain<Index>();
        return ends[2] > 0 ? ends[2] - Index : ends[1] > 0 ? ends[1] - Index : run_length<Index>();
    }

    struct Connected {
        std::array<Node, entries> nodes{};
        std::size_t node_count = 0;
        std::size_t last_value = 0;
    };

    static consteval Connected connect() {
        if constexpr (Source::trace.problem == entries)
            return connect_all();
        else
            return {};  // nothing runs, nor is anything asked; the problem has its own message
    }
    static consteval Connected connect_all() {
        const auto [running, length] = []<std::size_t... Index>(std::index_sequence<Index...>) {
            return std::pair{std::array<bool, entries>{runs<Index>()...}, std::array<std::size_t, entries>{node_length<Index>()...}};
        }(std::make_index_sequence<entries>{});
        Connected all;
        std::array<std::size_t, values> stands_for{};  // the value that a node really writes, for one that merely passes
        for (std::size_t index = 0; index < entries;) {
            const Entry& entry = Source::trace.entries[index];
            if (!running[index]) {
                stands_for[index + 1] = stands_for[entry.from[0]];
                ++index;
                continue;
            }
            Node& next = all.nodes[all.node_count++];
            next.first = index;
            next.entries = length[index];
            next.inputs = entry.inputs;
            for (std::size_t n = 0; n < entry.inputs; ++n) next.from[n] = stands_for[entry.from[n]];
            index += next.entries;
            next.to = index;
            stands_for[index] = index;
        }
        all.last_value = stands_for[Source::trace.result];
        return all;
    }

    static constexpr Connected connected = connect();

    template <std::size_t First, std::size_t Length>
    static consteval auto spec_at() {
        constexpr std::array<std::size_t, 3> ends = chain<First>();
        if constexpr (ends[2] > 0)
            return detail::Identity<ConvChain<Link<First, ends[0]>, Link<ends[0], ends[1]>, Link<ends[1], ends[2]>>>{};
        else if constexpr (ends[1] > 0)
            return detail::Identity<ConvChain<Link<First, ends[0]>, Link<ends[0], ends[1]>>>{};
        else
            return detail::Identity<typename SpecOf<First, std::make_index_sequence<Length>>::type>{};
    }

public:
    static constexpr std::size_t count = connected.node_count;
    static constexpr std::size_t result = connected.last_value;

    static constexpr const std::array<Node, entries>& nodes = connected.nodes;  ///< the first `count`
    template <std::size_t Index>
    static constexpr Node node = connected.nodes[Index];

    /// Where a node's parameters begin in the network's array.
    template <std::size_t Index>
    static constexpr std::size_t first_parameter = Source::trace.entries[node<Index>.first].first_parameter;

    /// How many parameters a node has.
    template <std::size_t Index>
    static constexpr std::size_t parameter_count = parameters_before(node<Index>.first + node<Index>.entries) - first_parameter<Index>;

    /// What users wrote for a node: the spec, Fused<...>, or a ConvChain.
    template <std::size_t Index>
    using SpecAt = typename decltype(spec_at<node<Index>.first, node<Index>.entries>())::type;

private:
    static consteval std::array<Layout, values> lay_out() {
        std::array<Layout, values> all{};
        for (std::size_t value = 0; value < values; ++value) {
            const Shape shape = detail::shape_of(Source::trace, Source::input, value);
            all[value] = {shape, {}, value == 0 ? shape.channels : Arithmetic::channel_stride(shape.channels)};
        }
        each_index<0, count>([&]<std::size_t Index>() {
            for (std::size_t n = 0; n < node<Index>.inputs; ++n) {
                Layout& in = all[node<Index>.from[n]];
                in.border = widest(in.border, SpecAt<Index>::template border<Arithmetic>(in.shape));
            }
        });
        return all;
    }

public:
    static constexpr std::array<Layout, values> layouts = lay_out();

private:
    template <std::size_t Index, class Inputs = std::make_index_sequence<node<Index>.inputs>>
    struct Bind;
    template <std::size_t Index, std::size_t... Input>
    struct Bind<Index, std::index_sequence<Input...>>
        : detail::BoundLayer<SpecAt<Index>, parameter_count<Index>, Arithmetic, For, layouts[node<Index>.to], layouts[node<Index>.from[Input]]...> {};

public:
    /// A node's layer, bound to its layouts.
    template <std::size_t Index>
    using LayerAt = typename Bind<Index>::type;
};

}  // namespace denim::inline DENIM_TARGET
