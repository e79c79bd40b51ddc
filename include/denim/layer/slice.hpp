// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (H, W, Count): some of the channels, one behind the other.

#include <denim/layer/concept.hpp>
#include <denim/layer/part_of_picture.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// The channels from First to First + Count - 1 of what comes: Slice<0, 16>, x[..., First:First + Count]. A number that stays is as it was, a
/// NaN too; to other channels goes a gradient of zero. SplitChannels gives each of its branches a run of channels.
template <std::size_t First, std::size_t Count>
struct Slice : SpecDefaults {
    static_assert(Count > 0, "denim: Slice: at least one channel was expected.");

    static constexpr bool channels_in_order = true;  // a picture that was flattened otherwise has other channels there

    static constexpr bool accepts(Shape in) { return First < in.channels && Count <= in.channels - First; }
    static constexpr Shape output(Shape in) { return {in.height, in.width, Count}; }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = PartLayer<Arithmetic, Out, In, 0, 0, First>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In), "denim: Slice: the picture that it gets has no such channels; First + Count must not be more than it has.");
    };
};

// The closing line stands in tests/runtime/layer/slice.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
