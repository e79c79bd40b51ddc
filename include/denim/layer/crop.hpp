// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (H - top - bottom, W - left - right, C): a picture without some of its rows and columns.

#include <denim/layer/concept.hpp>
#include <denim/layer/options.hpp>
#include <denim/layer/part_of_picture.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Takes pixels away: Crop<1> all around, Crop<0, 0, 1, 1> as many above, to the left, below and to the right. A number that stays is as it
/// was, a NaN too; to what is taken away goes a gradient of zero.
template <std::size_t... Pixels>
struct Crop : SpecDefaults {
    static_assert(sizeof...(Pixels) == 1 || sizeof...(Pixels) == 4,
                  "denim: Crop: one number was expected, or four: above, to the left, below and to the right.");

    static constexpr Border edge = detail::zeros_of<Padding<Pixels...>>;

    static constexpr bool accepts(Shape in) { return in.height > edge.top + edge.bottom && in.width > edge.left + edge.right; }
    static constexpr Shape output(Shape in) { return {in.height - edge.top - edge.bottom, in.width - edge.left - edge.right, in.channels}; }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = PartLayer<Arithmetic, Out, In, edge.top, edge.left, 0>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In), "denim: Crop: nothing is left of the picture that it gets; take less away or enlarge the image.");
    };
};

// The closing line stands in tests/runtime/layer/crop.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
