// SPDX-License-Identifier: MIT
#pragma once

// The direct convolution in float: any window, stride, layout and epilogue. Forward, and the gradient to the input of a
// convolution of stride 1 without a pool, are sums in registers (register_tiles.hpp); the other gradients go through the live
// outputs (live_gradient.hpp).

#include <denim/kernel/live_gradient.hpp>
#include <denim/kernel/register_tiles.hpp>
#include <denim/tensor/clear_border.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// The same interface as PlainConvolution. `prepared` begins with what forward reads: a predictor runs the first
/// `forward_prepare_parts` parts of prepare, keeps `forward_prepared_size` numbers and has `forward_scratch_size` of scratch. `record` is null in inference; else it
/// takes the winners as (row, column, filters rounded up to whole vectors). In scratch any numbers may stand, before and between calls.
template <Convolution Of>
struct DirectConvolution {
private:
    static constexpr std::size_t lanes = simd::lanes<float>;
    using Forward = RegisterTiles<Of>;
    using Live = LiveGradient<Of>;
    using Weights = typename Live::WeightSlices;

    // The gradient to the input as a convolution of z's gradient with flipped, transposed weights; z's border stays zero.
    static constexpr bool flips = Of.stride == 1 && !Of.pooled() && Of.top < Of.window.rows && Of.left < Of.window.columns;
    static constexpr std::size_t above = Of.window.rows - 1 - std::min(Of.top, Of.window.rows - 1);
    static constexpr std::size_t before = Of.window.columns - 1 - std::min(Of.left, Of.window.columns - 1);
    static constexpr std::size_t beyond(std::size_t needed, std::size_t there) { return needed > there ? needed - there : 0; }
    static constexpr Convolution flipped{.input = {.shape = {Of.rows, Of.columns, Of.filters()},
                                                   .border = {above, before, beyond(Of.input.shape.height + Of.top, Of.rows),
                                                              beyond(Of.input.shape.width + Of.left, Of.columns)}},
                                         .output = Of.input,
                                         .rows = Of.input.shape.height,
                                         .columns = Of.input.shape.width,
                                         .window = Of.window,
                                         .top = above,
                                         .left = before,
                                         .bias = false};
    using Backward = RegisterTiles<flipped>;

public:
    static constexpr const char* name = "direct";
    static constexpr std::size_t bands = Forward::rows;
    static constexpr std::size_t forward_prepare_parts = Of.window.rows;
    static constexpr std::size_t prepare_parts = 2 * Of.window.rows;
    static constexpr std::size_t finish_parts = Of.window.rows;
    static constexpr std::size_t forward_prepared_size = Forward::packed_size;
    static constexpr std::size_t prepared_size = forward_prepared_size + (flips ? Backward::packed_size : Live::weights_size);
    static constexpr std::size_t accumulator_size = Live::accumulator_size;
    static constexpr std::size_t record_size =
        Of.pooled() ? Of.output.shape.height * Of.output.shape.width * Forward::padded : 0;
    static constexpr std::size_t scratch_size = Live::scratch_size + (flips ? flipped.input.size() : 0), forward_scratch_size = 0;

