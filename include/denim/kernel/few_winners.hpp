// SPDX-License-Identifier: MIT
#pragma once

// The gradient to the weights of a pooled convolution of few channels, direct, through the pool's winners alone: a quarter of
// the work. Each winner adds its gradient times its window, all lines of it side by side, to its filter's sums.

#include <denim/kernel/convolution_epilogue.hpp>
#include <denim/machine/simd_order.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// How windows go through the registers and the first level of the cache, a strip of pooled pixels at a time. Where lines of
/// whole vectors make a window no longer, neighbours share their lines: (row, column, line). Else each corner has its own
/// window: (pooled row, pooled column, corner, window).
struct FewWinners {
    bool shared;          ///< lines are
    std::size_t line;     ///< numbers of a line of a window
    std::size_t window;   ///< numbers of a window, whole vectors
    std::size_t vectors;  ///< whose sums are in registers at a time
    std::size_t filters;  ///< likewise
    std::size_t rows;     ///< of the pooled picture in a strip
    std::size_t span;     ///< pooled pixels of its rows, at most

    /// Numbers from one pooled row, one pooled pixel to the next, and from one line of shared windows.
    [[nodiscard]] constexpr std::size_t down() const { return shared ? 2 * below() : span * across(); }
    [[nodiscard]] constexpr std::size_t across() const { return shared ? 2 * line : 4 * window; }
    [[nodiscard]] constexpr std::size_t below() const { return 2 * span * line; }
    /// Where the window of a corner begins.
    [[nodiscard]] constexpr std::size_t corner(std::size_t q) const {
        return shared ? q / 2 * below() + q % 2 * line : q * window;
    }
    /// Where vector n of a window stands.
    [[nodiscard]] constexpr std::size_t offset(std::size_t n) const {
        const std::size_t at = n * simd::lanes<float>;
        return shared ? at / line * below() + at % line : at;
    }
};

constexpr FewWinners few_winners(std::size_t window, std::size_t channels) {
    constexpr std::size_t lanes = simd::lanes<float>, sums = simd::registers - 4, numbers = 24 * 1024 / sizeof(float);
    const std::size_t tight = window * channels, dense = round_up(window * tight, lanes);
    FewWinners best{};
    best.shared = window * round_up(tight, lanes) == dense && dense <= sums * lanes;
    best.line = best.shared ? round_up(tight, lanes) : tight;
    const std::size_t whole = dense / lanes, parts = (whole + sums - 1) / sums;
    best.vectors = (whole + parts - 1) / parts;
    best.window = best.vectors * parts * lanes;
    best.filters = 4 * best.vectors <= sums ? 4 : 2 * best.vectors <= sums ? 2 : 1;
    for (std::size_t rows = 1; rows <= (best.shared ? 4 : 1); ++rows) {
        const std::size_t pixel = best.shared ? (2 * rows + window - 1) * 2 * best.line : rows * 4 * best.window;
        if (const std::size_t span = std::max<std::size_t>(numbers / pixel, 1); rows * span > best.rows * best.span) {
            best.rows = rows;
            best.span = span;
        }
    }
    return best;
}

/// Numbers of an input row as windows touch it, with what a last vector reads beyond.
constexpr std::size_t few_winners_reach(const Convolution& of) {
    constexpr std::size_t lanes = simd::lanes<float>;
    return round_up((2 * of.output.shape.width + of.side() - 1) * of.channels(), lanes) + 2 * lanes;
}

/// Numbers of the sums: (filters, window).
constexpr std::size_t few_winners_sums(const Convolution& of) { return of.output.stride * few_winners(of.side(), of.channels()).window; }

/// Numbers of scratch: the input rows below a strip, and its windows.
constexpr std::size_t few_winners_scratch(const Convolution& of) {
    const FewWinners sizes = few_winners(of.side(), of.channels());
    const std::size_t lines = 2 * sizes.rows + of.side() - 1;
    return lines * few_winners_reach(of) + std::max(lines * sizes.below(), sizes.rows * sizes.down()) + 2 * sizes.window;
}

namespace detail {

/// The part of an input row that windows of the pool's winners touch, without padding between pixels.
inline void copy_pixels(const Convolution& of, const float* from, float* to) {
    const std::size_t pixels = 2 * of.output.shape.width + of.side() - 1, channels = of.channels();
    if (of.input.stride == channels)
        std::copy_n(from, pixels * channels, to);
    else
        for (std::size_t x = 0; x < pixels; ++x) std::copy_n(from + x * of.input.stride, channels, to + x * channels);
}

/// The windows of a strip that begins in the first of `rows`, at pooled column `left`.
template <std::size_t Window, std::size_t Channels>
inline void cut_windows(const float* rows, std::size_t reach, std::size_t count, std::size_t left, std::size_t span, float* to) {
    constexpr FewWinners sizes = few_winners(Window, Channels);
    constexpr std::size_t lanes = simd::lanes<float>;
    const auto copy_line = [](const float* from, float* line) {  // may write beyond, where the next line follows
        for (std::size_t n = 0; n < sizes.line; n += lanes) simd::store(line + n, simd::load(from + n));
    };
    if constexpr (sizes.shared) {
        for (std::size_t i = 0; i < 2 * count + Window - 1; ++i)
            for (std::size_t x = 0; x < 2 * span; ++x)
                copy_line(rows + i * reach + (2 * left + x) * Channels, to + i * sizes.below() + x * sizes.line);
    } else {
        for (std::size_t y = 0; y < count; ++y)
            for (std::size_t n = 0; n < 4 * span; ++n) {
                const float* const from = rows + (2 * y + n / 2 % 2) * reach + (2 * (left + n / 4) + n % 2) * Channels;
                for (std::size_t i = 0; i < Window; ++i)
                    copy_line(from + i * reach, to + y * sizes.down() + n * sizes.window + i * sizes.line);
            }
    }
}

/// Clears the gradient where the output is not above zero nor NaN, in one row, and adds the rest to `bias_gradient`.
inline void mask_row(const Layout& of, const float* output, float* output_gradient, float* bias_gradient) {
    const auto zero = simd::broadcast(0.0f);
    for (std::size_t f = 0; f < of.stride; f += simd::lanes<float>) {
        auto sum = zero;
        for (std::size_t at = f; at < of.shape.width * of.stride; at += of.stride) {
            const auto alive = simd::relu_gradient(simd::load(output + at), simd::load(output_gradient + at));
            sum += alive;
            simd::store(output_gradient + at, alive);
        }
        simd::store(bias_gradient + f, simd::load(bias_gradient + f) + sum);
    }
}

}  // namespace detail

