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

/// How windows go through the registers and the first level of the cache: a strip of pooled pixels at a time, of which `vectors` vectors of
/// channels are packed side by side.
struct WinnerStrip {
    std::size_t vectors;  ///< of channels, a divisor of all
    std::size_t lines;    ///< of a window whose sums are in registers at a time
    std::size_t rows;     ///< of the pooled picture
    std::size_t span;     ///< pooled pixels of a row, at most
    std::size_t pixel;    ///< numbers of a packed pixel
    std::size_t row;      ///< numbers of a packed row
    std::size_t packed;   ///< numbers of the strip

    [[nodiscard]] constexpr std::size_t winners() const { return rows * span; }
};

/// Lines of a window whose sums fit the registers together, about as many each time.
constexpr std::size_t winner_lines(std::size_t window) {
    const std::size_t most = std::max<std::size_t>((simd::registers - 4) / window, 1), parts = (window + most - 1) / most;
    return (window + parts - 1) / parts;
}

/// Vectors of `channels` that are packed together: as many as the registers hold, and divide all of them.
constexpr std::size_t winner_vectors(std::size_t window, std::size_t channels) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t all = std::max<std::size_t>((channels + lanes - 1) / lanes, 1);
    std::size_t vectors = std::clamp<std::size_t>((simd::registers - 4) / (winner_lines(window) * window), 1, all);
    while (all % vectors != 0) --vectors;
    return vectors;
}

constexpr WinnerStrip winner_strip(std::size_t window, std::size_t vectors) {
    const std::size_t pixel = vectors * simd::lanes<float>, pixels = 28 * 1024 / sizeof(float) / pixel;
    WinnerStrip best{vectors, winner_lines(window), 0, 0, pixel, 0, 0};
    for (std::size_t rows = 1; rows <= 4; ++rows) {
        const std::size_t columns = pixels / (2 * rows + window - 1);
        if (const std::size_t span = columns > window ? (columns - window + 1) / 2 : 1; rows * span > best.winners()) {
            best.rows = rows;
            best.span = span;
            best.row = (2 * span + window - 1) * pixel;
            best.packed = (2 * rows + window - 1) * best.row;
        }
    }
    return best;
}
constexpr WinnerStrip winner_strip(const Convolution& of) { return winner_strip(of.side(), winner_vectors(of.side(), of.channels())); }

/// Numbers of a filter's sums: (channels / pixel, window, window, pixel).
constexpr std::size_t winner_filter(const Convolution& of) { return of.side() * of.side() * round_up(of.channels(), simd::lanes<float>); }

/// One winner: where its window begins in the packed strip, and its gradient.
struct Winner {
    float gradient;
    std::uint32_t window;
};

/// Numbers of the sums: (filters, channels / pixel, window, window, pixel).
constexpr std::size_t winners_sums(const Convolution& of) { return of.output.stride * winner_filter(of); }

/// Numbers of scratch: a packed strip, the lists of its winners and their lengths, a pixel's gradients and their sums.
constexpr std::size_t winners_scratch(const Convolution& of) {
    return winner_strip(of).packed + of.output.stride * (2 * winner_strip(of).winners() + 3);
}

