// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (H', W', C1 + C2 + ...): the channels are cut into as many runs as there are branches, each branch gets its run, and their
// channels stand one after the other in what leaves. Ma et al., "ShuffleNet V2" (2018); Wang et al., "CSPNet" (2020).

#include <denim/layer/branches.hpp>
#include <denim/layer/parallel.hpp>
#include <denim/layer/slice.hpp>

#include <cstddef>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// The channels of one branch of a SplitChannels, as a layer of its own: run `Number` of `Count` of equal size.
template <std::size_t Number, std::size_t Count>
struct ChannelRun : SpecDefaults {
    static constexpr bool of_composition = true, channels_in_order = true;

    static constexpr bool accepts(Shape in) { return in.channels % Count == 0; }
    static constexpr Shape output(Shape in) { return {in.height, in.width, in.channels / Count}; }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = PartLayer<Arithmetic, Out, In, 0, 0, Number * Out.shape.channels>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In), "denim: SplitChannels: the number of its branches must divide the channels that it gets; for runs of other sizes "
                                   "write Parallel with a Slice<First, Count> at the beginning of each branch.");
    };
};

namespace detail {

template <class Join, class Sequence, class... Branches>
struct SplitList;
template <class Join, std::size_t... Index, class First, class... Rest>
struct SplitList<Join, std::index_sequence<Index...>, First, Rest...> {
    static constexpr std::size_t count = 1 + sizeof...(Rest);
    template <std::size_t Number, class Branch>
    using Next = List<Turn<Number + 1 == count>, ChannelRun<Number, count>, Branch>;
    using type = decltype((List<Fork, ChannelRun<0, count>, First>{} + ... + Next<Index + 1, Rest>{}) + List<Join>{});
};

}  // namespace detail

/// Branches side by side, each with its run of the channels: SplitChannels<Sequential<>, Sequential<Conv<3, 32, Same>>> leaves the first half
/// as it is. Their pictures must be of one size.
template <class... Branches>
struct SplitChannels {
    static_assert(sizeof...(Branches) >= 2 && sizeof...(Branches) <= max_inputs, "denim: SplitChannels: there must be 2 to 8 branches.");

    /// The join at the end.
    struct Concatenated : SideBySide<sizeof...(Branches)> {
        template <Shape... Got>
        struct Problem {
            static_assert(Concatenated::accepts(Got...),
                          "denim: SplitChannels: the branches give pictures of different sizes, so their channels cannot stand side by side; give "
                          "them the same strides, and Same or windows of the same size.");
        };
    };

    using Expanded = typename detail::SplitList<Concatenated, std::make_index_sequence<sizeof...(Branches) - 1>, Branches...>::type;
};

// The closing line stands in tests/runtime/layer/split_channels.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
