// SPDX-License-Identifier: MIT
#pragma once

// Convolutions with one filter for each channel: nothing is summed over channels, so vectors run along them. A step multiplies
// the pixels of a run by one tap; the run's sums stay in registers.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/convolution_epilogue.hpp>
#include <denim/machine/simd_order.hpp>
#include <denim/tensor/clear_border.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// True if every channel has its own filter, and no other.
constexpr bool depthwise(const Convolution& of) {
    return of.groups > 1 && of.groups == of.channels() && of.groups == of.filters() && !of.pooled();
}

/// Rows of a depthwise convolution, or with Turned of the way back, which takes the taps in the opposite order and no bias.
template <Convolution Of, bool Turned>
struct DepthwiseRows {
    using Vector = simd::Vector<float>;
    static constexpr std::size_t lanes = simd::lanes<float>;
    static_assert(Of.output.stride % lanes == 0, "denim: DepthwiseConvolution: pixels must be padded to whole vectors.");

    /// Row `y` is written or added; `weights` are (window.rows, window.columns, stride), then biases (stride), zero behind the channels.
    template <Gradient Mode>
    static void row(const float* input, const float* weights, float* output, std::size_t y) {
        constexpr std::size_t rest = Of.columns % pixels;
        for (std::size_t x = 0; x + pixels <= Of.columns; x += pixels) run<Mode, pixels>(input, weights, output, y, x);
        if constexpr (rest > 0) run<Mode, rest>(input, weights, output, y, Of.columns - rest);
    }

private:
    static constexpr std::size_t pixels = simd::registers > 16 ? 8 : 6;  // of a run

    template <Gradient Mode, std::size_t Pixels>
    static void run(const float* input, const float* weights, float* output, std::size_t y, std::size_t x) {
        const float* corner = input + Of.input.offset(y * Of.stride.rows - Of.top, x * Of.stride.columns - Of.left);
        float* to = output + Of.output.offset(y, x);
        for (std::size_t c = 0; c < Of.output.stride; c += lanes) {
            Vector sum[Pixels];
            const Vector start =
                Turned ? simd::broadcast(0.0f) : simd::load(weights + Of.window.count() * Of.output.stride + c);
#pragma GCC unroll 8
            for (std::size_t p = 0; p < Pixels; ++p) sum[p] = start;
#pragma GCC unroll 1
            for (std::size_t i = 0; i < Of.window.rows; ++i)
#pragma GCC unroll 7
                for (std::size_t j = 0; j < Of.window.columns; ++j) {
                    const std::size_t tap = i * Of.window.columns + j;
                    const Vector weight =
                        simd::load(weights + (Turned ? Of.window.count() - 1 - tap : tap) * Of.output.stride + c);
                    const float* from = corner + i * Of.dilation.rows * Of.input.row() + j * Of.dilation.columns * Of.input.stride + c;
#pragma GCC unroll 8
                    for (std::size_t p = 0; p < Pixels; ++p)
                        sum[p] = simd::fma(simd::load(from + p * Of.stride.columns * Of.input.stride), weight, sum[p]);
                }
#pragma GCC unroll 8
            for (std::size_t p = 0; p < Pixels; ++p) {
                float* place = to + p * Of.output.stride + c;
                Vector value = detail::end<Of.epilogue>(sum[p]);
                if constexpr (Mode == Gradient::add) value = value + simd::load(place);
                simd::store(place, value);
            }
        }
    }
};

/// The same interface as PlainConvolution; any stride and dilation, no pool.
template <Convolution Of>
struct DepthwiseConvolution {
private:
    using Vector = simd::Vector<float>;
    static constexpr std::size_t lanes = simd::lanes<float>, taps = Of.window.count(), stride = Of.output.stride;
    static_assert(Of.top < Of.reach().rows && Of.left < Of.reach().columns);

    // The gradient to the input as a convolution of z's gradient, spread out by the stride, with the taps turned round.
    static constexpr Convolution turned = [] {
        const std::size_t above = Of.reach().rows - 1 - Of.top, before = Of.reach().columns - 1 - Of.left;
        const std::size_t height = (Of.rows - 1) * Of.stride.rows + 1, width = (Of.columns - 1) * Of.stride.columns + 1;
        const auto beyond = [](std::size_t needed, std::size_t there) { return needed > there ? needed - there : 0; };
        Convolution back;
        back.input = {{height, width, Of.channels()},
                      {above, before, beyond(Of.input.shape.height + Of.top, height),
                       beyond(Of.input.shape.width + Of.left, width)},
                      stride};
        back.output = Of.input;
        back.rows = Of.input.shape.height;
        back.columns = Of.input.shape.width;
        back.window = Of.window;
        back.top = above;
        back.left = before;
        back.dilation = Of.dilation;
        return back;
    }();

public:
    static constexpr const char* name = "depthwise";
    static constexpr std::size_t bands = Of.rows;
    static constexpr std::size_t prepare_parts = 1, finish_parts = 1, forward_prepare_parts = 1;
    static constexpr std::size_t prepared_size = (taps + 1) * stride, forward_prepared_size = prepared_size;
    static constexpr std::size_t accumulator_size = prepared_size;
    static constexpr std::size_t record_size = 0;
    static constexpr std::size_t scratch_size =
        turned.input.size();  // z's gradient: between its pixels and around them it is zero
    static constexpr std::size_t forward_scratch_size = 0;

