// SPDX-License-Identifier: MIT
#pragma once

// Loops that the compiler unrolls, over the layers of a network. Folds of at most 64 calls beside each other: compilers nest a fold
// as deep as it is long, and clang goes no deeper than 256.

#include <cstddef>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// Calls `body.template operator()<n>()` for each n from First to Last - 1, in order.
template <std::size_t First, std::size_t Last, class Body>
constexpr void each_index(Body&& body) {
    constexpr std::size_t at_once = 64;
    if constexpr (Last - First <= at_once) {
        [&]<std::size_t... Step>(std::index_sequence<Step...>) {
            (body.template operator()<First + Step>(), ...);
        }(std::make_index_sequence<Last - First>{});
    } else {
        constexpr std::size_t middle = First + (Last - First) / 2;
        each_index<First, middle>(body);
        each_index<middle, Last>(body);
    }
}

/// The same, from Last - 1 to First.
template <std::size_t First, std::size_t Last, class Body>
constexpr void each_index_reversed(Body&& body) {
    each_index<0, Last - First>([&]<std::size_t Step>() { body.template operator()<Last - 1 - Step>(); });
}

}  // namespace denim::inline DENIM_TARGET
