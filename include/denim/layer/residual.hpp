// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (H, W, C): what the inner layers make of the input, plus the input. He et al., "Deep residual learning" (2016).

#include <denim/layer/check_layer.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/concept.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// The sum of two pictures, number by number, bound to its layouts.
template <class Arithmetic, Layout Out, Layout Skip, Layout Main>
struct SumLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t operations = Out.shape.size();
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        for_each_pixel([&](std::size_t y, std::size_t x) {
            Scalar* sum = at.output + Out.offset(y, x);
            const Scalar *skip = at.inputs[0] + Skip.offset(y, x), *main = at.inputs[1] + Main.offset(y, x);
            for (std::size_t c = 0; c < Out.shape.channels; ++c) sum[c] = main[c] + skip[c];
        });
    }
    template <Gradient ToSkip, Gradient ToMain>
    static void backward(const Backward<Scalar>& at) {
        give<ToSkip, Skip>(at.output_gradient, at.input_gradients[0]);
        give<ToMain, Main>(at.output_gradient, at.input_gradients[1]);
    }

private:
    template <Gradient To, Layout In>
    static void give(const Scalar* gradient, Scalar* input_gradient) {
        if constexpr (To != Gradient::none)
            for_each_pixel([&](std::size_t y, std::size_t x) {
                const Scalar* from = gradient + Out.offset(y, x);
                Scalar* to = input_gradient + In.offset(y, x);
                for (std::size_t c = 0; c < Out.shape.channels; ++c) to[c] = To == Gradient::add ? to[c] + from[c] : from[c];
            });
    }
    template <class Each>
    static void for_each_pixel(Each each) {
        for (std::size_t y = 0; y < Out.shape.height; ++y)
            for (std::size_t x = 0; x < Out.shape.width; ++x) each(y, x);
    }
};

/// A join that adds two values, number by number.
struct Addition : SpecDefaults {
    static constexpr Role role = Role::join;
    static constexpr std::size_t inputs = 2;
};

/// Adds the input to what the inner layers make of it; they must keep its shape.
template <class... Inner>
struct Residual {
    /// The join at the end: the input that the fork remembered, and the branch through the inner layers.
    struct Sum : Addition {
        static constexpr bool accepts(Shape skip, Shape main) { return main == skip; }
        static constexpr Shape output(Shape skip, Shape /*main*/) { return skip; }

        template <class Arithmetic, Layout Out, Layout Skip, Layout Main>
        using Layer = SumLayer<Arithmetic, Out, Skip, Main>;

        template <Shape Skip, Shape Main>
        struct Problem {
            static_assert(accepts(Skip, Main),
                          "denim: Residual: the inner layers change the shape, so their result cannot be added to the input; "
                          "give them Same, stride 1 and as many filters as the input has channels.");
        };
    };

    using Expanded = List<Fork, Inner..., Sum>;
};

static_assert(check_layer<Residual<>::Sum, Shape{2, 2, 8}, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
