// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C1), (H, W, C2), ... -> (H, W, C1 + C2 + ...): the channels of each pixel one after the other.

#include <denim/layer/composition.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/pixels.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// Pictures side by side, bound to their layouts.
template <class Arithmetic, Layout Out, Layout... Ins>
struct ConcatenationLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    static constexpr std::array<Layout, sizeof...(Ins)> ins{Ins...};
    static constexpr std::size_t bands = Out.shape.height;
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    /// Where the channels of input `number` begin in a pixel that leaves.
    static constexpr std::size_t first(std::size_t number) {
        std::size_t channels = 0;
        for (std::size_t n = 0; n < number; ++n) channels += ins[n].shape.channels;
        return channels;
    }

    static void forward(const Forward<Arithmetic>& at) {
        [&]<std::size_t... Number>(std::index_sequence<Number...>) {
            (take<Number>(at), ...);
        }(std::make_index_sequence<ins.size()>{});
    }
    template <Gradient... To>
    static void backward(const Backward<Arithmetic>& at) {
        [&]<std::size_t... Number>(std::index_sequence<Number...>) {
            (give<Number, To>(at), ...);
        }(std::make_index_sequence<ins.size()>{});
    }

private:
    template <std::size_t Number>
    static void take(const Forward<Arithmetic>& at) {
        for_each_pixel<ins[Number], Out>(at.first_band, at.last_band, [&](std::size_t in, std::size_t out) {
            std::copy_n(at.inputs[Number] + in, ins[Number].shape.channels, at.output + out + first(Number));
        });
    }
    template <std::size_t Number, Gradient To>
    static void give(const Backward<Arithmetic>& at) {
        if constexpr (To != Gradient::none)
            for_each_pixel<ins[Number], Out>([&](std::size_t in, std::size_t out) {
                const Stored* from = at.output_gradient + out + first(Number);
                Stored* to = at.input_gradients[Number] + in;
                for (std::size_t c = 0; c < ins[Number].shape.channels; ++c)
                    to[c] = To == Gradient::add ? to[c] + from[c] : from[c];
            });
    }
};

/// A join that puts the channels of its inputs one after the other.
template <std::size_t Count>
struct Concatenation : SpecDefaults {
    static constexpr Role role = Role::join;
    static constexpr std::size_t inputs = Count;

    template <class First, class... Rest>
    static constexpr Shape output(First first, Rest... rest) {
        return {first.height, first.width, (first.channels + ... + rest.channels)};
    }

    template <class Arithmetic, Layout Out, Layout... Ins>
    using Layer = ConcatenationLayer<Arithmetic, Out, Ins...>;
};

}  // namespace denim::inline DENIM_TARGET
