// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// The windows of a pool: window (y, x) begins at row y * stride - top and column x * stride - left; what lies outside of the
/// picture does not count.
struct Windows {
    std::size_t size = 2, stride = 2;
    std::size_t top = 0, left = 0;
    bool clipped = false;  ///< some windows reach beyond the picture
    bool counts_padding = false;  ///< a mean counts the zeros around the picture, of which so many stand below and to the right
    std::size_t bottom = 0, right = 0;

    /// Rows (or columns) [first, last) of window number `at` that lie inside a picture of `extent` of them.
    [[nodiscard]] constexpr std::size_t first(std::size_t at, std::size_t before) const {
        return at * stride < before ? before - at * stride : 0;
    }
    [[nodiscard]] constexpr std::size_t last(std::size_t at, std::size_t before, std::size_t extent) const {
        return std::min(size, extent + before - at * stride);
    }

    /// Places of window (y, x) that count: inside the picture, or inside of the zeros around it.
    [[nodiscard]] constexpr std::size_t places(std::size_t y, std::size_t x, std::size_t height, std::size_t width) const {
        if (!clipped) return size * size;
        if (counts_padding) return last(y, top, height + bottom) * last(x, left, width + right);
        return (last(y, top, height) - first(y, top)) * (last(x, left, width) - first(x, left));
    }

    friend constexpr bool operator==(const Windows&, const Windows&) = default;
};

/// Calls each(i, j) for every place of window (y, x) inside a picture of `height` rows and `width` columns.
template <Windows Of, std::size_t Height, std::size_t Width, class Each>
constexpr void each_place(std::size_t y, std::size_t x, Each each) {
    const std::size_t top = Of.clipped ? Of.first(y, Of.top) : 0, left = Of.clipped ? Of.first(x, Of.left) : 0;
    const std::size_t bottom = Of.clipped ? Of.last(y, Of.top, Height) : Of.size, right = Of.clipped ? Of.last(x, Of.left, Width) : Of.size;
    for (std::size_t i = top; i < bottom; ++i)
        for (std::size_t j = left; j < right; ++j) each(i, j);
}

}  // namespace denim::inline DENIM_TARGET::kernel
