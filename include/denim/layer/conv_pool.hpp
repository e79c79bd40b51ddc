// SPDX-License-Identifier: MIT
#pragma once

#include <denim/layer/check_layer.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/fusion.hpp>
#include <denim/layer/pool.hpp>

namespace denim::inline DENIM_TARGET {

/// Conv with ReLU, then a 2 x 2 pool: the picture before the pool is never stored, the pool keeps the place of its maximum. Where
/// every channel has a group of its own, the depthwise kernel, which knows no pool, is quicker.
template <class Arithmetic, Mode For, WindowSize Window, std::size_t Filters, class... Options>
    requires(Arithmetic::policy != Policy::plain && Conv<Window, Filters, Options...>::relu && Conv<Window, Filters, Options...>::dilation == 1 &&
             (Conv<Window, Filters, Options...>::groups == 1 || Conv<Window, Filters, Options...>::groups < Filters))
struct Fused<Arithmetic, For, Conv<Window, Filters, Options...>, MaxPool> : SpecDefaults {
    using Convolution = Conv<Window, Filters, Options...>;
    static constexpr bool exists = true;

    template <class>
    static constexpr Border border(Shape in) {
        return Convolution::template border<Arithmetic>(in, kernel::Epilogue::relu_pool);
    }

    template <class, Layout Out, Layout In>
    using Layer = ConvLayer<Convolution::geometry(In, Out, kernel::Epilogue::relu_pool), Arithmetic, For>;
};

static_assert(check_fused<Mode::training, Shape{8, 8, 3}, Conv<1, 8>, MaxPool>());

}  // namespace denim::inline DENIM_TARGET