    static void prepare(const float* weights, const float* bias, float* prepared, std::size_t part) {
        const auto weight = [=](std::size_t i, std::size_t j, std::size_t c, std::size_t f) {
            return weights[((i * Of.window.columns + j) * Of.channels() + c) * Of.filters() + f];
        };
        const std::size_t i = part % Of.window.rows;
        float* backward = prepared + forward_prepared_size;
        if (part < Of.window.rows) {
            Forward::pack(prepared, i, [=](std::size_t j, std::size_t c, std::size_t f) { return weight(i, j, c, f); });
            if (part == 0) {
                const std::size_t there = Of.bias ? Of.filters() : 0;
                std::fill_n(std::copy_n(bias, there, prepared + forward_prepared_size - Forward::padded), Forward::padded - there, 0.0f);
            }
        } else if constexpr (flips) {
            Backward::pack(backward, i, [=](std::size_t j, std::size_t f, std::size_t c) {
                return weight(Of.window.rows - 1 - i, Of.window.columns - 1 - j, c, f);
            });
            if (i == 0) std::fill_n(backward + Backward::packed_size - Backward::padded, Backward::padded, 0.0f);
        } else {
            using Slices = typename Live::InputSlices;
            for (std::size_t slice = 0; slice < Slices::slices; ++slice)
                for (std::size_t f = 0; f < Of.filters(); ++f)
                    for (std::size_t j = 0; j < Of.window.columns; ++j) {
                        float* to = backward + slice * Slices::slice_size + f * Slices::filter_size +
                                    (i * Of.window.columns + j) * Slices::unit;
                        const std::size_t c = slice * Slices::unit, there = std::min(Slices::unit, Of.channels() - c);
                        for (std::size_t u = 0; u < there; ++u) to[u] = weight(i, j, c + u, f);
                        std::fill_n(to + there, Slices::unit - there, 0.0f);
                    }
        }
    }

    static void forward(const float* input, const float* prepared, float* output, std::uint8_t* record, float* /*scratch*/,
                        std::size_t first, std::size_t last) {
        for (std::size_t y = first; y < last; ++y) Forward::row(input, prepared, output, record, y);
    }

    template <Gradient Input>
    static void backward(const float* input, const float* output, float* output_gradient, const float* prepared,
                         float* input_gradient, const std::uint8_t* record, float* scratch, float* accumulator) {
        Live::mask(output, output_gradient, accumulator);
        const float* weights = prepared + forward_prepared_size;
        if constexpr (flips || Input == Gradient::none) {
            Live::template run<false>(input, output_gradient, weights, input_gradient, record, scratch, accumulator);
            if constexpr (Input != Gradient::none) {
                float* z = scratch + Live::scratch_size;
                clear_border(flipped.input, z);
                for (std::size_t y = 0; y < Of.rows; ++y)
                    for (std::size_t x = 0; x < Of.columns; ++x)
                        std::copy_n(output_gradient + Of.output.offset(y, x), Of.filters(), z + flipped.input.offset(y, x));
                for (std::size_t y = 0; y < flipped.rows; ++y)
                    Backward::template row<Input>(z, weights, input_gradient, nullptr, y);
            }
        } else {
            if constexpr (Input == Gradient::write)
                for (std::size_t y = 0; y < Of.input.shape.height; ++y)
                    std::fill_n(input_gradient + Of.input.offset(y, 0), Of.input.shape.width * Of.input.stride, 0.0f);
            Live::template run<true>(input, output_gradient, weights, input_gradient, record, scratch, accumulator);
        }
    }

    static void finish(const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t part) {
        constexpr std::size_t taps = Weights::taps / Of.window.rows;  // of a window row
        alignas(64) float block[lanes][lanes];
        for (std::size_t first = 0; first < Of.filters(); first += lanes) {
            const std::size_t width = std::min(lanes, Of.filters() - first);
            for (std::size_t t = 0; t < taps; ++t)
                for (std::size_t v = 0; v < Weights::vectors; ++v) {
                    const std::size_t slice = v / Weights::group;
                    const std::size_t at =
                        slice * Weights::slice_size + (part * taps + t) * Weights::unit + v % Weights::group * lanes;
                    for (std::size_t f = 0; f < width; ++f)
                        simd::store(block[f], simd::load(accumulator + at + (first + f) * Weights::filter_size));
                    for (std::size_t u = 0; u < std::min(lanes, Weights::numbers - v * lanes); ++u) {
                        const std::size_t row = part * Of.window.columns * Of.channels() + t * Weights::numbers + v * lanes + u;
                        for (std::size_t f = 0; f < width; ++f) weight_gradient[row * Of.filters() + first + f] = block[f][u];
                    }
                }
            if (Of.bias && part == 0) std::copy_n(accumulator + Weights::size + first, width, bias_gradient + first);
        }
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
