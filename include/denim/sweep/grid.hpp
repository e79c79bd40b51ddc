// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <array>
#include <cstddef>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// The values of one axis of a grid.
template <std::size_t... Numbers>
struct Values {};

namespace detail {

template <template <std::size_t...> class Family, class Chosen, class... Axes>
struct GridExpansion;

template <template <std::size_t...> class Family, std::size_t... Chosen>
struct GridExpansion<Family, std::index_sequence<Chosen...>> {
    static constexpr std::size_t count = 1;
    template <class Each>
    static void visit(Each& each) {
        each.template operator()<Family<Chosen...>>(std::array<std::size_t, sizeof...(Chosen)>{Chosen...});
    }
};

template <template <std::size_t...> class Family, std::size_t... Chosen, std::size_t... Numbers, class... Rest>
struct GridExpansion<Family, std::index_sequence<Chosen...>, Values<Numbers...>, Rest...> {
    static constexpr std::size_t count =
        (GridExpansion<Family, std::index_sequence<Chosen..., Numbers>, Rest...>::count + ... + 0);
    template <class Each>
    static void visit(Each& each) {
        (GridExpansion<Family, std::index_sequence<Chosen..., Numbers>, Rest...>::visit(each), ...);
    }
};

}  // namespace detail

/// All networks of a family: Grid<Base, Values<3, 5>, Values<32, 64>> is Base<3, 32>, Base<3, 64>, Base<5, 32>, Base<5, 64>.
template <template <std::size_t...> class Family, class... Axes>
struct Grid {
    static constexpr std::size_t axes = sizeof...(Axes);
    static constexpr std::size_t count = detail::GridExpansion<Family, std::index_sequence<>, Axes...>::count;

    /// Calls `each.template operator()<Network>(values)` for every network, the last axis turning fastest.
    template <class Each>
    static void visit(Each each) {
        detail::GridExpansion<Family, std::index_sequence<>, Axes...>::visit(each);
    }
};

}  // namespace denim::inline DENIM_TARGET