namespace detail {

/// The windows of pooled pixels from (y, x) on, `channel` and its neighbours of each pixel side by side.
template <WinnerStrip Strip>
inline void pack_strip(const Convolution& of, const float* input, std::size_t y, std::size_t rows, std::size_t x, std::size_t span,
                       std::size_t channel, float* to) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t stride = of.input.stride;
    for (std::size_t i = 0; i < 2 * rows + of.side() - 1; ++i) {
        const float* from = input + of.input.offset(2 * y + i - of.top, 2 * x - of.left) + channel;
        for (std::size_t j = 0; j < 2 * span + of.side() - 1; ++j, from += stride)
            for (std::size_t c = 0; c < Strip.pixel; c += lanes) {
                const bool whole = channel + c + lanes <= stride;
                simd::store(to + i * Strip.row + j * Strip.pixel + c,
                            whole ? simd::load(from + c) : simd::load_first(from + c, of.channels() - channel - c));
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
DENIM_KERNEL inline bool few_alive(const Layout& of, const float* output, std::size_t percent) {
    const auto zero = simd::broadcast(0.0f), one = simd::broadcast(1.0f);
    float alive = 0.0f;
    for (std::size_t y = 0; y < of.shape.height; ++y) {
        auto sum = zero;
        for (std::size_t n = 0; n < of.shape.width * of.stride; n += simd::lanes<float>)
            sum += simd::relu_gradient(simd::load(output + of.offset(y, 0) + n), one);
        alive += simd::sum(sum);
    }
    return alive <= static_cast<float>(percent * of.shape.size()) / 100.0f;
}

/// Adds one sample to `sums` and `bias_gradient`; `Vectors` as winner_vectors says.
template <std::size_t Window, std::size_t Vectors>
DENIM_KERNEL void add_winners_gradient(const Convolution& of, const float* input, const float* output, const float* output_gradient,
                                       const std::uint8_t* record, float* scratch, float* sums, float* bias_gradient) {
    constexpr WinnerStrip strip = winner_strip(Window, Vectors);
    constexpr std::size_t lanes = simd::lanes<float>, line = Window * strip.pixel;
    constexpr std::uint32_t corners[4] = {0, strip.pixel, strip.row, strip.row + strip.pixel};
    const Shape& shape = of.output.shape;
    const std::size_t stride = of.output.stride, filters = of.filters(), filter = winner_filter(of);
    const std::size_t spans = (shape.width + strip.span - 1) / strip.span, most = spans ? (shape.width + spans - 1) / spans : 0;
    float* const packed = scratch;
    float* const gradients = packed + strip.packed;
    float* const bias_sums = gradients + stride;
    auto* const lengths = reinterpret_cast<std::uint32_t*>(bias_sums + stride);
    auto* const winners = reinterpret_cast<Winner*>(lengths + stride);
    for (std::size_t top = 0; top < shape.height; top += strip.rows)
        for (std::size_t left = 0; left < shape.width; left += most) {
            const std::size_t rows = std::min(strip.rows, shape.height - top), span = std::min(most, shape.width - left);
            std::fill_n(lengths, stride, 0u);
            std::fill_n(bias_sums, stride, 0.0f);
            for (std::size_t y = 0; y < rows; ++y)
                for (std::size_t x = 0; x < span; ++x) {
                    const std::size_t at = of.output.offset(top + y, left + x);
                    for (std::size_t f = 0; f < stride; f += lanes) {
                        const auto alive = simd::relu_gradient(simd::load(output + at + f), simd::load(output_gradient + at + f));
                        simd::store(gradients + f, alive);
                        simd::store(bias_sums + f, simd::load(bias_sums + f) + alive);
                    }
                    const std::uint8_t* const corner = record + ((top + y) * shape.width + left + x) * stride;
                    const auto first = static_cast<std::uint32_t>(2 * y * strip.row + 2 * x * strip.pixel);
                    for (std::size_t f = 0; f < filters; ++f) {
                        winners[f * strip.winners() + lengths[f]] = {gradients[f], first + corners[corner[f]]};
                        lengths[f] += is_nonzero(gradients[f]);
                    }
                }
            for (std::size_t f = 0; f < stride; f += lanes)
                simd::store(bias_gradient + f, simd::load(bias_gradient + f) + simd::load(bias_sums + f));
            for (std::size_t c = 0; c < of.channels(); c += strip.pixel) {
                detail::pack_strip<strip>(of, input, top, rows, left, span, c, packed);
                for (std::size_t f = 0; f < filters; ++f) {
                    float* const to = sums + f * filter + c * Window * Window;
                    const Winner* const own = winners + f * strip.winners();
                    for (std::size_t i = 0; i + strip.lines <= Window; i += strip.lines)
                        detail::add_windows<strip.lines, line / lanes, strip.row>(own, lengths[f], packed + i * strip.row, to + i * line);
                    if constexpr (constexpr std::size_t rest = Window % strip.lines; rest != 0)
                        detail::add_windows<rest, line / lanes, strip.row>(own, lengths[f], packed + (Window - rest) * strip.row,
                                                                           to + (Window - rest) * line);
                }
            }
        }
}

/// The weights' gradient of a vector of channels from `channel` on and of filters from `filter` on, from the sums of all samples: written,
/// or with `add` added to what stands there.
DENIM_KERNEL inline void finish_winners_gradient(const Convolution& of, bool add, const float* sums, float* weight_gradient, std::size_t channel,
                                          std::size_t filter) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t taps = of.side() * of.side(), pixel = winner_vectors(of.side(), of.channels()) * lanes, own = winner_filter(of);
    const std::size_t group = channel / pixel * pixel, filters = of.filters() - filter;
    for (std::size_t tap = 0; tap < taps; ++tap) {
        const float* const first = sums + filter * own + group * taps + tap * pixel + channel - group;
        alignas(64) float by_channel[lanes * lanes];
        simd::transpose(first, own, by_channel, lanes);
        for (std::size_t c = 0; c < std::min(lanes, of.channels() - channel); ++c) {
            float* const to = weight_gradient + (tap * of.channels() + channel + c) * of.filters() + filter;
            Channels sum = simd::load(by_channel + c * lanes);
            if (add) sum += load_up_to(to, filters);
            store_up_to(to, sum, filters);
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
