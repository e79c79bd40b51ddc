// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (1, 1, n1 + n2 + ...): several answers from one trunk. Each head gets the same input; its logits stand behind
// those of the head before. Caruana, "Multitask learning" (1997).

#include <denim/layer/branches.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/concatenation.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// The end of a network with several outputs, each with labels and a loss of its own: Heads<Dense<3>, Dense<2>,
/// Sequential<Dense<64, ReLU>, Dense<11>>>. Labels are (N, heads), `no_label` where a picture has none for a head.
template <class... Branches>
struct Heads {
    static_assert(sizeof...(Branches) >= 2 && sizeof...(Branches) <= max_inputs,
                  "denim: Heads: there must be 2 to 8 heads; one alone is the last layer of the network.");

    /// The join at the end, where the network knows its outputs by.
    struct Concatenated : Concatenation<sizeof...(Branches)> {
        static constexpr bool heads = true;

        template <class... Shapes>
        static constexpr bool accepts(Shapes... ends) {
            return ((ends.height == 1 && ends.width == 1) && ...);
        }

        template <Shape... Got>
        struct Problem {
            static_assert(
                accepts(Got...),
                "denim: Heads: a head gives a picture, but each must end in one row of numbers; let it end in Dense.");
        };
    };

    using Expanded = branches<Concatenated, Branches...>;
};

static_assert(check_layer<Heads<Sequential<>, Sequential<>>::Concatenated, Shape{1, 1, 3}, Shape{1, 1, 2}>());

}  // namespace denim::inline DENIM_TARGET
