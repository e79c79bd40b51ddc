// SPDX-License-Identifier: MIT
#pragma once

#include <denim/tensor/shape.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Rows and columns of zeros around a picture, so that kernels read beyond its edge without asking.
struct Border {
    std::size_t top = 0, left = 0, bottom = 0, right = 0;

    friend constexpr bool operator==(const Border&, const Border&) = default;
};

/// The border that satisfies both.
constexpr Border widest(Border a, Border b) {
    return {std::max(a.top, b.top), std::max(a.left, b.left), std::max(a.bottom, b.bottom), std::max(a.right, b.right)};
}

/// How one sample lies in memory: NHWC, each pixel `stride` numbers after its neighbour (channels, then padding to whole
/// vectors), each row `row()` numbers after the one above, and a border of zeros around the picture. What stands between
/// `shape.channels` and `stride` is zero in activations that Denim's layers write.
struct Layout {
    Shape shape = {};
    Border border = {};
    std::size_t stride = shape.channels;

    /// Numbers from one row to the next.
    [[nodiscard]] constexpr std::size_t row() const { return (border.left + shape.width + border.right) * stride; }
    /// Numbers in one sample, border included.
    [[nodiscard]] constexpr std::size_t size() const { return (border.top + shape.height + border.bottom) * row(); }
    /// Where pixel (y, x) of the picture begins.
    [[nodiscard]] constexpr std::size_t offset(std::size_t y, std::size_t x) const {
        return (border.top + y) * row() + (border.left + x) * stride;
    }
    /// True if the numbers stand as in a plain (H, W, C) array.
    [[nodiscard]] constexpr bool dense() const { return border == Border{} && stride == shape.channels; }

    friend constexpr bool operator==(const Layout&, const Layout&) = default;
};

/// `count` rounded up to a whole number of `step`.
constexpr std::size_t round_up(std::size_t count, std::size_t step) { return (count + step - 1) / step * step; }

}  // namespace denim::inline DENIM_TARGET
