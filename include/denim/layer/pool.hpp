// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> ((H - Window) / stride + 1, columns alike, C): the largest number of each window, channel by channel.

#include <denim/layer/concept.hpp>
#include <denim/layer/options.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET {

/// A max pool bound to its layouts. Forward records which number of each window won (row by row; the first of equals), backward
/// gives the gradient to it.
template <class Arithmetic, Layout Out, Layout In, std::size_t Window, std::size_t Step>
struct MaxPoolLayer : LayerDefaults<typename Arithmetic::Scalar> {
    static_assert(Window <= 16, "denim: MaxPool: windows of more than 16 x 16 are not supported.");
    using Scalar = typename Arithmetic::Scalar;

    static constexpr std::size_t record_size = Out.shape.size();
    static constexpr std::size_t operations = Out.shape.size() * Window * Window;

    static void forward(const Forward<Scalar>& at) {
        constexpr std::size_t channels = Out.shape.channels;
        std::uint8_t winners[channels];
        for (std::size_t y = 0; y < Out.shape.height; ++y)
            for (std::size_t x = 0; x < Out.shape.width; ++x) {
                Scalar* best = at.output + Out.offset(y, x);
                const Scalar* corner = at.input() + In.offset(y * Step, x * Step);
                for (std::size_t c = 0; c < channels; ++c) best[c] = corner[c], winners[c] = 0;
                for (std::size_t q = 1; q < Window * Window; ++q) {
                    const Scalar* candidate = corner + q / Window * In.row() + q % Window * In.stride;
                    for (std::size_t c = 0; c < channels; ++c) {
                        const bool better = candidate[c] > best[c];
                        best[c] = better ? candidate[c] : best[c];
                        winners[c] = better ? static_cast<std::uint8_t>(q) : winners[c];
                    }
                }
                if (at.record)
                    for (std::size_t c = 0; c < channels; ++c) at.record[(y * Out.shape.width + x) * channels + c] = winners[c];
            }
    }

    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input == Gradient::none) return;
        constexpr std::size_t channels = Out.shape.channels;
        if constexpr (Input == Gradient::write)
            for (std::size_t y = 0; y < In.shape.height; ++y)
                std::fill_n(at.input_gradient() + In.offset(y, 0), In.shape.width * In.stride, Scalar{0});
        for (std::size_t y = 0; y < Out.shape.height; ++y)
            for (std::size_t x = 0; x < Out.shape.width; ++x) {
                const Scalar* gradient = at.output_gradient + Out.offset(y, x);
                const std::uint8_t* winners = at.record + (y * Out.shape.width + x) * channels;
                Scalar* corner = at.input_gradient() + In.offset(y * Step, x * Step);
                for (std::size_t c = 0; c < channels; ++c)
                    corner[winners[c] / Window * In.row() + winners[c] % Window * In.stride + c] += gradient[c];
            }
    }
};

/// Pooling over windows of Window x Window; the step is the window's size unless Stride<N> says otherwise. Operation: Max.
template <class Operation, std::size_t Window, class... Options>
struct Pool : SpecDefaults {
    static_assert(std::same_as<Operation, Max>, "denim: Pool: the operation must be Max.");
    static_assert(Window > 0, "denim: Pool: the window needs at least one row and column.");
    static_assert(detail::only<>::among<Options...>, "denim: Pool: an option is not Stride<N>.");

    static constexpr std::size_t stride = detail::stride_or<Options...>(Window);

    static constexpr bool accepts(Shape in) { return in.height >= Window && in.width >= Window; }
    static constexpr Shape output(Shape in) {
        return {(in.height - Window) / stride + 1, (in.width - Window) / stride + 1, in.channels};
    }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = MaxPoolLayer<Arithmetic, Out, In, Window, stride>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In), "denim: MaxPool: the window does not fit the picture that it gets; remove a pool or enlarge the image.");
    };
};

/// The largest of each 2 x 2 window, at stride 2.
using MaxPool = Pool<Max, 2>;

static_assert(Spec<MaxPool> && Layer<MaxPool::Layer<Fast, Layout{{2, 2, 8}, {}, 16}, Layout{{5, 4, 8}, {}, 16}>>);

}  // namespace denim::inline DENIM_TARGET
