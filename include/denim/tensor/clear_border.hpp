// SPDX-License-Identifier: MIT
#pragma once

#include <denim/tensor/layout.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Zeros around the rows of a picture from `first` on and before `last`; above its first row and below its last one too.
template <class Scalar>
void clear_border(const Layout& of, Scalar* picture, std::size_t first, std::size_t last) {
    if (first == last) return;
    const std::size_t row = of.row(), left = of.border.left * of.stride, right = of.border.right * of.stride;
    Scalar* begin = picture + (of.border.top + first) * row;
    std::fill(first == 0 ? picture : begin, begin + left, Scalar{0});
    for (std::size_t y = first; y + 1 < last; ++y) {
        begin += row;
        std::fill_n(begin - right, right + left, Scalar{0});
    }
    Scalar* const end = begin + row;
    std::fill(end - right, last == of.shape.height ? picture + of.size() : end, Scalar{0});
}

/// Zeros around a picture.
template <class Scalar>
void clear_border(const Layout& of, Scalar* picture) {
    clear_border(of, picture, 0, of.shape.height);
}

}  // namespace denim::inline DENIM_TARGET
