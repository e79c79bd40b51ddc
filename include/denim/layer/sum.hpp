// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (H', W', C'): what branches of one input give, added number by number.

#include <denim/layer/branches.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/pixels.hpp>

#include <cstddef>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// The sum of pictures of one shape, number by number, bound to its layouts: of the first two, and that with each of the others.
template <class Arithmetic, Layout Out, Layout... Ins>
struct SumLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    using Computed = typename Arithmetic::Computed;
    static constexpr std::size_t bands = Out.shape.height, operations = (sizeof...(Ins) - 1) * Out.shape.size();
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        for_each_sum(at, [](Stored*) {});
    }
    template <Gradient... To>
    static void backward(const Backward<Arithmetic>& at) {
        [&]<std::size_t... Number>(std::index_sequence<Number...>) {
            (give<To, Ins>(at.output_gradient, at.input_gradients[Number]), ...);
        }(std::make_index_sequence<sizeof...(Ins)>{});
    }

protected:
    // Pixels that are added at a time, and their numbers.
    static constexpr std::size_t run = pixels_side_by_side<Out, Ins...>, run_size = run * Out.shape.channels;

    // Calls then(sum) behind the sum of each run.
    template <class Then>
    static void for_each_sum(const Forward<Arithmetic>& at, Then then) {
        [&]<std::size_t... Number>(std::index_sequence<Number...>) {
            for_each_run(at.first_band, at.last_band, [&](std::size_t y, std::size_t x) {
                Stored* const sum = at.output + Out.offset(y, x);
                add(sum, (at.inputs[Number] + Ins.offset(y, x))...);
                then(sum);
            });
        }(std::make_index_sequence<sizeof...(Ins)>{});
    }
    template <class Each>
    static void for_each_run(std::size_t first, std::size_t last, Each each) {
        for (std::size_t y = first; y < last; ++y)
            for (std::size_t x = 0; x < Out.shape.width; x += run) each(y, x);
    }

private:
    template <class... Inputs>
    static void add(Stored* sum, Inputs... inputs) {
        for (std::size_t c = 0; c < run_size; ++c) sum[c] = static_cast<Stored>((... + Computed(inputs[c])));
    }
    template <Gradient To, Layout In>
    static void give(const Stored* gradient, Stored* input_gradient) {
        if constexpr (To != Gradient::none)
            for_each_run(0, Out.shape.height, [&](std::size_t y, std::size_t x) {
                const Stored* from = gradient + Out.offset(y, x);
                Stored* to = input_gradient + In.offset(y, x);
                for (std::size_t c = 0; c < run_size; ++c) to[c] = To == Gradient::add ? to[c] + from[c] : from[c];
            });
    }
};

/// A join that adds values, number by number.
template <std::size_t Count>
struct AdditionOf : JoinOfEqualShapes<Count> {
    template <class Arithmetic, Layout Out, Layout... Ins>
    using Layer = SumLayer<Arithmetic, Out, Ins...>;
};

/// The sum of 2 to 8 branches that get the same input and give one shape: Sum<Sequential<Conv<3, 8, Same, Linear>, BatchNorm>, Conv<1, 8, Linear>>.
/// An empty Sequential gives its input. Infinities of opposite signs make a NaN, and a NaN stays one.
template <class... Branches>
struct Sum {
    static_assert(sizeof...(Branches) >= 2 && sizeof...(Branches) <= max_inputs, "denim: Sum: there must be 2 to 8 branches.");

    /// The join at the end.
    struct Added : AdditionOf<sizeof...(Branches)> {
        template <Shape... Got>
        struct Problem {
            static_assert(Added::accepts(Got...), "denim: Sum: the branches give different shapes, so they cannot be added; give them the same "
                                                  "strides, Same or windows of the same size, and as many filters at their ends.");
        };
    };

    using Expanded = branches<Added, Branches...>;
};

static_assert(check_layer<AdditionOf<2>, Shape{2, 2, 8}, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
