// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> ((H - Window) / stride + 1, columns alike, C): the largest number of each window, channel by channel.

#include <denim/kernel/plain_pool.hpp>
#include <denim/kernel/pool.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/options.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

/// A max pool bound to its layouts. Forward records which number of each window won (row by row; the first of equals), backward
/// gives the gradient to it.
template <class Arithmetic, Layout Out, Layout In, std::size_t Window, std::size_t Step>
struct MaxPoolLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    using Kernel = std::conditional_t<Arithmetic::plain, kernel::PlainMaxPool<Out, In, Window, Step, Scalar>, kernel::MaxPool<Out, In, Window, Step>>;

    static constexpr std::size_t record_size = Kernel::record_size;
    static constexpr std::size_t operations = Out.shape.size() * Window * Window;

    static void forward(const Forward<Scalar>& at) { Kernel::forward(at.input(), at.output, at.record); }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        Kernel::template backward<Input>(at.output_gradient, at.record, at.input_gradient());
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
