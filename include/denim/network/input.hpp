// SPDX-License-Identifier: MIT
#pragma once

// What enters a network.

#include <denim/tensor/shape.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Pictures: rows, columns, channels. A sequence is a picture of one row, Image<1, Length, Channels>.
template <std::size_t Height, std::size_t Width, std::size_t Channels>
struct Image {
    static_assert(Height > 0 && Width > 0 && Channels > 0, "denim: Image: rows, columns and channels must all be at least 1.");
    static constexpr Shape shape{Height, Width, Channels};
};

/// The rows of a table: so many numbers each, in arrays (N, Features).
template <std::size_t Features>
struct Input {
    static_assert(Features > 0, "denim: Input: there must be at least one feature.");
    static constexpr Shape shape{1, 1, Features};
};

}  // namespace denim::inline DENIM_TARGET
