// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (1, 1, H W C), in that order. Dense does so by itself; for layers that work on one row of numbers.

#include <denim/layer/check_layer.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/pixels.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

template <class Arithmetic, Layout Out, Layout In>
struct FlattenLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        for_each_number<In>([&](std::size_t flat, std::size_t place) { at.output[Out.offset(0, 0) + flat] = at.input()[place]; });
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        if constexpr (Input == Gradient::none) return;
        for_each_number<In>([&](std::size_t flat, std::size_t place) {
            Stored& dx = at.input_gradient()[place];
            dx = (Input == Gradient::add ? dx : Stored{0}) + at.output_gradient[Out.offset(0, 0) + flat];
        });
    }
};

/// A picture as one pixel of many channels.
struct Flatten : SpecDefaults {
    static constexpr Shape output(Shape in) { return {1, 1, in.size()}; }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = FlattenLayer<Arithmetic, Out, In>;
};

static_assert(check_layer<Flatten, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
