// SPDX-License-Identifier: MIT
#pragma once

// The gradient to the weights of a pooled convolution, direct, through the pool's winners that ReLU left alive: each adds its
// gradient times its window to its filter's sums. A quarter of the direct sum's work where all are alive, which costs about
// what the transforms cost, and half of that where half are.

#include <denim/kernel/convolution_epilogue.hpp>
#include <denim/kernel/transformed_weights.hpp>
#include <denim/machine/simd_order.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// How windows go through the registers and the first level of the cache: a strip of pooled pixels at a time, of which
/// `vectors` vectors of channels are packed side by side.
struct WinnerStrip {
    std::size_t vectors;  ///< of channels, a divisor of all
    std::size_t lines;    ///< of a window whose sums are in registers at a time
    std::size_t rows;     ///< of the pooled picture
    std::size_t span;     ///< pooled pixels of a row
    std::size_t pixel;    ///< numbers of a packed pixel
    std::size_t row;      ///< numbers of a packed row
    std::size_t filter;   ///< numbers of a filter's sums: (channels / pixel, window, window, pixel)

    [[nodiscard]] constexpr std::size_t winners() const { return rows * span; }
    [[nodiscard]] constexpr std::size_t packed(std::size_t window) const { return (2 * rows + window - 1) * row; }
};

constexpr WinnerStrip winner_strip(const Convolution& of) {
    constexpr std::size_t lanes = simd::lanes<float>, sums = simd::registers - 4, bytes = 28 * 1024;
    const std::size_t most = std::max<std::size_t>(sums / of.window, 1), parts = (of.window + most - 1) / most;
    const std::size_t lines = (of.window + parts - 1) / parts, all = (of.channels() + lanes - 1) / lanes;
    std::size_t vectors = std::clamp<std::size_t>(sums / (lines * of.window), 1, all);
    while (all % vectors != 0) --vectors;
    const std::size_t pixel = vectors * lanes, width = std::max<std::size_t>(of.output.shape.width, 1);
    WinnerStrip best{vectors, lines, 0, 0, pixel, 0, of.window * of.window * all * lanes};
    for (std::size_t rows = 1; rows <= 4; ++rows) {
        const std::size_t columns = bytes / sizeof(float) / ((2 * rows + of.window - 1) * pixel);
        const std::size_t fit = columns > of.window ? (columns - of.window + 1) / 2 : 1, spans = (width + fit - 1) / fit;
        if (const std::size_t span = (width + spans - 1) / spans; rows * span > best.winners()) {
            best.rows = rows;
            best.span = span;
            best.row = (2 * span + of.window - 1) * pixel;
        }
    }
    return best;
}

/// One winner: where its window begins in the packed strip, and its gradient.
struct Winner {
    float gradient;
    std::uint32_t window;
};

/// Numbers of the sums: (filters, channels / pixel, window, window, pixel).
constexpr std::size_t winners_sums(const Convolution& of) { return of.output.stride * winner_strip(of).filter; }

/// Numbers of scratch: a packed strip, the lists of its winners and their lengths, a pixel's gradients and their sums.
constexpr std::size_t winners_scratch(const Convolution& of) {
    return winner_strip(of).packed(of.window) + of.output.stride * (2 * winner_strip(of).winners() + 3);
}

namespace detail {

/// The windows of pooled pixels from (y, x) on, `channel` and its neighbours of each pixel side by side.
template <Convolution Of>
inline void pack_strip(const float* input, std::size_t y, std::size_t rows, std::size_t x, std::size_t span,
                       std::size_t channel, float* to) {
    constexpr WinnerStrip strip = winner_strip(Of);
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t i = 0; i < 2 * rows + Of.window - 1; ++i) {
        const float* from = input + Of.input.offset(2 * y + i - Of.top, 2 * x - Of.left) + channel;
        for (std::size_t j = 0; j < 2 * span + Of.window - 1; ++j, from += Of.input.stride)
            for (std::size_t c = 0; c < strip.pixel; c += lanes) {
                const bool whole = channel + c + lanes <= Of.input.stride;
                simd::store(to + i * strip.row + j * strip.pixel + c,
                            whole ? simd::load(from + c) : simd::load_first(from + c, Of.channels() - channel - c));
            }
    }
}

/// sums(line, n) += gradient * window(line, n) for all winners: `Lines` lines of `Count` vectors each.
template <std::size_t Lines, std::size_t Count, std::size_t Row>
inline void add_windows(const Winner* winners, std::size_t count, const float* packed, float* to) {
    constexpr std::size_t lanes = simd::lanes<float>;
    simd::Vector<float> sums[Lines][Count];
#pragma GCC unroll 8
    for (std::size_t i = 0; i < Lines; ++i)
#pragma GCC unroll 28
        for (std::size_t n = 0; n < Count; ++n) sums[i][n] = simd::load(to + (i * Count + n) * lanes);
    for (const Winner* winner = winners; winner != winners + count; ++winner) {
        const auto gradient = simd::broadcast(winner->gradient);
        const float* const window = packed + winner->window;
#pragma GCC unroll 8
        for (std::size_t i = 0; i < Lines; ++i)
#pragma GCC unroll 28
            for (std::size_t n = 0; n < Count; ++n)
                sums[i][n] = simd::fma(gradient, simd::load(window + i * Row + n * lanes), sums[i][n]);
    }
#pragma GCC unroll 8
    for (std::size_t i = 0; i < Lines; ++i)
#pragma GCC unroll 28
        for (std::size_t n = 0; n < Count; ++n) simd::store(to + (i * Count + n) * lanes, sums[i][n]);
}

}  // namespace detail

