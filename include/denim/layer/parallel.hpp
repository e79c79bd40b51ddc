// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (H', W', C1 + C2 + ...): each branch gets the same input, and their channels stand one after the other in what
// leaves. Szegedy et al., "Going deeper with convolutions" (2015).

#include <denim/layer/branches.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/concatenation.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// A concatenation of pictures that must be of one size.
template <std::size_t Count>
struct SideBySide : Concatenation<Count> {
    template <class First, class... Rest>
    static constexpr bool accepts(First first, Rest... rest) {
        return ((rest.height == first.height && rest.width == first.width) && ...);
    }
};

/// Branches side by side: Parallel<Conv<1, 16>, Sequential<Conv<1, 8>, Conv<3, 16, Same>>>. Their pictures must be of one size.
template <class... Branches>
struct Parallel {
    static_assert(sizeof...(Branches) >= 2 && sizeof...(Branches) <= max_inputs,
                  "denim: Parallel: there must be 2 to 8 branches.");

    /// The join at the end.
    struct Concatenated : SideBySide<sizeof...(Branches)> {
        template <Shape... Got>
        struct Problem {
            static_assert(Concatenated::accepts(Got...),
                          "denim: Parallel: the branches give pictures of different sizes, so their channels cannot "
                          "stand side by side; give them the same strides, and Same or windows of the same size.");
        };
    };

    using Expanded = branches<Concatenated, Branches...>;
};

static_assert(check_layer<Parallel<Sequential<>, Sequential<>>::Concatenated, Shape{2, 2, 8}, Shape{2, 2, 3}>());

}  // namespace denim::inline DENIM_TARGET
