// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (H, W, C): what the inner layers make of the input, plus the input, or plus what a Shortcut makes of it: (H', W', C'). He
// et al., "Deep residual learning" (2016).

#include <denim/layer/branches.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/sum.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// The other way around the inner layers of a Residual, the last of its arguments, where they change the shape:
/// Residual<Conv<3, 128, Same, Stride<2>>, Conv<3, 128, Same, Linear>, Shortcut<Conv<1, 128, Stride<2>, Linear>>>.
template <class... Layers>
struct Shortcut {};

namespace detail {

template <class Type>
inline constexpr bool is_shortcut = false;
template <class... Layers>
inline constexpr bool is_shortcut<Shortcut<Layers...>> = true;

template <class Type>
struct LayersOfShortcut {
    using type = Sequential<>;
};
template <class... Layers>
struct LayersOfShortcut<Shortcut<Layers...>> {
    using type = Sequential<Layers...>;
};

/// Takes the place of the layers where a Shortcut stands elsewhere, and says so.
struct MisplacedShortcut : SpecDefaults {
    static constexpr bool accepts(Shape) { return false; }
    template <Shape In>
    struct Problem {
        static_assert(accepts(In), "denim: Residual: a Shortcut must be the last of its arguments, and the only one.");
    };
};

template <class Join, class Sequence, class... Inner>
struct ShortcutList;
template <class Join, std::size_t... Index, class... Inner>
struct ShortcutList<Join, std::index_sequence<Index...>, Inner...> {
    using All = List<Inner...>;
    using Last = type_at<All, sizeof...(Index)>;
    static constexpr bool in_order = is_shortcut<Last> && !(is_shortcut<type_at<All, Index>> || ...);
    using type = std::conditional_t<in_order, List<Fork, type_at<All, Index>..., Turn<true>, typename LayersOfShortcut<Last>::type, Join>,
                                    List<MisplacedShortcut>>;
};

template <bool HasShortcut, class Join, class... Inner>
struct ResidualList {
    using type = List<Fork, Inner..., Join>;
};
template <class Join, class... Inner>
struct ResidualList<true, Join, Inner...> : ShortcutList<Join, std::make_index_sequence<sizeof...(Inner) - 1>, Inner...> {};

}  // namespace detail

/// Adds the input to what the inner layers make of it, which must keep its shape; or, if the last argument is a Shortcut, what the layers of
/// that make of the input.
template <class... Inner>
struct Residual {
    static constexpr bool has_shortcut = (detail::is_shortcut<Inner> || ...);

    /// The join at the end: of the input that the fork remembered and the branch through the inner layers, or of both branches.
    struct Sum : AdditionOf<2> {
        template <Shape First, Shape Second>
        struct Problem {
            static_assert(Sum::accepts(First, Second) || has_shortcut,
                          "denim: Residual: the inner layers change the shape, so their result cannot be added to the input; "
                          "give them Same, stride 1 and as many filters as the input has channels.");
            static_assert(Sum::accepts(First, Second) || !has_shortcut,
                          "denim: Residual: the inner layers and the Shortcut give different shapes, so they cannot be added; give both the same "
                          "strides and as many filters at their ends.");
        };
    };

    using Expanded = typename detail::ResidualList<has_shortcut, Sum, Inner...>::type;
};

}  // namespace denim::inline DENIM_TARGET
