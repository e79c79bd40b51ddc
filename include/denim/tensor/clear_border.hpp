// SPDX-License-Identifier: MIT
#pragma once

#include <denim/tensor/layout.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Zeros around a picture.
template <class Scalar>
void clear_border(const Layout& of, Scalar* picture) {
    const std::size_t row = of.row(), left = of.border.left * of.stride, right = of.border.right * of.stride;
    std::fill_n(picture, of.border.top * row + left, Scalar{0});
    Scalar* end = picture + of.border.top * row;  // of a row of the picture
    for (std::size_t y = 0; y + 1 < of.shape.height; ++y) {
        end += row;
        std::fill_n(end - right, right + left, Scalar{0});
    }
    std::fill_n(end + row - right, right + of.border.bottom * row, Scalar{0});
}

}  // namespace denim::inline DENIM_TARGET
