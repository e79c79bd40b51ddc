// SPDX-License-Identifier: MIT
#pragma once

// From the traced list to what runs: neighbours fused, layers bound to their layouts.

#include <denim/layer/check_layer.hpp>
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
    using Scalar = typename Arithmetic::Scalar;
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
            return std::pair{std::array<bool, entries>{runs<Index>()...}, std::array<std::size_t, entries>{run_length<Index>()...}};
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
    static constexpr std::size_t parameter_count =
        (node<Index>.first + node<Index>.entries < entries ? Source::trace.entries[node<Index>.first + node<Index>.entries].first_parameter
                                                            : Source::trace.parameters) -
        first_parameter<Index>;

    /// What users wrote for a node: the spec, or Fused<...>.
    template <std::size_t Index>
    using SpecAt = typename SpecOf<node<Index>.first, std::make_index_sequence<node<Index>.entries>>::type;

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