/// Whether at most `percent` of the winners are alive.
template <Convolution Of>
inline bool few_alive(const float* output, std::size_t percent) {
    const auto zero = simd::broadcast(0.0f), one = simd::broadcast(1.0f);
    float alive = 0.0f;
    for (std::size_t y = 0; y < Of.output.shape.height; ++y) {
        auto sum = zero;
        for (std::size_t n = 0; n < Of.output.shape.width * Of.output.stride; n += simd::lanes<float>)
            sum += simd::relu_gradient(simd::load(output + Of.output.offset(y, 0) + n), one);
        alive += simd::sum(sum);
    }
    return alive <= static_cast<float>(percent * Of.output.shape.size()) / 100.0f;
}

/// Adds one sample to `sums` and `bias_gradient`.
template <Convolution Of>
inline void add_winners_gradient(const float* input, const float* output, const float* output_gradient,
                                 const std::uint8_t* record, float* scratch, float* sums, float* bias_gradient) {
    constexpr WinnerStrip strip = winner_strip(Of);
    constexpr Shape shape = Of.output.shape;
    constexpr std::size_t lanes = simd::lanes<float>, stride = Of.output.stride, window = Of.window,
                          line = window * strip.pixel;
    constexpr std::uint32_t corners[4] = {0, strip.pixel, strip.row, strip.row + strip.pixel};
    float* const packed = scratch;
    float* const gradients = packed + strip.packed(window);
    float* const bias_sums = gradients + stride;
    auto* const lengths = reinterpret_cast<std::uint32_t*>(bias_sums + stride);
    auto* const winners = reinterpret_cast<Winner*>(lengths + stride);
    for (std::size_t top = 0; top < shape.height; top += strip.rows)
        for (std::size_t left = 0; left < shape.width; left += strip.span) {
            const std::size_t rows = std::min(strip.rows, shape.height - top), span = std::min(strip.span, shape.width - left);
            std::fill_n(lengths, stride, 0u);
            std::fill_n(bias_sums, stride, 0.0f);
            for (std::size_t y = 0; y < rows; ++y)
                for (std::size_t x = 0; x < span; ++x) {
                    const std::size_t at = Of.output.offset(top + y, left + x);
                    for (std::size_t f = 0; f < stride; f += lanes) {
                        const auto alive = simd::relu_gradient(simd::load(output + at + f), simd::load(output_gradient + at + f));
                        simd::store(gradients + f, alive);
                        simd::store(bias_sums + f, simd::load(bias_sums + f) + alive);
                    }
                    const std::uint8_t* const corner = record + ((top + y) * shape.width + left + x) * stride;
                    const auto first = static_cast<std::uint32_t>(2 * y * strip.row + 2 * x * strip.pixel);
                    for (std::size_t f = 0; f < Of.filters(); ++f) {
                        winners[f * strip.winners() + lengths[f]] = {gradients[f], first + corners[corner[f]]};
                        lengths[f] += is_nonzero(gradients[f]);
                    }
                }
            for (std::size_t f = 0; f < stride; f += lanes)
                simd::store(bias_gradient + f, simd::load(bias_gradient + f) + simd::load(bias_sums + f));
            for (std::size_t c = 0; c < Of.channels(); c += strip.pixel) {
                detail::pack_strip<Of>(input, top, rows, left, span, c, packed);
                for (std::size_t f = 0; f < Of.filters(); ++f) {
                    float* const to = sums + f * strip.filter + c * window * window;
                    const Winner* const own = winners + f * strip.winners();
                    for (std::size_t i = 0; i + strip.lines <= window; i += strip.lines)
                        detail::add_windows<strip.lines, line / lanes, strip.row>(own, lengths[f], packed + i * strip.row,
                                                                                  to + i * line);
                    if constexpr (constexpr std::size_t rest = window % strip.lines; rest != 0)
                        detail::add_windows<rest, line / lanes, strip.row>(
                            own, lengths[f], packed + (window - rest) * strip.row, to + (window - rest) * line);
                }
            }
        }
}

/// The weights' gradient of a vector of channels from `channel` on and of filters from `filter` on, from the sums of all
/// samples: written, or added to what stands there.
template <Convolution Of, bool Add>
inline void finish_winners_gradient(const float* sums, float* weight_gradient, std::size_t channel, std::size_t filter) {
    constexpr WinnerStrip strip = winner_strip(Of);
    constexpr std::size_t lanes = simd::lanes<float>, taps = Of.window * Of.window;
    const std::size_t group = channel / strip.pixel * strip.pixel, filters = Of.filters() - filter;
    for (std::size_t tap = 0; tap < taps; ++tap) {
        const float* const first = sums + filter * strip.filter + group * taps + tap * strip.pixel + channel - group;
        alignas(64) float by_channel[lanes * lanes];
        simd::transpose(first, strip.filter, by_channel, lanes);
        for (std::size_t c = 0; c < std::min(lanes, Of.channels() - channel); ++c) {
            float* const to = weight_gradient + (tap * Of.channels() + channel + c) * Of.filters() + filter;
            Channels sum = simd::load(by_channel + c * lanes);
            if constexpr (Add) sum += load_up_to(to, filters);
            store_up_to(to, sum, filters);
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
