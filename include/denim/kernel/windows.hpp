// SPDX-License-Identifier: MIT
#pragma once

#include <denim/tensor/window_size.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// The windows of a pool: window (y, x) begins at row y * stride.rows - top and column x * stride.columns - left; what lies outside of the
/// picture does not count.
struct Windows {
    WindowSize size = 2, stride = 2;
    std::size_t top = 0, left = 0;
    bool clipped = false;  ///< some windows reach beyond the picture
    bool counts_padding = false;  ///< a mean counts the zeros around the picture, of which so many stand below and to the right
    std::size_t bottom = 0, right = 0;

    /// The first row of window number `y` that lies inside the picture, and behind the last one if that has `height` rows; columns likewise.
    [[nodiscard]] constexpr std::size_t first_row(std::size_t y) const { return first(y * stride.rows, top); }
    [[nodiscard]] constexpr std::size_t last_row(std::size_t y, std::size_t height) const { return last(y * stride.rows, top, height, size.rows); }
    [[nodiscard]] constexpr std::size_t first_column(std::size_t x) const { return first(x * stride.columns, left); }
    [[nodiscard]] constexpr std::size_t last_column(std::size_t x, std::size_t width) const {
        return last(x * stride.columns, left, width, size.columns);
    }

    /// Places of window (y, x) that count: inside the picture, or inside of the zeros around it.
    [[nodiscard]] constexpr std::size_t places(std::size_t y, std::size_t x, std::size_t height, std::size_t width) const {
        if (!clipped) return size.count();
        if (counts_padding) return last_row(y, height + bottom) * last_column(x, width + right);
        return (last_row(y, height) - first_row(y)) * (last_column(x, width) - first_column(x));
    }

    friend constexpr bool operator==(const Windows&, const Windows&) = default;

private:
    static constexpr std::size_t first(std::size_t at, std::size_t before) { return at < before ? before - at : 0; }
    static constexpr std::size_t last(std::size_t at, std::size_t before, std::size_t extent, std::size_t size) {
        return std::min(size, extent + before - at);
    }
};

/// Calls each(i, j) for every place of window (y, x) inside a picture of `height` rows and `width` columns.
template <Windows Of, std::size_t Height, std::size_t Width, class Each>
constexpr void each_place(std::size_t y, std::size_t x, Each each) {
    const std::size_t top = Of.clipped ? Of.first_row(y) : 0, left = Of.clipped ? Of.first_column(x) : 0;
    const std::size_t bottom = Of.clipped ? Of.last_row(y, Height) : Of.size.rows, right = Of.clipped ? Of.last_column(x, Width) : Of.size.columns;
    for (std::size_t i = top; i < bottom; ++i)
        for (std::size_t j = left; j < right; ++j) each(i, j);
}

}  // namespace denim::inline DENIM_TARGET::kernel
