// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (H', W', Filters): convolution, bias, activation. With reach = (rows of the window - 1) * dilation + 1,
// H' = (H + zeros - reach) / stride + 1, and with Same H' = ceil(H / stride). Columns alike. Weights (rows, columns, C / groups,
// Filters).

#include <denim/layer/batch_conv.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/conv_windows.hpp>

#include <array>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Convolution with Filters kernels of Window, a side or Window<Rows, Columns>. Options: Same, Valid or Padding<...>, Stride<N> or Stride<Rows,
/// Columns>, Dilation<...> likewise, Groups<N>, an activation (ReLU unless said otherwise; Linear for none), NoBias, GlorotUniform,
/// GlorotNormal, HeUniform, HeNormal, Algorithm<Direct or Transformed>.
template <WindowSize Window, std::size_t Filters, class... Options>
struct Conv : ConvWindows<Window, Options...> {
    using Windows = ConvWindows<Window, Options...>;
    static constexpr std::size_t groups = detail::groups_among<Options...>;

    static_assert(Filters > 0, "denim: Conv: there must be at least one filter.");
    static constexpr bool known = ((detail::only<Same, Valid, NoBias>::among<Options> || detail::is_initialiser<Options> ||
                                    detail::passes_as_activation<Options> || detail::is_dilation<Options> ||
                                    detail::group_count_of<Options> > 0 || detail::choice_of<Options> != kernel::Choice::fastest) &&
                                   ...);
    static_assert(known,
                  "denim: Conv: an option is not one of Same, Valid, Padding<...>, Stride<...>, Dilation<...>, Groups<N>, NoBias, GlorotUniform, "
                  "GlorotNormal, HeUniform, HeNormal, Algorithm<...>, or an activation.");
    static_assert(detail::one_of_a_kind<Options...>(),
                  "denim: Conv: options contradict each other; take one at most of Same, Valid and Padding, and one Stride, "
                  "Dilation, Groups, initialiser, Algorithm and activation.");
    static_assert(Windows::choice != kernel::Choice::transformed ||
                      (Windows::stride == 1 && (Window == 3 || Window == 5 || Window == 7)),
                  "denim: Conv: Algorithm<Transformed> takes square windows of 3, 5 or 7 at stride 1; use Algorithm<Direct>, or leave "
                  "the choice out.");
    static_assert(Filters % groups == 0,
                  "denim: Conv: Groups<N> must divide the number of filters; each group has as many as the others.");

    static constexpr bool accepts(Shape in) { return Windows::fits(in) && in.channels % groups == 0; }
    static constexpr Shape output(Shape in) { return {Windows::rows.count(in.height), Windows::columns.count(in.width), Filters}; }
    static constexpr auto parameters(Shape in) {
        const std::size_t channels = in.channels / groups;
        const Parameter weights{"weights",          {Window.rows, Window.columns, channels, Filters}, detail::initial_of<Options...>(), true,
                                Moved::by_gradient, Window.count() * channels,          Window.count() * Filters};
        if constexpr (Windows::bias)
            return std::array{weights, Parameter{"bias", {Filters}}};
        else
            return std::array{weights};
    }

    static constexpr kernel::Convolution geometry(Layout in, Layout out, kernel::Epilogue with) {
        return Windows::convolution(in, out, with, groups);
    }
    template <class Arithmetic>
    static constexpr Border border(Shape in, kernel::Epilogue with = Windows::epilogue) {
        return Windows::template border_of<Arithmetic>(in, Filters, with, groups);
    }

    template <class Arithmetic, Layout Out, Layout In, Mode For>
    using BoundTo = detail::activated<typename detail::ChooseConv<geometry(In, Out, Windows::epilogue), Arithmetic, For>::type,
                                      typename Windows::Behind, Out>;
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = BoundTo<Arithmetic, Out, In, Mode::training>;
    template <class Arithmetic, Layout Out, Layout In>
    using InferenceLayer = BoundTo<Arithmetic, Out, In, Mode::inference>;

    template <Shape In>
    struct Problem {
        static_assert(Windows::fits(In),
                      "denim: Conv: the window does not fit the picture that it gets; choose Same, a Padding or a smaller window, or "
                      "enlarge the image.");
        static_assert(In.channels % groups == 0,
                      "denim: Conv: Groups<N> must divide the channels that it gets; each group sees as many as the others.");
    };
};

static_assert(Spec<Conv<3, 8, Same, Stride<2>, Linear>>);
static_assert(check_layer<Conv<3, 8>, Shape{8, 8, 3}>());

}  // namespace denim::inline DENIM_TARGET
