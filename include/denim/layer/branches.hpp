// SPDX-License-Identifier: MIT
#pragma once

// Branches side by side from one value, as entries of the flat list: Fork, first branch, Turn, second branch, Turn, ..., join.

#include <denim/layer/composition.hpp>
#include <denim/layer/concept.hpp>

#include <cstddef>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// The end of a branch: remembers its value for the join to come, and goes back to the value that the fork remembered; the last
/// turn forgets that one.
template <bool Last>
struct Turn : SpecDefaults {
    static constexpr Role role = Role::turn;
    static constexpr bool last = Last;
};

/// What a join says of `Count` values of one shape that become one of the same, number by number.
template <std::size_t Count>
struct JoinOfEqualShapes : SpecDefaults {
    static constexpr Role role = Role::join;
    static constexpr std::size_t inputs = Count;

    template <class... Shapes>
    static constexpr bool accepts(Shape first, Shapes... rest) {
        return ((rest == first) && ...);
    }
    template <class... Shapes>
    static constexpr Shape output(Shape first, Shapes... /*rest*/) {
        return first;
    }
};

namespace detail {

template <class Join, class Sequence, class... Branches>
struct BranchList;
template <class Join, std::size_t... Index, class First, class... Rest>
struct BranchList<Join, std::index_sequence<Index...>, First, Rest...> {
    using type = decltype((List<Fork, First>{} + ... + List<Turn<Index + 1 == sizeof...(Rest)>, Rest>{}) + List<Join>{});
};
template <class Join>
struct BranchList<Join, std::index_sequence<>> {
    using type = List<>;
};

}  // namespace detail

/// The list of branches between a fork and a join that reads the end of each, in their order.
template <class Join, class... Branches>
using branches = typename detail::BranchList<Join, std::make_index_sequence<sizeof...(Branches) ? sizeof...(Branches) - 1 : 0>,
                                             Branches...>::type;

}  // namespace denim::inline DENIM_TARGET
