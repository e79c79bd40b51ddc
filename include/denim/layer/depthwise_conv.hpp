// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (H', W', C): each channel is convolved with a window of its own, H' and W' as those of Conv. Weights (rows,
// columns, C). Howard et al., "MobileNets" (2017).

#include <denim/layer/check_layer.hpp>
#include <denim/layer/conv_windows.hpp>

#include <array>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Convolution of each channel by itself, with windows of Window, a side or Window<Rows, Columns>. Options: Same, Valid or Padding<...>,
/// Stride<...>, Dilation<...>, an activation (ReLU unless said otherwise; Linear for none), NoBias, GlorotUniform, GlorotNormal, HeUniform,
/// HeNormal.
template <WindowSize Window, class... Options>
struct DepthwiseConv : ConvWindows<Window, Options...> {
    using Windows = ConvWindows<Window, Options...>;

    static constexpr bool known = ((detail::only<Same, Valid, NoBias>::among<Options> || detail::is_initialiser<Options> ||
                                    detail::passes_as_activation<Options> || detail::is_dilation<Options>) &&
                                   ...);
    static_assert(known,
                  "denim: DepthwiseConv: an option is not one of Same, Valid, Padding<...>, Stride<...>, Dilation<...>, NoBias, GlorotUniform, "
                  "GlorotNormal, HeUniform, HeNormal, or an activation.");
    static_assert(detail::one_of_a_kind<Options...>(),
                  "denim: DepthwiseConv: options contradict each other; take one at most of Same, Valid and Padding, and one Stride, "
                  "Dilation, initialiser and activation.");

    static constexpr bool accepts(Shape in) { return Windows::fits(in); }
    static constexpr Shape output(Shape in) { return {Windows::rows.count(in.height), Windows::columns.count(in.width), in.channels}; }
    static constexpr auto parameters(Shape in) {
        // Keras counts the fans of the shape (rows, columns, C, 1).
        const Parameter weights{"weights",
                                {Window.rows, Window.columns, in.channels},
                                detail::initial_of<Options...>(),
                                true,
                                Moved::by_gradient,
                                Window.count() * in.channels,
                                Window.count()};
        if constexpr (Windows::bias)
            return std::array{weights, Parameter{"bias", {in.channels}}};
        else
            return std::array{weights};
    }

    static constexpr kernel::Convolution geometry(Layout in, Layout out, kernel::Epilogue with) {
        return Windows::convolution(in, out, with, in.shape.channels);
    }
    template <class Arithmetic>
    static constexpr Border border(Shape in) {
        return Windows::template border_of<Arithmetic>(in, in.channels, Windows::epilogue, in.channels);
    }

    template <class Arithmetic, Layout Out, Layout In, Mode For>
    using BoundTo = detail::activated<ConvLayer<geometry(In, Out, Windows::epilogue), Arithmetic, For>,
                                      typename Windows::Behind, Out>;
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = BoundTo<Arithmetic, Out, In, Mode::training>;
    template <class Arithmetic, Layout Out, Layout In>
    using InferenceLayer = BoundTo<Arithmetic, Out, In, Mode::inference>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In),
                      "denim: DepthwiseConv: the window does not fit the picture that it gets; choose Same, a Padding or a "
                      "smaller window, or enlarge the image.");
    };
};

static_assert(Spec<DepthwiseConv<3, Same, Stride<2>, Linear>>);
static_assert(check_layer<DepthwiseConv<3>, Shape{8, 8, 16}>());

}  // namespace denim::inline DENIM_TARGET
