// SPDX-License-Identifier: MIT
#pragma once

// The plain twin of every convolution kernel: the definition, written as loops, for any numbers. The fast kernels are compared
// with it, and the double-precision network of the gradient checks is made of it.

#include <denim/kernel/convolution.hpp>
#include <denim/machine/finite.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

template <Convolution Of, class Stored, class Computed = Stored>
struct PlainConvolution {
    static constexpr const char* name = "plain";
    static constexpr std::size_t bands = 1;          // forward: parts that can run side by side
    static constexpr std::size_t prepare_parts = 1;  // likewise of prepare and of finish
    static constexpr std::size_t finish_parts = 1;
    static constexpr std::size_t prepared_size = Of.weights() + Of.filters();
    static constexpr std::size_t forward_prepare_parts = prepare_parts, forward_prepared_size = prepared_size;
    static constexpr std::size_t accumulator_size = prepared_size;
    static constexpr std::size_t record_size = Of.pooled() ? Of.output.shape.size() : 0;  // bytes: the winner of each pool window
    static constexpr std::size_t scratch_size = Of.rows * Of.columns * Of.filters();      // z, or its gradient
    static constexpr std::size_t forward_scratch_size = scratch_size;

    /// prepared = (weights, bias).
    static void prepare(const Stored* weights, const Stored* bias, Stored* prepared, std::size_t /*part*/) {
        std::copy_n(weights, Of.weights(), prepared);
        if (Of.bias)
            std::copy_n(bias, Of.filters(), prepared + Of.weights());
        else
            std::fill_n(prepared + Of.weights(), Of.filters(), Stored{0});
    }

    /// Bands `first` to `last` of one sample.
    static void forward(const Stored* input, const Stored* prepared, Stored* output, std::uint8_t* record, Computed* scratch,
                        std::size_t /*first*/, std::size_t /*last*/) {
        for (std::size_t y = 0; y < Of.rows; ++y)
            for (std::size_t x = 0; x < Of.columns; ++x)
                for (std::size_t f = 0; f < Of.filters(); ++f) {
                    Computed sum = prepared[Of.weights() + f];
                    for (std::size_t i = 0; i < Of.window.rows; ++i)
                        for (std::size_t j = 0; j < Of.window.columns; ++j)
                            for (std::size_t c = 0; c < channels; ++c)
                                sum += Computed(input[at(y, x, i, j) + first(f) + c]) * prepared[weight(i, j, c, f)];
                    if (Of.epilogue != Epilogue::linear && !is_nan(sum)) sum = std::max(sum, Computed{0});
                    if (Of.epilogue == Epilogue::relu6 && sum > Computed{6}) sum = Computed{6};
                    scratch[(y * Of.columns + x) * Of.filters() + f] = sum;
                }
        for (std::size_t y = 0; y < Of.output.shape.height; ++y)
            for (std::size_t x = 0; x < Of.output.shape.width; ++x)
                for (std::size_t f = 0; f < Of.filters(); ++f) {
                    Computed best = scratch[z(y, x, f, 0)];
                    std::uint8_t winner = 0;
                    for (std::uint8_t q = 1; Of.pooled() && q < 4; ++q)
                        if (outranks(scratch[z(y, x, f, q)], best)) best = scratch[z(y, x, f, winner = q)];
                    output[Of.output.offset(y, x) + f] = static_cast<Stored>(best);
                    if (Of.pooled() && record) record[(y * Of.output.shape.width + x) * Of.filters() + f] = winner;
                }
    }

