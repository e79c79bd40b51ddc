// SPDX-License-Identifier: MIT
#pragma once

#include <denim/layer/batch_norm.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/depthwise_conv.hpp>
#include <denim/layer/fusion.hpp>
#include <denim/tensor/aligned_array.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// A convolution whose weights and bias take in the scale and shift of the BatchNorm behind it.
template <kernel::Convolution Of, class Arithmetic, bool Bias, class Norm>
struct FoldedConvLayer : ConvLayer<Of, Arithmetic, Mode::inference> {
    using Base = ConvLayer<Of, Arithmetic, Mode::inference>;
    using typename Base::Stored;
    static constexpr std::size_t filters = Of.filters(), prepare_parts = 1;

    static void prepare(const Stored* parameters, Stored* prepared, std::size_t /*part*/) {
        const Stored *bias = parameters + Of.weights(), *rows = bias + (Bias ? filters : 0);
        AlignedArray<Stored> folded(Of.weights() + filters);
        Norm::template InferenceLayer<Arithmetic, Of.output, Of.output>::pass.fold(rows, {parameters, Of.weights()}, Bias ? bias : nullptr, folded.data());
        for (std::size_t part = 0; part < Base::prepare_parts; ++part) Base::prepare(folded.data(), prepared, part);
    }
};

namespace detail {

/// A linear convolution with what stands behind it in a trained network: a BatchNorm, and an activation that kernels have in registers.
template <class Convolution, class Norm, class Function>
struct FoldedConv : SpecDefaults {
    static constexpr bool exists = true;

    template <class Arithmetic>
    static constexpr Border border(Shape in) {
        return Convolution::template border<Arithmetic>(in);
    }

    static constexpr kernel::Convolution geometry(Layout in, Layout out) {
        kernel::Convolution folded = Convolution::geometry(in, out, epilogue_of<Function>);
        folded.bias = true;
        return folded;
    }
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = FoldedConvLayer<geometry(In, Out), Arithmetic, Convolution::bias, Norm>;
};

template <class Arithmetic, class Norm>
concept Folds = Arithmetic::policy != Policy::plain && is_batch_norm<Norm>;

}  // namespace detail

/// In a trained network BatchNorm behind a linear Conv costs nothing, and a ReLU or ReLU6 behind that next to nothing.
template <class Arithmetic, WindowSize Window, std::size_t Filters, class... Options, class Norm>
    requires(detail::Folds<Arithmetic, Norm> && Conv<Window, Filters, Options...>::linear)
struct Fused<Arithmetic, Mode::inference, Conv<Window, Filters, Options...>, Norm> : detail::FoldedConv<Conv<Window, Filters, Options...>, Norm, Linear> {};
template <class Arithmetic, WindowSize Window, std::size_t Filters, class... Options, class Norm, class Function>
    requires(detail::Folds<Arithmetic, Norm> && Conv<Window, Filters, Options...>::linear && detail::epilogue_of<Function> != kernel::Epilogue::linear)
struct Fused<Arithmetic, Mode::inference, Conv<Window, Filters, Options...>, Norm, Activation<Function>>
    : detail::FoldedConv<Conv<Window, Filters, Options...>, Norm, Function> {};

/// Likewise behind a linear DepthwiseConv.
template <class Arithmetic, WindowSize Window, class... Options, class Norm>
    requires(detail::Folds<Arithmetic, Norm> && DepthwiseConv<Window, Options...>::linear)
struct Fused<Arithmetic, Mode::inference, DepthwiseConv<Window, Options...>, Norm> : detail::FoldedConv<DepthwiseConv<Window, Options...>, Norm, Linear> {};
template <class Arithmetic, WindowSize Window, class... Options, class Norm, class Function>
    requires(detail::Folds<Arithmetic, Norm> && DepthwiseConv<Window, Options...>::linear && detail::epilogue_of<Function> != kernel::Epilogue::linear)
struct Fused<Arithmetic, Mode::inference, DepthwiseConv<Window, Options...>, Norm, Activation<Function>>
    : detail::FoldedConv<DepthwiseConv<Window, Options...>, Norm, Function> {};

static_assert(check_fused<Mode::inference, Shape{8, 8, 3}, Conv<1, 8, Linear>, BatchNorm>());
static_assert(check_fused<Mode::inference, Shape{8, 8, 16}, DepthwiseConv<3, Linear>, BatchNorm, Activation<ReLU6>>());

}  // namespace denim::inline DENIM_TARGET
