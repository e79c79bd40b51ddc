// SPDX-License-Identifier: MIT
#pragma once

#include <denim/layer/composition.hpp>

#include <cstddef>
#include <utility>

namespace denim::inline DENIM_TARGET {

namespace detail {

template <class Block, class Sequence>
struct RepeatedList;
template <class Block, std::size_t... Index>
struct RepeatedList<Block, std::index_sequence<Index...>> {
    template <std::size_t>
    using Same = Block;
    using type = List<Same<Index>...>;
};

}  // namespace detail

/// The block Count times, one behind the other, each with weights of its own: Repeat<3, Residual<Conv<3, 64, Same>, Conv<3, 64, Same, Linear>>>.
/// None at all is what went in.
template <std::size_t Count, class Block>
struct Repeat {
    using Expanded = typename detail::RepeatedList<Block, std::make_index_sequence<Count>>::type;
};

}  // namespace denim::inline DENIM_TARGET
