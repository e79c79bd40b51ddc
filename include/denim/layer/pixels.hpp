// SPDX-License-Identifier: MIT
#pragma once

// Walks over the pictures of a layer, for authors of layers.

#include <denim/tensor/layout.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Calls `each(y, x)` for every pixel of a picture, row by row, or of the rows from `first` to before `last`: of a layer whose bands are rows.
template <Shape Of, class Each>
void for_each_row_and_column(std::size_t first, std::size_t last, Each each) {
    for (std::size_t y = first; y < last; ++y)
        for (std::size_t x = 0; x < Of.width; ++x) each(y, x);
}
template <Shape Of, class Each>
void for_each_row_and_column(Each each) {
    for_each_row_and_column<Of>(0, Of.height, each);
}

/// Calls `each(in, out)` with the place of every pixel in both layouts, or of those in the rows from `first` to before `last`.
template <Layout In, Layout Out, class Each>
void for_each_pixel(std::size_t first, std::size_t last, Each each) {
    for (std::size_t y = first; y < last; ++y)
        for (std::size_t x = 0; x < In.shape.width; ++x) each(In.offset(y, x), Out.offset(y, x));
}
template <Layout In, Layout Out, class Each>
void for_each_pixel(Each each) {
    for_each_pixel<In, Out>(0, In.shape.height, each);
}

/// Pixels of a row that lie side by side in all of these layouts of one shape, without padding between them: all of the row, or one.
template <Layout First, Layout... Rest>
inline constexpr std::size_t pixels_side_by_side =
    First.stride == First.shape.channels && ((Rest.stride == First.shape.channels) && ...) ? First.shape.width : 1;

/// Calls `each(flat, place)` for every number of a picture: its number in (H, W, C) order, and where it lies in the layout.
template <Layout In, class Each>
void for_each_number(Each each) {
    for (std::size_t y = 0, flat = 0; y < In.shape.height; ++y)
        for (std::size_t x = 0; x < In.shape.width; ++x)
            for (std::size_t c = 0; c < In.shape.channels; ++c) each(flat++, In.offset(y, x) + c);
}

}  // namespace denim::inline DENIM_TARGET
