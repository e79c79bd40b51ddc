// SPDX-License-Identifier: MIT
#pragma once

// Convolutions with one filter for each channel: nothing is summed over channels, so vectors run along them. A run is some outputs side by
// side, see depthwise_runs.hpp. Kernels are told their sizes; what a layer decides is which of them it calls.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/depthwise_runs.hpp>
#include <denim/machine/simd.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// True if every channel has its own filter, and no other.
constexpr bool depthwise(const Convolution& of) {
    return of.groups > 1 && of.groups == of.channels() && of.groups == of.filters() && !of.pooled();
}

/// A row of outputs as runs: they differ by one output at most, so that none of them is a thin rest.
struct DepthwiseRow {
    using Runs = void(const DepthwiseSizes& sizes, const float* corner, const float* weights, const float* bias, float* output, std::size_t runs,
                      std::size_t channels);

    DepthwiseSizes sizes;
    Runs *large = nullptr, *small = nullptr;
    std::size_t large_runs = 0, small_runs = 0, large_pixels = 0;
    std::size_t block = 0;  // channels that go down the picture together

    void operator()(const float* corner, const float* weights, const float* bias, float* output, std::size_t channels) const {
        if (large_runs) {
            large(sizes, corner, weights, bias, output, large_runs, channels);
            corner += large_runs * large_pixels * sizes.step;
            output += large_runs * large_pixels * sizes.pixel;
        }
        if (small_runs) small(sizes, corner, weights, bias, output, small_runs, channels);
    }
};

/// So many channels that the rows of a window stay in a first level of 32 KB until the next row of outputs reads them again.
constexpr std::size_t channels_together(const Convolution& of) {
    const std::size_t fit = 24'576 / sizeof(float) / (of.reach().rows * of.input.row() / of.input.stride);
    return std::min(std::max(fit / 16, std::size_t{1}) * 16, of.output.stride);
}

/// The row of a convolution; turned, the taps go by in the opposite order.
template <Convolution Of, Gradient Mode, bool Turned>
constexpr DepthwiseRow depthwise_row() {
    constexpr std::size_t most = simd::registers > 16 ? 8 : 6;  // sums in registers, beside what moves
    constexpr std::size_t runs = (Of.columns + most - 1) / most, small = Of.columns / runs, more = Of.columns % runs;
    const auto stride = static_cast<std::ptrdiff_t>(Of.output.stride);
    DepthwiseRow row{{Of.window.rows, Of.dilation.rows * Of.input.row(), Of.dilation.columns * Of.input.stride, Of.stride.columns * Of.input.stride,
                      Of.output.stride, Turned ? -stride : stride}};
    if constexpr (more > 0) {
        row.large = &depthwise_runs<Of.epilogue, Mode, Of.window.columns, close_step(Of), small + 1>;
        row.large_runs = more;
        row.large_pixels = small + 1;
    }
    row.small = &depthwise_runs<Of.epilogue, Mode, Of.window.columns, close_step(Of), small>;
    row.small_runs = runs - more;
    row.block = channels_together(Of);
    return row;
}

/// The gradient to the input of a depthwise convolution, as a convolution of z's gradient, spread out by the stride.
constexpr Convolution turned_depthwise(const Convolution& of) {
    const std::size_t above = of.reach().rows - 1 - of.top, before = of.reach().columns - 1 - of.left;
    const std::size_t height = (of.rows - 1) * of.stride.rows + 1, width = (of.columns - 1) * of.stride.columns + 1;
    const auto beyond = [](std::size_t needed, std::size_t there) { return needed > there ? needed - there : 0; };
    Convolution back;
    back.input = {{height, width, of.channels()},
                  {above, before, beyond(of.input.shape.height + of.top, height), beyond(of.input.shape.width + of.left, width)},
                  of.output.stride};
    back.output = of.input;
    back.rows = of.input.shape.height;
    back.columns = of.input.shape.width;
    back.window = of.window;
    back.top = above;
    back.left = before;
    back.dilation = of.dilation;
    return back;
}

/// A depthwise convolution as its loops are told it: sizes, and the kernels that its layer chose. Prepared weights, and the sums of their
/// gradient, are (window.rows, window.columns, stride), then biases (stride), zero behind the channels.
struct DepthwisePass {
    Convolution of, turned;
    DepthwiseRow row, back_written, back_added;
    decltype(&spread_depthwise_row<Epilogue::linear>) spread;
    decltype(&add_depthwise_taps<1>) add_taps;

    [[nodiscard]] constexpr std::size_t taps() const { return of.window.count(); }
    [[nodiscard]] constexpr std::size_t stride() const { return of.output.stride; }

    void prepare(const float* weights, const float* bias, float* prepared) const;
    void forward(const float* input, const float* prepared, float* output, std::size_t first, std::size_t last) const;
    void backward(Gradient mode, const float* input, const float* output, const float* output_gradient, const float* prepared, float* input_gradient,
                  float* scratch, float* accumulator) const;
    void finish(const float* accumulator, float* weight_gradient, float* bias_gradient) const;
};

