// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (top + H + bottom, left + W + right, C): zeros around a picture, as a layer. The option Padding of Conv and Pool has no pass of
// its own.

#include <denim/layer/concept.hpp>
#include <denim/layer/options.hpp>
#include <denim/layer/part_of_picture.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Such a picture bound to its layouts: what came is a part of what leaves.
template <class Arithmetic, Layout Out, Layout In, Border Zeros>
struct PadLayer : LayerDefaults<Arithmetic> {
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) { Part::template put<Gradient::write>(at.input(), at.output); }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        if constexpr (Input != Gradient::none) Part::template take<Input>(at.output_gradient, at.input_gradient());
    }

private:
    using Part = detail::PartOfPicture<Out, In, Zeros.top, Zeros.left, 0>;
};

/// Zeros around a picture: Pad<1> all around, Pad<0, 0, 1, 1> as many above, to the left, below and to the right. A number that is a NaN stays one.
template <std::size_t... Zeros>
struct Pad : SpecDefaults {
    static_assert(sizeof...(Zeros) == 1 || sizeof...(Zeros) == 4,
                  "denim: Pad: one number was expected, or four: above, to the left, below and to the right.");

    static constexpr Border zeros = detail::zeros_of<Padding<Zeros...>>;

    static constexpr Shape output(Shape in) { return {zeros.top + in.height + zeros.bottom, zeros.left + in.width + zeros.right, in.channels}; }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = PadLayer<Arithmetic, Out, In, zeros>;
};

// The closing line stands in tests/runtime/layer/pad.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
