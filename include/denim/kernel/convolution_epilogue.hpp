// SPDX-License-Identifier: MIT
#pragma once

// What follows the sum of a convolution, on two rows of z at a time, and the way back from the output's gradient to that of z.
// A record holds a byte for each pooled number, laid out as the output without border: which of its four won, row by row.

#include <denim/kernel/convolution.hpp>
#include <denim/machine/simd_order.hpp>

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

}  // namespace detail

/// Rows y and y + 1 of z from (y, x, filter) on, `Count` columns, both even: bias and epilogue, then what lies inside is
/// stored.
template <Convolution Of, std::size_t Count>
DENIM_INLINE void write_rows(const simd::Vector<float>* upper, const simd::Vector<float>* lower, simd::Vector<float> bias,
                             std::size_t y, std::size_t x, std::size_t filter, float* output, std::uint8_t* record) {
    if constexpr (Of.pooled()) {
        constexpr Shape shape = Of.output.shape;
        if (y / 2 >= shape.height) return;
#pragma GCC unroll 3
        for (std::size_t i = 0; i < Count; i += 2) {
            const std::size_t column = (x + i) / 2;
            if (column >= shape.width) break;
            std::uint8_t* winners = record ? record + (y / 2 * shape.width + column) * Of.output.stride + filter : nullptr;
            const auto best = detail::pool(upper[i], upper[i + 1], lower[i], lower[i + 1], winners);
            simd::store(output + Of.output.offset(y / 2, column) + filter, simd::relu(best + bias));
        }
    } else {
        for (std::size_t q = 0; q < 2 && y + q < Of.rows; ++q)
#pragma GCC unroll 6
            for (std::size_t i = 0; i < Count; ++i) {
                if (x + i >= Of.columns) break;
                const auto z = (q ? lower : upper)[i] + bias;
                simd::store(output + Of.output.offset(y + q, x + i) + filter,
                            Of.epilogue == Epilogue::relu ? simd::relu(z) : z);
            }
    }
}

/// The gradient of z from the output's: into the inside of `picture`, laid out as `Picture`, whose border stays as it is. Only
/// winners get a gradient, and only where the output is positive or NaN. `bias_gradient` grows by the sums over the picture.
template <Convolution Of, Layout Picture>
inline void unfold_gradient(const float* output, const float* output_gradient, const std::uint8_t* record, float* picture,
                            float* bias_gradient) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const auto zero = simd::broadcast(0.0f);
    for (std::size_t y = 0; y < Of.output.shape.height; ++y)
        for (std::size_t f = 0; f < Of.output.stride; f += lanes) {
            auto sum = zero;
            for (std::size_t x = 0; x < Of.output.shape.width; ++x) {
                const std::size_t at = Of.output.offset(y, x) + f;
                auto gradient = simd::load(output_gradient + at);
                if constexpr (Of.epilogue != Epilogue::linear) gradient = simd::relu_gradient(simd::load(output + at), gradient);
                sum += gradient;
                if constexpr (Of.pooled()) {
                    const auto winner = simd::load_bytes(record + (y * Of.output.shape.width + x) * Of.output.stride + f);
                    for (std::size_t q = 0; q < 4; ++q)
                        simd::store(picture + Picture.offset(2 * y + q / 2, 2 * x + q % 2) + f,
                                    simd::select(winner == simd::broadcast(static_cast<float>(q)), gradient, zero));
                } else {
                    simd::store(picture + Picture.offset(y, x) + f, gradient);
                }
            }
            simd::store(bias_gradient + f, simd::load(bias_gradient + f) + sum);
        }
}

}  // namespace denim::inline DENIM_TARGET::kernel