/// Adds one sample to `sums` and `bias_gradient`. The gradient where the output is not positive is cleared in `output_gradient`.
template <std::size_t Window, std::size_t Channels>
DENIM_KERNEL void add_few_winners(const Convolution& of, const float* input, const float* output, float* output_gradient,
                                  const std::uint8_t* record, float* scratch, float* sums, float* bias_gradient) {
    constexpr FewWinners sizes = few_winners(Window, Channels);
    constexpr std::size_t lanes = simd::lanes<float>, vectors = sizes.vectors, filters = sizes.filters;
    constexpr std::uint32_t corners[4] = {0, sizes.corner(1), sizes.corner(2), sizes.corner(3)};
    const Shape& shape = of.output.shape;
    const std::size_t stride = of.output.stride, reach = few_winners_reach(of);
    const std::size_t spans = (shape.width + sizes.span - 1) / sizes.span, most = spans ? (shape.width + spans - 1) / spans : 0;
    float* const rows = scratch;
    float* const windows = rows + (2 * sizes.rows + Window - 1) * reach;
    for (std::size_t top = 0; top < shape.height; top += sizes.rows) {
        const std::size_t count = std::min(sizes.rows, shape.height - top);
        for (std::size_t i = 0; i < 2 * count + Window - 1; ++i)
            detail::copy_pixels(of, input + of.input.offset(2 * top + i - of.top, 0 - of.left), rows + i * reach);
        for (std::size_t y = top; y < top + count; ++y)
            detail::mask_row(of.output, output + of.output.offset(y, 0), output_gradient + of.output.offset(y, 0), bias_gradient);
        for (std::size_t left = 0; left < shape.width; left += most) {
            const std::size_t span = std::min(most, shape.width - left);
            detail::cut_windows<Window, Channels>(rows, reach, count, left, span, windows);
            for (std::size_t f = 0; f < stride; f += filters)
                for (std::size_t part = 0; part < sizes.window / lanes; part += vectors) {
                    simd::Vector<float> sum[filters][vectors];
                    float* const to = sums + f * sizes.window + part * lanes;
#pragma GCC unroll 4
                    for (std::size_t q = 0; q < filters; ++q)
#pragma GCC unroll 28
                        for (std::size_t n = 0; n < vectors; ++n) sum[q][n] = simd::load(to + q * sizes.window + n * lanes);
                    for (std::size_t y = 0; y < count; ++y) {
                        const float* gradient = output_gradient + of.output.offset(top + y, left) + f;
                        const std::uint8_t* winner = record + ((top + y) * shape.width + left) * stride + f;
                        const float* first = windows + y * sizes.down() + sizes.offset(part);
                        for (std::size_t x = 0; x < span; ++x, gradient += stride, winner += stride, first += sizes.across())
#pragma GCC unroll 4
                            for (std::size_t q = 0; q < filters; ++q) {
                                const float* const window =
                                    first + (sizes.shared ? corners[winner[q]] : winner[q] * sizes.window);
                                const auto factor = simd::broadcast(gradient[q]);
#pragma GCC unroll 28
                                for (std::size_t n = 0; n < vectors; ++n)
                                    sum[q][n] = simd::fma(factor, simd::load(window + sizes.offset(n)), sum[q][n]);
                            }
                    }
#pragma GCC unroll 4
                    for (std::size_t q = 0; q < filters; ++q)
#pragma GCC unroll 28
                        for (std::size_t n = 0; n < vectors; ++n) simd::store(to + q * sizes.window + n * lanes, sum[q][n]);
                }
        }
    }
}

/// The weights' gradient from the sums of all samples.
inline void finish_few_winners(const Convolution& of, const float* sums, float* weight_gradient) {
    const FewWinners sizes = few_winners(of.side(), of.channels());
    const std::size_t line = of.side() * of.channels(), filters = of.filters();
    for (std::size_t tap = 0; tap < of.side() * line; ++tap)
        for (std::size_t f = 0; f < filters; ++f)
            weight_gradient[tap * filters + f] = sums[f * sizes.window + tap / line * sizes.line + tap % line];
}

}  // namespace denim::inline DENIM_TARGET::kernel
