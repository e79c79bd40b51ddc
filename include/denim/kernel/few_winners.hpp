// SPDX-License-Identifier: MIT
#pragma once

// The gradient to the weights of a pooled convolution of few channels, direct, through the pool's winners alone: a quarter of
// the work. Each winner adds its gradient times its window, a patch of window x window x channels numbers, to its filter's
// sums.

#include <denim/kernel/convolution_epilogue.hpp>
#include <denim/machine/simd.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// How patches go through the registers: `filters` at a time, `vectors` of each at a time.
struct FewWinners {
    std::size_t line;     ///< numbers of a line of a window; whole vectors where that makes the patch no longer
    std::size_t patch;    ///< numbers of a patch, whole vectors
    std::size_t vectors;  ///< a divisor or nearly of the patch's
    std::size_t filters;  ///< a power of two
    std::size_t span;     ///< pooled pixels whose patches fit the first level
    std::size_t row;      ///< numbers of an input row, with what a last vector reads beyond
};

constexpr FewWinners few_winners(const Convolution& of) {
    constexpr std::size_t lanes = simd::lanes<float>, sums = simd::registers - 4, bytes = 24 * 1024;
    const std::size_t tight = of.window * of.channels(), dense = (of.window * tight + lanes - 1) / lanes;
    const std::size_t line = of.window * round_up(tight, lanes) == dense * lanes ? round_up(tight, lanes) : tight;
    const std::size_t whole = (of.window * line + lanes - 1) / lanes, parts = (whole + sums - 1) / sums;
    const std::size_t vectors = (whole + parts - 1) / parts, patch = vectors * parts * lanes;
    const std::size_t filters = 4 * vectors <= sums ? 4 : 2 * vectors <= sums ? 2 : 1;
    const std::size_t width = std::max<std::size_t>(of.output.shape.width, 1),
                      fit = std::max<std::size_t>(bytes / (4 * patch * sizeof(float)), 1);
    const std::size_t spans = (width + fit - 1) / fit;
    return {line,
            patch,
            vectors,
            filters,
            (width + spans - 1) / spans,
            round_up((2 * width + of.window - 1) * of.channels(), lanes) + lanes};
}

/// Numbers of the sums: (filters, patch).
constexpr std::size_t few_winners_sums(const Convolution& of) { return of.output.stride * few_winners(of).patch; }

/// Numbers of scratch: the input rows below one row of the pooled picture, and a span of patches.
constexpr std::size_t few_winners_scratch(const Convolution& of) {
    const FewWinners tiling = few_winners(of);
    return (of.window + 1) * tiling.row + (4 * tiling.span + 1) * tiling.patch + simd::lanes<float>;
}

namespace detail {

/// The part of an input row that windows of the pool's winners touch, without padding between pixels.
template <Convolution Of>
inline void copy_pixels(const float* from, float* to) {
    constexpr std::size_t pixels = 2 * Of.output.shape.width + Of.window - 1, channels = Of.channels();
    if constexpr (Of.input.stride == channels)
        std::copy_n(from, pixels * channels, to);
    else
        for (std::size_t x = 0; x < pixels; ++x) std::copy_n(from + x * Of.input.stride, channels, to + x * channels);
}

/// The patches of both rows of windows, from pooled column `first` on: (pooled column, winner, patch).
template <Convolution Of>
inline void cut_patches(const float* rows, std::size_t first, std::size_t count, float* patches) {
    constexpr FewWinners tiling = few_winners(Of);
    constexpr std::size_t lanes = simd::lanes<float>, line = tiling.line;
    for (std::size_t n = 0; n < 4 * count; ++n) {
        const float* from = rows + n / 2 % 2 * tiling.row + (2 * (first + n / 4) + n % 2) * Of.channels();
        float* to = patches + n * tiling.patch;
        for (std::size_t i = 0; i < Of.window; ++i, from += tiling.row, to += line)
            for (std::size_t e = 0; e < line; e += lanes)
                simd::store(to + e, simd::load(from + e));  // the next covers what is too much
    }
}

}  // namespace detail

