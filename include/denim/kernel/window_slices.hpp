// SPDX-License-Identifier: MIT
#pragma once

// The windows of some rows of a picture, copied so that each is a few runs of whole vectors, of which a slice holds as many as stay in
// registers: what the gradients through live outputs walk over.

#include <denim/kernel/convolution.hpp>
#include <denim/machine/simd.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// How the windows of some rows of input lie in scratch: each as `taps` runs of `vectors` vectors, of which a slice holds
/// `group`. A run is one pixel's channels, or, where that wastes fewer lanes, a whole window row (then every column of z has
/// its own copy of its window rows).
struct WindowSlices {
    static constexpr std::size_t held = simd::registers - 5;  ///< vectors that stay in registers, beside what moves

    bool whole_rows = false;
    std::size_t numbers = 0;                   ///< in a run
    std::size_t taps = 0, taps_across = 0;     ///< of a window, and of those side by side in one of its rows
    std::size_t vectors = 0, group = 0, slices = 0, unit = 0;  ///< of a run; of a slice's part of it; slices; numbers of such a part
    std::size_t columns = 0;                   ///< runs in a row of scratch
    std::size_t across = 0, down = 0;          ///< from one column, one row of z to the next
    std::size_t filter_size = 0, slice_size = 0, size = 0;  ///< one window of every filter: (slice, filter, tap, unit)

    [[nodiscard]] constexpr std::size_t row() const { return columns * unit; }
    /// Numbers of scratch behind the windows of so many rows of z.
    [[nodiscard]] constexpr std::size_t room(const Convolution& of, std::size_t z_rows) const { return input_rows(of, z_rows) * row(); }
    [[nodiscard]] static constexpr std::size_t input_rows(const Convolution& of, std::size_t z_rows) {
        return (z_rows - 1) * of.stride.rows + of.window.rows;
    }

    /// Copies slice `slice` of the input rows behind z rows `first` to `first + z_rows`.
    void fill(const Convolution& of, const float* input, std::size_t first, std::size_t z_rows, std::size_t slice, float* to) const;
    /// Adds slice `slice` of the gradients to the input rows behind z rows `first` to `first + z_rows`; what lies in the border
    /// falls away. Not of whole rows.
    void add(const Convolution& of, const float* from, std::size_t first, std::size_t z_rows, std::size_t slice, float* input) const;
};

constexpr WindowSlices window_slices(const Convolution& of, bool whole_rows) {
    constexpr std::size_t lanes = simd::lanes<float>;
    WindowSlices slices{.whole_rows = whole_rows};
    slices.numbers = whole_rows ? of.window.columns * of.channels() : of.channels();
    slices.taps = whole_rows ? of.window.rows : of.window.count();
    slices.taps_across = whole_rows ? 1 : of.window.columns;
    slices.vectors = (slices.numbers + lanes - 1) / lanes;
    slices.group = std::max<std::size_t>(1, std::min(slices.vectors, WindowSlices::held / slices.taps));
    while (slices.vectors % slices.group) --slices.group;
    slices.slices = slices.vectors / slices.group;
    slices.unit = slices.group * lanes;
    slices.columns = whole_rows ? of.columns : (of.columns - 1) * of.stride.columns + of.window.columns;
    slices.across = (whole_rows ? 1 : of.stride.columns) * slices.unit;
    slices.down = of.stride.rows * slices.row();
    slices.filter_size = slices.taps * slices.unit;
    slices.slice_size = of.filters() * slices.filter_size;
    slices.size = slices.slices * slices.slice_size;
    return slices;
}

/// The slices for the gradient of the weights: whole window rows where they fill vectors better.
constexpr WindowSlices weight_slices(const Convolution& of) {
    const WindowSlices rows = window_slices(of, true), pixels = window_slices(of, false);
    return rows.vectors * rows.taps < pixels.vectors * pixels.taps ? rows : pixels;
}

}  // namespace denim::inline DENIM_TARGET::kernel

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void WindowSlices::fill(const Convolution& of, const float* input, std::size_t first, std::size_t z_rows, std::size_t slice, float* to) const {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t there = std::min(unit, numbers - slice * unit), whole = there / lanes * lanes;
    const std::size_t step = (whole_rows ? of.stride.columns : 1) * of.input.stride;
    const bool joined = !whole_rows || of.input.stride == of.channels();  // the numbers of a run lie side by side
    for (std::size_t r = 0; r < input_rows(of, z_rows); ++r) {
        const float* from = input + of.input.offset(first * of.stride.rows + r - of.top, 0 - of.left) + (joined ? slice * unit : 0);
        for (std::size_t x = 0; x < columns; ++x, to += unit, from += step)
            if (joined) {
                for (std::size_t u = 0; u < whole; u += lanes) simd::store(to + u, simd::load(from + u));
                if (whole < there) simd::store(to + whole, simd::load_first(from + whole, there - whole));
            } else {
                for (std::size_t u = 0, n = slice * unit; u < there; ++u, ++n) to[u] = from[n / of.channels() * of.input.stride + n % of.channels()];
            }
    }
}

DENIM_ONCE void WindowSlices::add(const Convolution& of, const float* from, std::size_t first, std::size_t z_rows, std::size_t slice, float* input) const {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t there = std::min(unit, numbers - slice * unit);
    for (std::size_t r = 0; r < input_rows(of, z_rows); ++r) {
        const std::size_t y = first * of.stride.rows + r - of.top;
        if (y >= of.input.shape.height) continue;
        for (std::size_t x = 0; x < of.input.shape.width && x + of.left < columns; ++x) {
            const float* values = from + (r * columns + x + of.left) * unit;
            float* pixel = input + of.input.offset(y, x) + slice * unit;
            std::size_t u = 0;
            for (; u + lanes <= there; u += lanes) simd::store(pixel + u, simd::load(pixel + u) + simd::load(values + u));
            if (u < there) simd::store_first(pixel + u, simd::load_first(pixel + u, there - u) + simd::load_first(values + u, there - u), there - u);
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