/// The same interface as PlainConvolution; any stride and dilation, no pool.
template <Convolution Of>
struct DepthwiseConvolution {
private:
    static_assert(Of.output.stride % simd::lanes<float> == 0, "denim: DepthwiseConvolution: pixels must be padded to whole vectors.");
    static_assert(Of.top < Of.reach().rows && Of.left < Of.reach().columns);
    static constexpr Convolution turned = turned_depthwise(Of);
    // Two, so that a trained network has no way back.
    static constexpr DepthwisePass forward_pass{Of, turned, depthwise_row<Of, Gradient::write, false>(), {}, {}, nullptr, nullptr};
    template <Gradient Input>
    static constexpr DepthwisePass backward_pass = [] {
        DepthwisePass pass = forward_pass;
        if constexpr (Input == Gradient::write) pass.back_written = depthwise_row<turned, Gradient::write, true>();
        if constexpr (Input == Gradient::add) pass.back_added = depthwise_row<turned, Gradient::add, true>();
        pass.spread = &spread_depthwise_row<Of.epilogue>;
        pass.add_taps = &add_depthwise_taps<Of.window.columns>;
        return pass;
    }();

public:
    static constexpr const char* name = "depthwise";
    static constexpr std::size_t bands = Of.rows;
    static constexpr std::size_t prepare_parts = 1, finish_parts = 1, forward_prepare_parts = 1;
    static constexpr std::size_t prepared_size = (Of.window.count() + 1) * Of.output.stride, forward_prepared_size = prepared_size;
    static constexpr std::size_t accumulator_size = prepared_size;
    static constexpr std::size_t record_size = 0;
    static constexpr std::size_t scratch_size = turned.input.size();  // z's gradient: between its pixels and around them it is zero
    static constexpr std::size_t forward_scratch_size = 0;

    static void prepare(const float* weights, const float* bias, float* prepared, std::size_t /*part*/) {
        forward_pass.prepare(weights, bias, prepared);
    }
    static void forward(const float* input, const float* prepared, float* output, std::uint8_t* /*record*/, float* /*scratch*/,
                        std::size_t first, std::size_t last) {
        forward_pass.forward(input, prepared, output, first, last);
    }
    template <Gradient Input>
    static void backward(const float* input, const float* output, float* output_gradient, const float* prepared, float* input_gradient,
                         const std::uint8_t* /*record*/, float* scratch, float* accumulator) {
        backward_pass<Input>.backward(Input, input, output, output_gradient, prepared, input_gradient, scratch, accumulator);
    }
    static void finish(const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t /*part*/) {
        forward_pass.finish(accumulator, weight_gradient, bias_gradient);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel

#if DENIM_BODIES

#include <denim/tensor/clear_border.hpp>

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void DepthwisePass::prepare(const float* weights, const float* bias, float* prepared) const {
    std::fill_n(prepared, (taps() + 1) * stride(), 0.0f);
    for (std::size_t tap = 0; tap < taps(); ++tap) std::copy_n(weights + tap * of.channels(), of.channels(), prepared + tap * stride());
    if (of.bias) std::copy_n(bias, of.channels(), prepared + taps() * stride());
}

DENIM_ONCE void DepthwisePass::forward(const float* input, const float* prepared, float* output, std::size_t first, std::size_t last) const {
    for (std::size_t c = 0; c < stride(); c += row.block)
        for (std::size_t y = first; y < last; ++y)
            row(input + of.input.offset(y * of.stride.rows - of.top, 0 - of.left) + c, prepared + c, prepared + taps() * stride() + c,
                output + of.output.offset(y, 0) + c, std::min(row.block, stride() - c));
}

DENIM_ONCE void DepthwisePass::backward(Gradient mode, const float* input, const float* output, const float* output_gradient, const float* prepared,
                                        float* input_gradient, float* scratch, float* accumulator) const {
    if (of.stride == 1)
        clear_border(turned.input, scratch);
    else
        std::fill_n(scratch, turned.input.size(), 0.0f);
    const std::size_t z_step = of.stride.columns * stride();
    for (std::size_t y = 0; y < of.rows; ++y) {
        const std::size_t from = of.output.offset(y, 0);
        float* z = scratch + turned.input.offset(y * of.stride.rows, 0);
        spread(of.columns, stride(), z_step, output + from, output_gradient + from, z, accumulator + taps() * stride());
        for (std::size_t i = 0; i < of.window.rows; ++i)
            add_taps(row.sizes, of.columns, input + of.input.offset(y * of.stride.rows + i * of.dilation.rows - of.top, 0 - of.left), z, z_step,
                     accumulator + i * of.window.columns * stride());
    }
    if (mode == Gradient::none) return;
    const DepthwiseRow& back = mode == Gradient::add ? back_added : back_written;
    for (std::size_t c = 0; c < stride(); c += back.block)
        for (std::size_t y = 0; y < turned.rows; ++y)
            back(scratch + turned.input.offset(y - turned.top, 0 - turned.left) + c, prepared + (taps() - 1) * stride() + c, nullptr,
                 input_gradient + turned.output.offset(y, 0) + c, std::min(back.block, stride() - c));
}

DENIM_ONCE void DepthwisePass::finish(const float* accumulator, float* weight_gradient, float* bias_gradient) const {
    for (std::size_t tap = 0; tap < taps(); ++tap) std::copy_n(accumulator + tap * stride(), of.channels(), weight_gradient + tap * of.channels());
    if (of.bias) std::copy_n(accumulator + taps() * stride(), of.channels(), bias_gradient);
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