    static void prepare(const float* weights, const float* bias, float* prepared, std::size_t /*part*/) {
        std::fill_n(prepared, prepared_size, 0.0f);
        for (std::size_t tap = 0; tap < taps; ++tap)
            std::copy_n(weights + tap * Of.channels(), Of.channels(), prepared + tap * stride);
        if (Of.bias) std::copy_n(bias, Of.channels(), prepared + taps * stride);
    }

    static void forward(const float* input, const float* prepared, float* output, std::uint8_t* /*record*/, float* /*scratch*/,
                        std::size_t first, std::size_t last) {
        for (std::size_t y = first; y < last; ++y)
            DepthwiseRows<Of, false>::template row<Gradient::write>(input, prepared, output, y);
    }

    template <Gradient Input>
    static void backward(const float* input, const float* output, float* output_gradient, const float* prepared,
                         float* input_gradient, const std::uint8_t* /*record*/, float* scratch, float* accumulator) {
        if constexpr (Of.stride == 1)
            clear_border(turned.input, scratch);
        else
            std::fill_n(scratch, scratch_size, 0.0f);
        for (std::size_t y = 0; y < Of.rows; ++y) {
            spread_row(output, output_gradient, scratch, accumulator + taps * stride, y);
            for (std::size_t i = 0; i < Of.window.rows; ++i) weight_gradient(input, scratch, accumulator, y, i);
        }
        if constexpr (Input != Gradient::none)
            for (std::size_t y = 0; y < turned.rows; ++y)
                DepthwiseRows<turned, true>::template row<Input>(scratch, prepared, input_gradient, y);
    }

    static void finish(const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t /*part*/) {
        for (std::size_t tap = 0; tap < taps; ++tap)
            std::copy_n(accumulator + tap * stride, Of.channels(), weight_gradient + tap * Of.channels());
        if (Of.bias) std::copy_n(accumulator + taps * stride, Of.channels(), bias_gradient);
    }

private:
    // Row y of z's gradient, into its place, and its sum to the bias's gradient.
    static void spread_row(const float* output, const float* output_gradient, float* z, float* bias_gradient, std::size_t y) {
        const auto zero = simd::broadcast(0.0f);
        for (std::size_t c = 0; c < stride; c += lanes) {
            Vector sum = zero;
            for (std::size_t x = 0; x < Of.columns; ++x) {
                Vector gradient = simd::load(output_gradient + Of.output.offset(y, x) + c);
                if constexpr (Of.epilogue != Epilogue::linear)
                    gradient = detail::end_gradient<Of.epilogue>(simd::load(output + Of.output.offset(y, x) + c), gradient);
                simd::store(z + turned.input.offset(y * Of.stride.rows, x * Of.stride.columns) + c, gradient);
                sum = sum + gradient;
            }
            simd::store(bias_gradient + c, simd::load(bias_gradient + c) + sum);
        }
    }
    // What row y of z's gradient says about window row i.
    static void weight_gradient(const float* input, const float* z, float* accumulator, std::size_t y, std::size_t i) {
        const float* pixels = input + Of.input.offset(y * Of.stride.rows + i * Of.dilation.rows - Of.top, 0 - Of.left);
        const float* gradients = z + turned.input.offset(y * Of.stride.rows, 0);
        for (std::size_t c = 0; c < stride; c += lanes) {
            Vector sum[Of.window.columns];
            float* to = accumulator + i * Of.window.columns * stride + c;
            for (std::size_t j = 0; j < Of.window.columns; ++j) sum[j] = simd::load(to + j * stride);
#pragma GCC unroll 1
            for (std::size_t x = 0; x < Of.columns; ++x) {
                const Vector gradient = simd::load(gradients + x * Of.stride.columns * stride + c);
#pragma GCC unroll 8
                for (std::size_t j = 0; j < Of.window.columns; ++j)
                    sum[j] = simd::fma(simd::load(pixels + (x * Of.stride.columns + j * Of.dilation.columns) * Of.input.stride + c), gradient,
                                       sum[j]);
            }
            for (std::size_t j = 0; j < Of.window.columns; ++j) simd::store(to + j * stride, sum[j]);
        }
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
