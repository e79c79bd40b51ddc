// SPDX-License-Identifier: MIT
#pragma once

// A depthwise convolution between convolutions of 1 x 1, as MobileNets have them, without a trip to memory in between: a few rows of each value at a
// time, which stay in the second level until the next convolution has read them.
//
//     picture        wide, in scratch          between, in scratch      output
//     row y0 ..  ->  rows that the windows  -> one row for each      -> row y0 ..
//     (1 x 1)        of `strip` rows touch     of the strip (1 x 1)
//
// The rows of `wide` that the next strip reads too are moved to its front. Each number is the sum that the convolutions one after the other
// make, in the same order: the same bits.

#include <denim/kernel/depthwise_convolution.hpp>
#include <denim/kernel/register_tiles.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// A 1 x 1 convolution at stride 1 as one of its rows is.
constexpr Convolution one_row(Convolution of) {
    of.input.shape.height = of.output.shape.height = of.rows = 1;
    of.input.border = of.output.border = {};
    return of;
}

/// What runs: an optional 1 x 1 convolution, a depthwise one, and another 1 x 1.
struct ChainedRows {
    Convolution first, window, last;  ///< first.output is window.input; last.input is what the windows make
    bool widens = false;              ///< whether there is a first
    std::size_t strip = 1;            ///< rows of output at a time
    RegisterTiles first_tiles = {}, last_tiles = {};
    DepthwiseRow row = {};

    [[nodiscard]] constexpr std::size_t bands() const { return (last.rows + strip - 1) / strip; }
    /// Rows that the windows of a strip touch.
    [[nodiscard]] constexpr std::size_t touched() const { return (strip - 1) * window.stride.rows + window.reach().rows; }
    [[nodiscard]] constexpr std::size_t wide_size() const { return widens ? touched() * window.input.row() : 0; }
    [[nodiscard]] constexpr std::size_t scratch_size() const { return wide_size() + strip * last.input.row(); }

    /// The strips from `begin` to before `end`. Each convolution has its weights as its own kernel prepares them.
    void run(const float* input, const float* first_weights, const float* window_weights, const float* last_weights, float* output, float* scratch, std::size_t begin,
             std::size_t end) const;

private:
    // Makes rows `from` to before `to` of the picture, counted with the rows above it, and those behind each other from `wide` on.
    void widen(const float* input, const float* weights, float* wide, std::size_t from, std::size_t to) const;
};

/// So many rows at a time that what they need stays in the second level, and as many strips as a few threads share evenly.
constexpr std::size_t strip_of(ChainedRows rows) {
    constexpr std::size_t room = 524'288 / sizeof(float), most = 8;
    std::size_t strip = 1;
    for (std::size_t larger = 2; larger <= std::min(most, rows.last.rows / 4); ++larger) {
        rows.strip = larger;
        if (rows.scratch_size() > room) break;
        if (rows.bands() * larger - rows.last.rows <= rows.bands() / 4) strip = larger;
    }
    return strip;
}

/// Sizes and kernels; without First it is what the windows read.
template <Convolution First, Convolution Window, Convolution Last, bool Widens>
constexpr ChainedRows chained_rows() {
    ChainedRows rows{.first = First, .window = Window, .last = Last, .widens = Widens};
    rows.strip = strip_of(rows);
    if constexpr (Widens) rows.first_tiles = register_tiles<one_row(First), Gradient::write>();
    rows.last_tiles = register_tiles<one_row(Last), Gradient::write>();
    rows.row = depthwise_row<Window, Gradient::write, false>();
    return rows;
}

}  // namespace denim::inline DENIM_TARGET::kernel

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void ChainedRows::widen(const float* input, const float* weights, float* wide, std::size_t from, std::size_t to) const {
    const Convolution one = one_row(first);
    const Layout& made = window.input;
    const std::size_t left = made.border.left * made.stride, right = made.border.right * made.stride, row_size = made.row();
    for (std::size_t y = from; y < to; ++y, wide += row_size) {
        if (y < window.top || y >= window.top + made.shape.height) {
            std::fill_n(wide, row_size, 0.0f);
            continue;
        }
        std::fill_n(wide, left, 0.0f);
        first_tiles.run(one, input + first.input.offset(y - window.top, 0), weights, wide + left, nullptr, 0, first_tiles.bands(), true);
        std::fill_n(wide + row_size - right, right, 0.0f);
    }
}

DENIM_ONCE void ChainedRows::run(const float* input, const float* first_weights, const float* window_weights, const float* last_weights, float* output,
                                 float* scratch, std::size_t begin, std::size_t end) const {
    const Convolution one = one_row(last);
    const Layout& read = window.input;
    const std::size_t channels = window.output.stride, row_size = read.row(), taps = window.window.count();
    const std::size_t skipped = (read.border.left - window.left) * read.stride;  // another reader may want a wider border
    float *const wide = scratch, *const between = scratch + wide_size();
    std::size_t there = 0;  // rows up to which `wide` is made, counted with those above the picture
    for (std::size_t band = begin; band < end; ++band) {
        const std::size_t y0 = band * strip, rows = std::min(strip, last.rows - y0);
        const std::size_t from = y0 * window.stride.rows, to = from + (rows - 1) * window.stride.rows + window.reach().rows;
        const float* corner = nullptr;  // of the strip's first window
        if (widens) {
            const std::size_t kept = there > from ? there - from : 0;
            if (band > begin && kept > 0) {
                const float* old = wide + (from - (band - 1) * strip * window.stride.rows) * row_size;
                std::copy(old, old + kept * row_size, wide);
            }
            widen(input, first_weights, wide + kept * row_size, from + kept, to);
            there = to;
            corner = wide + skipped;
        } else {
            corner = input + read.offset(from - window.top, 0 - window.left);
        }
        for (std::size_t c = 0; c < channels; c += row.block)
            for (std::size_t y = 0; y < rows; ++y)
                row(corner + y * window.stride.rows * row_size + c, window_weights + c, window_weights + taps * channels + c, between + y * last.input.row() + c,
                    std::min(row.block, channels - c));
        for (std::size_t y = 0; y < rows; ++y)
            last_tiles.run(one, between + y * last.input.row(), last_weights, output + last.output.offset(y0 + y, 0), nullptr, 0, last_tiles.bands(), true);
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
