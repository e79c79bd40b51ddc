// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (H', W', Filters): each channel convolved with a window of its own, H' and W' as those of Conv, then all of them at each pixel.
// Chollet, "Xception: Deep learning with depthwise separable convolutions" (2017).

#include <denim/layer/composition.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/depthwise_conv.hpp>

#include <cstddef>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Whether an option is about the windows, so of the first of both convolutions alone; an initialiser is of both, the others of the second.
template <class Option>
inline constexpr bool is_about_windows = has<Option, Same, Valid> || is_stride<Option> || is_padding<Option> || is_dilation<Option>;
template <class Option>
inline constexpr bool is_of_separable_conv =
    is_about_windows<Option> || is_initialiser<Option> || has<Option, NoBias> || passes_as_activation<Option>;

/// A list of the option, or of nothing.
template <bool Takes, class Option>
using listed_if = std::conditional_t<Takes, List<Option>, List<>>;

template <WindowSize Window, std::size_t Filters, class OfWindows, class OfPixels>
struct SeparableList;
template <WindowSize Window, std::size_t Filters, class... OfWindows, class... OfPixels>
struct SeparableList<Window, Filters, List<OfWindows...>, List<OfPixels...>> {
    using type = List<DepthwiseConv<Window, OfWindows..., NoBias, Linear>, Conv<1, Filters, OfPixels...>>;
};

}  // namespace detail

/// DepthwiseConv<Window, ..., NoBias, Linear> and Conv<1, Filters, ...>, as Keras's SeparableConv2D. Options: Same, Valid or Padding<...>,
/// Stride<...>, Dilation<...>, an activation (ReLU unless said otherwise; Linear for none), NoBias, GlorotUniform, GlorotNormal, HeUniform,
/// HeNormal, which is for both. Rows as those of Sequential of both.
template <WindowSize Window, std::size_t Filters, class... Options>
struct SeparableConv {
    static constexpr bool known = (detail::is_of_separable_conv<Options> && ...), agree = detail::one_of_a_kind<Options...>();
    static_assert(known,
                  "denim: SeparableConv: an option is not one of Same, Valid, Padding<...>, Stride<...>, Dilation<...>, NoBias, GlorotUniform, "
                  "GlorotNormal, HeUniform, HeNormal, or an activation.");
    static_assert(agree,
                  "denim: SeparableConv: options contradict each other; take one at most of Same, Valid and Padding, and one Stride, "
                  "Dilation, initialiser and activation.");

    template <class Option>
    static constexpr bool of_windows = known && agree && (detail::is_about_windows<Option> || detail::is_initialiser<Option>);
    template <class Option>
    static constexpr bool of_pixels = known && agree && !detail::is_about_windows<Option>;

    using OfWindows = typename detail::Joined<List<>, detail::listed_if<of_windows<Options>, Options>...>::type;
    using OfPixels = typename detail::Joined<List<>, detail::listed_if<of_pixels<Options>, Options>...>::type;
    using Expanded = typename detail::SeparableList<Window, Filters, OfWindows, OfPixels>::type;
};

}  // namespace denim::inline DENIM_TARGET
