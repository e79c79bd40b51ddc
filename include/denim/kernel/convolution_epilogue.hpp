// SPDX-License-Identifier: MIT
#pragma once

// What follows the sum of a convolution, on two rows of z at a time, and the way back from the output's gradient to that of z.
// A record holds a byte for each pooled number, laid out as the output without border: which of its four won, row by row.

#include <denim/kernel/convolution.hpp>
#include <denim/machine/simd_functions.hpp>
#include <denim/machine/simd_order.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// Bytes of a record.
constexpr std::size_t winners_size(const Convolution& of) {
    return of.pooled() ? of.output.shape.height * of.output.shape.width * of.output.stride : 0;
}

namespace detail {

/// The maximum of four, NaN where one of them is; which one it is, the first of equals or of NaNs, goes to `record` unless that
/// is null.
DENIM_INLINE simd::Vector<float> pool(simd::Vector<float> a, simd::Vector<float> b, simd::Vector<float> c,
                                      simd::Vector<float> d, std::uint8_t* record) {
    const auto best = simd::largest_of(a, b, c, d);
    if (record) {
        auto winner = simd::select((c == best) | simd::is_nan(c), simd::broadcast(2.0f), simd::broadcast(3.0f));
        winner = simd::select((b == best) | simd::is_nan(b), simd::broadcast(1.0f), winner);
        simd::store_bytes(record, simd::select((a == best) | simd::is_nan(a), simd::broadcast(0.0f), winner));
    }
    return best;
}

/// What an epilogue without a pool makes of a sum, its bias added.
template <Epilogue End>
DENIM_INLINE simd::Vector<float> end(simd::Vector<float> z) {
    if constexpr (End == Epilogue::linear)
        return z;
    else if constexpr (End == Epilogue::relu6)
        return simd::clamp(z, 0, 6);
    else
        return simd::relu(z);
}
/// The way back: 0 where the output is at a limit.
template <Epilogue End>
DENIM_INLINE simd::Vector<float> end_gradient(simd::Vector<float> output, simd::Vector<float> gradient) {
    if constexpr (End == Epilogue::linear)
        return gradient;
    else if constexpr (End == Epilogue::relu6)
        return simd::relu_gradient(simd::broadcast(6.0f) - output, simd::relu_gradient(output, gradient));
    else
        return simd::relu_gradient(output, gradient);
}

}  // namespace detail

/// Where a picture stands that a kernel writes: what its inner loops have to know of a layout.
struct PictureRows {
    std::size_t height, width;  ///< of the picture that is stored
    std::size_t row, pixel;     ///< numbers from one row, one pixel to the next
    std::size_t first;          ///< of the picture, behind its border

    [[nodiscard]] constexpr std::size_t offset(std::size_t y, std::size_t x) const { return first + y * row + x * pixel; }
};
constexpr PictureRows rows_of(const Layout& of) { return {of.shape.height, of.shape.width, of.row(), of.stride, of.offset(0, 0)}; }

/// Rows y and y + 1 of z from (y, x, filter) on, `Count` columns, both even: bias and epilogue, then what lies inside is stored.
template <Epilogue End, std::size_t Count>
DENIM_INLINE void write_rows(const PictureRows& of, const simd::Vector<float>* upper, const simd::Vector<float>* lower, simd::Vector<float> bias,
                             std::size_t y, std::size_t x, std::size_t filter, float* output, std::uint8_t* record) {
    if constexpr (End == Epilogue::relu_pool) {
        const std::size_t inside = std::min(Count / 2, of.width - x / 2);
        if (y / 2 >= of.height) return;
        float* to = output + of.offset(y / 2, x / 2) + filter;
        std::uint8_t* winners = record ? record + (y / 2 * of.width + x / 2) * of.pixel + filter : nullptr;
        const auto write = [&](std::size_t i) {
            const auto best = detail::pool(upper[i], upper[i + 1], lower[i], lower[i + 1], winners);
            simd::store(to, simd::relu(best + bias));
            to += of.pixel;
            if (winners) winners += of.pixel;
        };
        if (inside == Count / 2) {
#pragma GCC unroll 3
            for (std::size_t i = 0; i < Count; i += 2) write(i);
        } else {
            for (std::size_t i = 0; i < 2 * inside; i += 2) write(i);
        }
    } else {
        const std::size_t inside = std::min(Count, of.width - x);
        float* first = output + of.offset(y, x) + filter;
        for (std::size_t q = 0; q < 2 && y + q < of.height; ++q, first += of.row) {
            float* to = first;
            const auto write = [&](std::size_t i) {
                const auto z = (q ? lower : upper)[i] + bias;
                simd::store(to, detail::end<End>(z));
                to += of.pixel;
            };
            if (inside == Count) {
#pragma GCC unroll 6
                for (std::size_t i = 0; i < Count; ++i) write(i);
            } else {
                for (std::size_t i = 0; i < inside; ++i) write(i);
            }
        }
    }
}

/// The gradient of z from the output's: into the inside of `picture`, laid out as `to`, whose border stays as it is. Only winners get a
/// gradient, and only where the output is positive (of relu6: and below 6) or NaN. `bias_gradient` grows by the sums over the picture.
template <Epilogue End>
DENIM_KERNEL void unfold_gradient(const Convolution& of, const Layout& to, const float* output, const float* output_gradient,
                                  const std::uint8_t* record, float* picture, float* bias_gradient) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const auto zero = simd::broadcast(0.0f);
    const Shape& shape = of.output.shape;
    const std::size_t stride = of.output.stride, row = to.row();
    for (std::size_t y = 0; y < shape.height; ++y)
        for (std::size_t f = 0; f < stride; f += lanes) {
            auto sum = zero;
            std::size_t at = of.output.offset(y, 0) + f;
            const std::uint8_t* winners = record + y * shape.width * stride + f;
            float* z = picture + to.offset(End == Epilogue::relu_pool ? 2 * y : y, 0) + f;
            for (std::size_t x = 0; x < shape.width; ++x, at += stride) {
                auto gradient = simd::load(output_gradient + at);
                if constexpr (End != Epilogue::linear) gradient = detail::end_gradient<End>(simd::load(output + at), gradient);
                sum += gradient;
                if constexpr (End == Epilogue::relu_pool) {
                    const auto winner = simd::load_bytes(winners);
                    for (std::size_t q = 0; q < 4; ++q)
                        simd::store(z + q / 2 * row + q % 2 * to.stride,
                                    simd::select(winner == simd::broadcast(static_cast<float>(q)), gradient, zero));
                    winners += stride;
                    z += 2 * to.stride;
                } else {
                    simd::store(z, gradient);
                    z += to.stride;
                }
            }
            simd::store(bias_gradient + f, simd::load(bias_gradient + f) + sum);
        }
}

}  // namespace denim::inline DENIM_TARGET::kernel