/// Adds one sample to `sums` and `bias_gradient`. The gradient where the output is not positive is cleared in
/// `output_gradient`.
template <Convolution Of>
inline void add_few_winners(const float* input, const float* output, float* output_gradient, const std::uint8_t* record,
                            float* scratch, float* sums, float* bias_gradient) {
    constexpr FewWinners tiling = few_winners(Of);
    constexpr Shape shape = Of.output.shape;
    constexpr std::size_t lanes = simd::lanes<float>, stride = Of.output.stride;
    float* const rows = scratch;
    float* const patches = rows + (Of.window + 1) * tiling.row;
    const auto zero = simd::broadcast(0.0f);
    for (std::size_t y = 0; y < shape.height; ++y) {
        for (std::size_t i = 0; i <= Of.window; ++i)
            detail::copy_pixels<Of>(input + Of.input.offset(2 * y + i - Of.top, 0 - Of.left), rows + i * tiling.row);
        float* const gradients = output_gradient + Of.output.offset(y, 0);
        const std::uint8_t* const winners = record + y * shape.width * stride;
        for (std::size_t f = 0; f < stride; f += lanes) {
            auto sum = zero;
            for (std::size_t x = 0; x < shape.width; ++x) {
                float* const at = gradients + x * stride + f;
                const auto alive = simd::select(simd::load(output + Of.output.offset(y, x) + f) > zero, simd::load(at), zero);
                sum += alive;
                simd::store(at, alive);
            }
            simd::store(bias_gradient + f, simd::load(bias_gradient + f) + sum);
        }
        for (std::size_t first = 0; first < shape.width; first += tiling.span) {
            const std::size_t count = std::min(tiling.span, shape.width - first);
            detail::cut_patches<Of>(rows, first, count, patches);
            for (std::size_t f = 0; f < stride; f += tiling.filters)
                for (std::size_t part = 0; part < tiling.patch; part += tiling.vectors * lanes) {
                    simd::Vector<float> sum[tiling.filters][tiling.vectors];
                    float* const to = sums + f * tiling.patch + part;
#pragma GCC unroll 4
                    for (std::size_t q = 0; q < tiling.filters; ++q)
#pragma GCC unroll 28
                        for (std::size_t n = 0; n < tiling.vectors; ++n)
                            sum[q][n] = simd::load(to + q * tiling.patch + n * lanes);
                    for (std::size_t x = 0; x < count; ++x) {
                        const std::size_t at = (first + x) * stride + f;
#pragma GCC unroll 4
                        for (std::size_t q = 0; q < tiling.filters; ++q) {
                            const float* const patch = patches + (4 * x + winners[at + q]) * tiling.patch + part;
                            const auto gradient = simd::broadcast(gradients[at + q]);
#pragma GCC unroll 28
                            for (std::size_t n = 0; n < tiling.vectors; ++n)
                                sum[q][n] = simd::fma(gradient, simd::load(patch + n * lanes), sum[q][n]);
                        }
                    }
#pragma GCC unroll 4
                    for (std::size_t q = 0; q < tiling.filters; ++q)
#pragma GCC unroll 28
                        for (std::size_t n = 0; n < tiling.vectors; ++n)
                            simd::store(to + q * tiling.patch + n * lanes, sum[q][n]);
                }
        }
    }
}

/// The weights' gradient from the sums of all shares, `distance` numbers apart, added in order.
template <Convolution Of>
inline void finish_few_winners(const float* sums, std::size_t shares, std::size_t distance, float* weight_gradient) {
    constexpr FewWinners tiling = few_winners(Of);
    constexpr std::size_t line = Of.window * Of.channels();
    for (std::size_t tap = 0; tap < Of.window * line; ++tap)
        for (std::size_t f = 0; f < Of.filters(); ++f) {
            float sum = 0.0f;
            for (std::size_t share = 0; share < shares; ++share)
                sum += sums[share * distance + f * tiling.patch + tap / line * tiling.line + tap % line];
            weight_gradient[tap * Of.filters() + f] = sum;
        }
}

}  // namespace denim::inline DENIM_TARGET::kernel
