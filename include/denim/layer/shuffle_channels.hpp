// SPDX-License-Identifier: MIT
#pragma once

// Shape kept: the channels of each pixel in another order, the first of every group, then the second of every group, and so on. Zhang et al.,
// "ShuffleNet" (2018).

#include <denim/layer/concept.hpp>
#include <denim/layer/pixels.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// The order bound to its layouts: channel `n` of group `g` becomes channel n * Groups + g.
template <class Arithmetic, Layout Out, Layout In, std::size_t Groups>
struct ShuffleLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    static constexpr std::size_t bands = In.shape.height;
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        for_each_pixel<In, Out>(at.first_band, at.last_band, [&](std::size_t in, std::size_t out) {
            const Stored* from = at.input() + in;
            Stored* to = at.output + out;
            each_channel([&](std::size_t before, std::size_t behind) { to[behind] = from[before]; });
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        if constexpr (Input != Gradient::none)
            for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                const Stored* from = at.output_gradient + out;
                Stored* to = at.input_gradient() + in;
                each_channel([&](std::size_t before, std::size_t behind) {
                    to[before] = Input == Gradient::add ? to[before] + from[behind] : from[behind];
                });
            });
    }

private:
    template <class Act>
    static void each_channel(Act act) {
        constexpr std::size_t size = In.shape.channels / Groups;
        for (std::size_t n = 0; n < size; ++n)
            for (std::size_t group = 0; group < Groups; ++group) act(group * size + n, n * Groups + group);
    }
};

/// What grouped convolutions see next comes from every group: ShuffleChannels<2> behind a SplitChannels or a Conv<1, 64, Groups<2>>. Numbers
/// move and none changes, a NaN neither.
template <std::size_t Groups>
struct ShuffleChannels : SpecDefaults {
    static_assert(Groups > 0, "denim: ShuffleChannels: at least one group was expected.");

    static constexpr bool channels_in_order = Groups > 1;  // a picture that was flattened otherwise has other groups

    static constexpr bool accepts(Shape in) { return in.channels % std::max<std::size_t>(Groups, 1) == 0; }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = ShuffleLayer<Arithmetic, Out, In, std::max<std::size_t>(Groups, 1)>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In), "denim: ShuffleChannels: its groups must divide the channels that it gets.");
    };
};

// The closing line stands in tests/runtime/layer/shuffle_channels.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
