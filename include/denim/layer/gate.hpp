// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (H, W, C): the input times what the inner layers make of it, (H, W, C) or one number for each channel, (1, 1,
// C). Hu et al., "Squeeze-and-excitation networks" (2018).

#include <denim/layer/check_layer.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/pixels.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// The product of a picture and its gate, bound to their layouts.
template <class Arithmetic, Layout Out, Layout In, Layout Inner>
struct ProductLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    using Computed = typename Arithmetic::Computed;
    static constexpr std::size_t channels = Out.shape.channels, operations = Out.shape.size();
    static constexpr bool one_gate = Inner.shape != Out.shape;  // for all pixels
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        each_pixel([&](std::size_t in, std::size_t inner, std::size_t out) {
            const Stored *x = at.inputs[0] + in, *gate = at.inputs[1] + inner;
            for (std::size_t c = 0; c < channels; ++c) at.output[out + c] = x[c] * gate[c];
        });
    }
    template <Gradient ToIn, Gradient ToInner>
    static void backward(const Backward<Arithmetic>& at) {
        constexpr bool summed = one_gate && Arithmetic::policy == Policy::plain && ToInner != Gradient::none;  // number by number, rounded once
        if constexpr (one_gate && !summed && ToInner == Gradient::write)
            std::fill_n(at.input_gradients[1] + Inner.offset(0, 0), channels, Stored{0});
        each_pixel([&](std::size_t in, std::size_t inner, std::size_t out) {
            const Stored *dy = at.output_gradient + out, *x = at.inputs[0] + in, *gate = at.inputs[1] + inner;
            if constexpr (ToIn != Gradient::none) {
                Stored* dx = at.input_gradients[0] + in;
                for (std::size_t c = 0; c < channels; ++c)
                    dx[c] = static_cast<Stored>((ToIn == Gradient::add ? dx[c] : Stored{0}) + Computed(dy[c]) * gate[c]);
            }
            if constexpr (ToInner != Gradient::none && !summed) {
                Stored* to_gate = at.input_gradients[1] + inner;
                for (std::size_t c = 0; c < channels; ++c)
                    to_gate[c] = static_cast<Stored>((one_gate || ToInner == Gradient::add ? to_gate[c] : Stored{0}) + Computed(dy[c]) * x[c]);
            }
        });
        if constexpr (summed)
            for (std::size_t c = 0; c < channels; ++c) {
                Stored& to_gate = at.input_gradients[1][Inner.offset(0, 0) + c];
                Computed sum = ToInner == Gradient::add ? to_gate : Stored{0};
                each_pixel([&](std::size_t in, std::size_t, std::size_t out) { sum += Computed(at.output_gradient[out + c]) * at.inputs[0][in + c]; });
                to_gate = static_cast<Stored>(sum);
            }
    }

private:
    template <class Each>
    static void each_pixel(Each each) {
        for (std::size_t y = 0; y < Out.shape.height; ++y)
            for (std::size_t x = 0; x < Out.shape.width; ++x)
                each(In.offset(y, x), one_gate ? Inner.offset(0, 0) : Inner.offset(y, x), Out.offset(y, x));
    }
};

/// A join that multiplies two values.
struct Multiplication : SpecDefaults {
    static constexpr Role role = Role::join;
    static constexpr std::size_t inputs = 2;
};

/// Multiplies the input by what the inner layers make of it; they must keep its shape, or give one number for each channel.
template <class... Inner>
struct Gate {
    /// The join at the end: the input that the fork remembered, and the branch through the inner layers.
    struct Product : Multiplication {
        static constexpr bool accepts(Shape in, Shape inner) { return inner == in || inner == Shape{1, 1, in.channels}; }
        static constexpr Shape output(Shape in, Shape /*inner*/) { return in; }

        template <class Arithmetic, Layout Out, Layout In, Layout InnerResult>
        using Layer = ProductLayer<Arithmetic, Out, In, InnerResult>;

        template <Shape In, Shape InnerResult>
        struct Problem {
            static_assert(accepts(In, InnerResult),
                          "denim: Gate: the inner layers must keep the shape of the input, or give one number for each "
                          "of its channels; let them end in as many outputs as it has channels.");
        };
    };

    using Expanded = List<Fork, Inner..., Product>;
};

namespace detail {

template <std::size_t Channels, std::size_t Reduction>
consteval std::size_t squeezed() {
    static_assert(Reduction > 0, "denim: SqueezeExcite: the reduction must be at least 1.");
    return std::max<std::size_t>(Channels / std::max<std::size_t>(Reduction, 1), 1);
}

}  // namespace detail

/// Squeeze-and-excitation of a picture with so many channels: each is multiplied by a number from 0 to 1 that all of them
/// decide.
template <std::size_t Channels, std::size_t Reduction = 16>
using SqueezeExcite =
    Gate<GlobalPool<Average>, Dense<detail::squeezed<Channels, Reduction>(), ReLU>, Dense<Channels, Sigmoid>>;

static_assert(check_layer<Gate<>::Product, Shape{2, 2, 8}, Shape{1, 1, 8}>());

}  // namespace denim::inline DENIM_TARGET
