// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (H', W', C'): what branches of one input give, multiplied number by number. Gate multiplies by one number for each channel.

#include <denim/layer/branches.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/pixels.hpp>

#include <array>
#include <cstddef>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// The product of pictures of one shape, number by number, bound to its layouts.
template <class Arithmetic, Layout Out, Layout... Ins>
struct ProductOfLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    using Computed = typename Arithmetic::Computed;
    static constexpr std::size_t count = sizeof...(Ins), channels = Out.shape.channels;
    static constexpr std::array<Layout, count> ins{Ins...};
    static constexpr std::size_t bands = Out.shape.height, operations = (count - 1) * Out.shape.size();
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        [&]<std::size_t... Number>(std::index_sequence<Number...>) {
            for_each_row_and_column<Out.shape>(at.first_band, at.last_band, [&](std::size_t y, std::size_t x) {
                const auto multiply = [to = at.output + Out.offset(y, x)](auto... inputs) {
                    for (std::size_t c = 0; c < channels; ++c) to[c] = static_cast<Stored>((... * Computed(inputs[c])));
                };
                multiply((at.inputs[Number] + Ins.offset(y, x))...);
            });
        }(std::make_index_sequence<count>{});
    }
    template <Gradient... To>
    static void backward(const Backward<Arithmetic>& at) {
        [&]<std::size_t... Number>(std::index_sequence<Number...>) {
            (give<Number, To>(at), ...);
        }(std::make_index_sequence<count>{});
    }

private:
    // The gradient times all other inputs.
    template <std::size_t Number, Gradient To>
    static void give(const Backward<Arithmetic>& at) {
        if constexpr (To != Gradient::none)
            for_each_row_and_column<Out.shape>([&](std::size_t y, std::size_t x) {
                const Stored* dy = at.output_gradient + Out.offset(y, x);
                Stored* dx = at.input_gradients[Number] + ins[Number].offset(y, x);
                for (std::size_t c = 0; c < channels; ++c) {
                    Computed gradient = dy[c];
                    for (std::size_t other = 0; other < count; ++other)
                        if (other != Number) gradient *= (at.inputs[other] + ins[other].offset(y, x))[c];
                    dx[c] = static_cast<Stored>(To == Gradient::add ? dx[c] + gradient : gradient);
                }
            });
    }
};

/// A join that multiplies values, number by number.
template <std::size_t Count>
struct MultiplicationOf : JoinOfEqualShapes<Count> {
    template <class Arithmetic, Layout Out, Layout... Ins>
    using Layer = ProductOfLayer<Arithmetic, Out, Ins...>;
};

/// The product of 2 to 8 branches that get the same input and give one shape: Product<Conv<3, 8, Linear>, Conv<3, 8, Sigmoid>>. An empty
/// Sequential gives its input. An infinity times zero makes a NaN, and a NaN stays one.
template <class... Branches>
struct Product {
    static_assert(sizeof...(Branches) >= 2 && sizeof...(Branches) <= max_inputs, "denim: Product: there must be 2 to 8 branches.");

    /// The join at the end.
    struct Multiplied : MultiplicationOf<sizeof...(Branches)> {
        template <Shape... Got>
        struct Problem {
            static_assert(Multiplied::accepts(Got...), "denim: Product: the branches give different shapes, so they cannot be multiplied; give them "
                                                       "the same strides, Same or windows of the same size, and as many filters at their ends.");
        };
    };

    using Expanded = branches<Multiplied, Branches...>;  // its closing line stands in tests/runtime/layer/product.cpp: every program would pay for it
};

}  // namespace denim::inline DENIM_TARGET
