// SPDX-License-Identifier: MIT
#pragma once

#include <denim/layer/options.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// How the windows of a convolution or a pool stand along one axis, rows or columns. Counts are of pixels.
struct WindowAxis {
    std::size_t reach = 1;   ///< pixels from the first tap of a window to its last
    std::size_t stride = 1;  ///< from one window to the next
    bool same = false;       ///< as many zeros as ceil(in / stride) windows need, the odd one behind
    std::size_t front = 0, back = 0;  ///< else these zeros
    bool ceil = false;       ///< a last window that begins in the picture may reach beyond the zeros behind

    /// Windows over `in` pixels, which they fit.
    [[nodiscard]] constexpr std::size_t count(std::size_t in) const {
        if (same) return in / stride + (in % stride != 0);
        const std::size_t steps = in + front + back - reach, whole = steps / stride + 1;
        return ceil && steps % stride != 0 && whole * stride < in + front ? whole + 1 : whole;
    }
    /// Pixels from the first one that a window touches to the last, zeros among them.
    [[nodiscard]] constexpr std::size_t touched(std::size_t in) const { return (count(in) - 1) * stride + reach; }
    /// Zeros in front of the first pixel, and behind the last as far as windows touch them.
    [[nodiscard]] constexpr std::size_t before(std::size_t in) const { return same ? (touched(in) > in ? (touched(in) - in) / 2 : 0) : front; }
    [[nodiscard]] constexpr std::size_t after(std::size_t in) const {
        return touched(in) > in + before(in) ? touched(in) - in - before(in) : 0;
    }
    [[nodiscard]] constexpr bool fits(std::size_t in) const { return in > 0 && (same || in + front + back >= reach); }
    /// Whether every window touches the picture, however small that is.
    [[nodiscard]] constexpr bool touches() const { return front < reach && back < reach; }
};

namespace detail {

/// The axes of windows that reach over so many pixels, by their options.
template <class... Options>
constexpr WindowAxis row_axis(WindowSize reach, WindowSize stride) {
    constexpr Border zeros = zeros_among<Options...>();
    return {reach.rows, stride.rows, has<Same, Options...>, zeros.top, zeros.bottom, has<CeilMode, Options...>};
}
template <class... Options>
constexpr WindowAxis column_axis(WindowSize reach, WindowSize stride) {
    constexpr Border zeros = zeros_among<Options...>();
    return {reach.columns, stride.columns, has<Same, Options...>, zeros.left, zeros.right, has<CeilMode, Options...>};
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