    /// One sample, from `output_gradient` (laid out as the output): the accumulator grows by its weights' and bias's gradient,
    /// and `input_gradient` (laid out as the input) is written, added to or left alone. `output_gradient` may be overwritten.
    template <Gradient Input>
    static void backward(const Stored* input, const Stored* output, Stored* output_gradient, const Stored* prepared,
                         Stored* input_gradient, const std::uint8_t* record, Computed* scratch, Computed* accumulator) {
        std::fill_n(scratch, scratch_size, Computed{0});
        for (std::size_t y = 0; y < Of.output.shape.height; ++y)
            for (std::size_t x = 0; x < Of.output.shape.width; ++x)
                for (std::size_t f = 0; f < Of.filters(); ++f) {
                    const std::size_t o = Of.output.offset(y, x) + f;
                    const std::size_t q = Of.pooled() ? record[(y * Of.output.shape.width + x) * Of.filters() + f] : 0;
                    const bool alive = output[o] > Stored{0} && (Of.epilogue != Epilogue::relu6 || output[o] < Stored{6});
                    if (Of.epilogue == Epilogue::linear || alive || is_nan(output[o])) scratch[z(y, x, f, q)] = output_gradient[o];
                }
        for (std::size_t y = 0; y < Of.rows; ++y)
            for (std::size_t x = 0; x < Of.columns; ++x)
                for (std::size_t f = 0; f < Of.filters(); ++f) {
                    const Computed gradient = scratch[(y * Of.columns + x) * Of.filters() + f];
                    accumulator[Of.weights() + f] += gradient;
                    for (std::size_t i = 0; i < Of.window.rows; ++i)
                        for (std::size_t j = 0; j < Of.window.columns; ++j)
                            for (std::size_t c = 0; c < channels; ++c)
                                accumulator[weight(i, j, c, f)] += gradient * input[at(y, x, i, j) + first(f) + c];
                }
        if constexpr (Input != Gradient::none)
            for (std::size_t y = 0; y < Of.input.shape.height; ++y)
                for (std::size_t x = 0; x < Of.input.shape.width; ++x)
                    for (std::size_t c = 0; c < Of.channels(); ++c) {
                        Stored& to = input_gradient[Of.input.offset(y, x) + c];
                        to = static_cast<Stored>(input_sum(Input == Gradient::add ? to : Stored{0}, y, x, c, prepared, scratch));
                    }
    }

    /// Writes the gradients, from the accumulator of all samples.
    static void finish(const Computed* accumulator, Stored* weight_gradient, Stored* bias_gradient, std::size_t /*part*/) {
        std::copy_n(accumulator, Of.weights(), weight_gradient);
        if (Of.bias) std::copy_n(accumulator + Of.weights(), Of.filters(), bias_gradient);
    }

private:
    static constexpr std::size_t channels = Of.channels() / Of.groups;  // that a filter sums over, from first(f) on
    static constexpr std::size_t first(std::size_t f) { return f / (Of.filters() / Of.groups) * channels; }
    static constexpr std::size_t weight(std::size_t i, std::size_t j, std::size_t c, std::size_t f) {
        return ((i * Of.window.columns + j) * channels + c) * Of.filters() + f;
    }
    // Where the window at (y, x) touches the input with its tap (i, j); in the border it wraps below zero and back.
    static constexpr std::size_t at(std::size_t y, std::size_t x, std::size_t i, std::size_t j) {
        return Of.input.offset(y * Of.stride.rows + i * Of.dilation.rows - Of.top, x * Of.stride.columns + j * Of.dilation.columns - Of.left);
    }
    // The gradient of number (y, x, c) of the input: `sum`, and what each window adds that touches it, in the order of the windows.
    static Computed input_sum(Computed sum, std::size_t y, std::size_t x, std::size_t c, const Stored* prepared, const Computed* z_gradient) {
        constexpr std::size_t filters = Of.filters() / Of.groups;
        const std::size_t group = c / channels;
        for (std::size_t i = Of.window.rows; i-- > 0;)
            for (std::size_t j = Of.window.columns; j-- > 0;) {
                const std::size_t row = y + Of.top - i * Of.dilation.rows, column = x + Of.left - j * Of.dilation.columns;  // may wrap below zero
                if (row % Of.stride.rows != 0 || column % Of.stride.columns != 0) continue;
                const std::size_t at_row = row / Of.stride.rows, at_column = column / Of.stride.columns;
                if (at_row >= Of.rows || at_column >= Of.columns) continue;
                for (std::size_t f = group * filters; f < (group + 1) * filters; ++f)
                    sum += z_gradient[(at_row * Of.columns + at_column) * Of.filters() + f] * prepared[weight(i, j, c % channels, f)];
            }
        return sum;
    }
    // The number of z behind output (y, x, f): itself, or number q of its pool window.
    static constexpr std::size_t z(std::size_t y, std::size_t x, std::size_t f, std::size_t q) {
        const std::size_t step = Of.pooled() ? 2 : 1;
        return ((y * step + q / 2) * Of.columns + x * step + q % 2) * Of.filters() + f;
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
