// SPDX-License-Identifier: MIT
#pragma once

// The inner loops of depthwise convolutions. The sums of a run stay in registers while a row of the input goes by, of which each pixel is
// loaded once and multiplied with every tap that it stands under.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/convolution_epilogue.hpp>
#include <denim/machine/simd.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// What a run has to know, in numbers: from one window row, tap and output to the next, in the picture that is read; a pixel of the one that is
/// written; and from one tap's weights to the next tap's.
struct DepthwiseSizes {
    std::size_t window_rows = 0, window_row = 0, tap = 0, step = 0, pixel = 0;
    std::ptrdiff_t weight = 0;
};

/// Pixels from one output's window to the next, where the taps of a window stand side by side; 0 where they do not, or are further apart.
constexpr std::size_t close_step(const Convolution& of) { return of.dilation.columns == 1 && of.stride.columns <= 2 ? of.stride.columns : 0; }

/// `runs` runs of `Pixels` outputs each, `channels` of them (whole vectors), written or added to `output`. `corner` is where the first window begins, `weights` the first tap's. No
/// bias is none. `Step` is the close_step. Each output sums its taps row by row, from the left.
template <Epilogue End, Gradient Mode, std::size_t Columns, std::size_t Step, std::size_t Pixels>
DENIM_KERNEL void depthwise_runs(const DepthwiseSizes& sizes, const float* corner, const float* weights, const float* bias, float* output,
                                 std::size_t runs, std::size_t channels) {
    using Vector = simd::Vector<float>;
    constexpr std::size_t lanes = simd::lanes<float>, across = Step > 0 ? (Pixels - 1) * Step + Columns : Columns;
    const DepthwiseSizes of = sizes;
    for (; runs; --runs, corner += Pixels * of.step, output += Pixels * of.pixel)
        for (std::size_t c = 0; c < channels; c += lanes) {
            Vector sum[Pixels];
            const Vector start = bias ? simd::load(bias + c) : simd::broadcast(0.0f);
#pragma GCC unroll 8
            for (std::size_t p = 0; p < Pixels; ++p) sum[p] = start;
            const float *from = corner + c, *weight = weights + c;
#pragma GCC unroll 1
            for (std::size_t i = 0; i < of.window_rows; ++i, from += of.window_row) {
                const float* pixel = from;
                if constexpr (Step > 0) {
                    Vector factor[Columns];
#pragma GCC unroll 8
                    for (std::size_t j = 0; j < Columns; ++j, weight += of.weight) factor[j] = simd::load(weight);
#pragma GCC unroll 32
                    for (std::size_t u = 0; u < across; ++u, pixel += of.tap) {
                        const Vector number = simd::load(pixel);
#pragma GCC unroll 8
                        for (std::size_t j = 0; j < Columns; ++j)
                            if (u >= j && (u - j) % Step == 0 && (u - j) / Step < Pixels)
                                sum[(u - j) / Step] = simd::fma(number, factor[j], sum[(u - j) / Step]);
                    }
                } else {
#pragma GCC unroll 8
                    for (std::size_t j = 0; j < Columns; ++j, pixel += of.tap, weight += of.weight) {
                        const Vector factor = simd::load(weight);
#pragma GCC unroll 8
                        for (std::size_t p = 0; p < Pixels; ++p) sum[p] = simd::fma(simd::load(pixel + p * of.step), factor, sum[p]);
                    }
                }
            }
            float* place = output + c;
#pragma GCC unroll 8
            for (std::size_t p = 0; p < Pixels; ++p, place += of.pixel) {
                Vector value = detail::end<End>(sum[p]);
                if constexpr (Mode == Gradient::add) value = value + simd::load(place);
                simd::store(place, value);
            }
        }
}

/// A row of z's gradient, into its place in `z`, and its sum to the bias's gradient.
template <Epilogue End>
DENIM_KERNEL void spread_depthwise_row(std::size_t columns, std::size_t pixel, std::size_t z_step, const float* output, const float* output_gradient,
                                       float* z, float* bias_gradient) {
    for (std::size_t c = 0; c < pixel; c += simd::lanes<float>) {
        auto sum = simd::broadcast(0.0f);
        for (std::size_t x = 0, from = c, to = c; x < columns; ++x, from += pixel, to += z_step) {
            const auto gradient = detail::end_gradient<End>(simd::load(output + from), simd::load(output_gradient + from));
            simd::store(z + to, gradient);
            sum = sum + gradient;
        }
        simd::store(bias_gradient + c, simd::load(bias_gradient + c) + sum);
    }
}

namespace detail {

/// The taps of `Vectors` vectors of channels: two at once have sums enough that none waits for the one before.
template <std::size_t Columns, std::size_t Vectors>
DENIM_INLINE void add_taps(const DepthwiseSizes& of, std::size_t columns, const float* pixels, const float* z, std::size_t z_step, float* sums) {
    constexpr std::size_t lanes = simd::lanes<float>;
    simd::Vector<float> sum[Columns][Vectors];
    for (std::size_t j = 0; j < Columns; ++j)
        for (std::size_t v = 0; v < Vectors; ++v) sum[j][v] = simd::load(sums + j * of.pixel + v * lanes);
#pragma GCC unroll 1
    for (std::size_t x = 0; x < columns; ++x, pixels += of.step, z += z_step) {
        const float* tap = pixels;
        simd::Vector<float> gradient[Vectors];
#pragma GCC unroll 2
        for (std::size_t v = 0; v < Vectors; ++v) gradient[v] = simd::load(z + v * lanes);
#pragma GCC unroll 8
        for (std::size_t j = 0; j < Columns; ++j, tap += of.tap)
#pragma GCC unroll 2
            for (std::size_t v = 0; v < Vectors; ++v) sum[j][v] = simd::fma(simd::load(tap + v * lanes), gradient[v], sum[j][v]);
    }
    for (std::size_t j = 0; j < Columns; ++j)
        for (std::size_t v = 0; v < Vectors; ++v) simd::store(sums + j * of.pixel + v * lanes, sum[j][v]);
}

}  // namespace detail

/// What a row of z's gradient says about a window row: `sums` holds its taps.
template <std::size_t Columns>
DENIM_KERNEL void add_depthwise_taps(const DepthwiseSizes& sizes, std::size_t columns, const float* input, const float* z, std::size_t z_step,
                                     float* sums) {
    constexpr std::size_t lanes = simd::lanes<float>, together = 2 * Columns + 4 <= simd::registers ? 2 : 1;
    const DepthwiseSizes of = sizes;
    std::size_t c = 0;
    for (; c + together * lanes <= of.pixel; c += together * lanes) detail::add_taps<Columns, together>(of, columns, input + c, z + c, z_step, sums + c);
    for (; c < of.pixel; c += lanes) detail::add_taps<Columns, 1>(of, columns, input + c, z + c, z_step, sums + c);
}

}  // namespace denim::inline DENIM_TARGET::kernel
