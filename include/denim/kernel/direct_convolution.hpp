// SPDX-License-Identifier: MIT
#pragma once

// The direct convolution in float: any window, stride, layout and epilogue. Forward, and the gradient to the input of a
// convolution of stride 1 without a pool, are sums in registers (register_tiles.hpp), as is the gradient of the weights where every output
// may be alive (dense_gradient.hpp); the other gradients go through the live outputs (live_gradient.hpp).

#include <denim/kernel/dense_gradient.hpp>
#include <denim/kernel/live_gradient.hpp>
#include <denim/kernel/register_tiles.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// The gradient to the input as a convolution of z's gradient with flipped, transposed weights; z's border stays zero. At stride 1, without a pool.
constexpr bool flips(const Convolution& of) { return of.stride == 1 && !of.pooled() && of.top < of.window.rows && of.left < of.window.columns; }
constexpr Convolution flipped_convolution(const Convolution& of) {
    const std::size_t above = of.window.rows - 1 - std::min(of.top, of.window.rows - 1);
    const std::size_t before = of.window.columns - 1 - std::min(of.left, of.window.columns - 1);
    const auto beyond = [](std::size_t needed, std::size_t there) { return needed > there ? needed - there : 0; };
    return {.input = {.shape = {of.rows, of.columns, of.filters()},
                      .border = {above, before, beyond(of.input.shape.height + of.top, of.rows), beyond(of.input.shape.width + of.left, of.columns)}},
            .output = of.input,
            .rows = of.input.shape.height,
            .columns = of.input.shape.width,
            .window = of.window,
            .top = above,
            .left = before,
            .bias = false};
}

/// A direct convolution as its loops are told it: sizes, and the kernels that its layer chose.
struct DirectPass {
    Convolution of, flipped;
    RegisterTiles forward_tiles, backward_tiles;
    LiveGradient live;
    DenseGradient dense;

    [[nodiscard]] constexpr bool is_dense() const { return takes_dense_gradient(of); }
    [[nodiscard]] constexpr std::size_t sums() const { return is_dense() ? dense.size : live.weights.size; }  ///< of weights; the bias's follow
    [[nodiscard]] constexpr std::size_t accumulator_size() const { return is_dense() ? dense.accumulator_size() : live.accumulator_size(); }

    void prepare(const float* weights, const float* bias, float* prepared, std::size_t part) const;
    void forward(const float* input, const float* prepared, float* output, std::uint8_t* record, std::size_t first, std::size_t last) const;
    void backward(Gradient mode, const float* input, const float* output, float* output_gradient, const float* prepared, float* input_gradient,
                  const std::uint8_t* record, float* scratch, float* accumulator) const;
};

/// Its sizes.
constexpr DirectPass direct_pass(const Convolution& of) {
    const Convolution flipped = flipped_convolution(of);
    return {of, flipped, register_tiles(of), register_tiles(flipped), live_gradient(of), dense_gradient(of)};
}

/// The same interface as PlainConvolution. `prepared` begins with what forward reads: a predictor runs the first
/// `forward_prepare_parts` parts of prepare, keeps `forward_prepared_size` numbers and has `forward_scratch_size` of scratch. `record` is null in inference; else it
/// takes the winners as (row, column, filters rounded up to whole vectors). In scratch any numbers may stand, before and between calls.
template <Convolution Of>
struct DirectConvolution {
private:
    static constexpr DirectPass sizes = direct_pass(Of);
    // Several, so that a trained network has no way back.
    static constexpr DirectPass forward_pass = [] {
        DirectPass pass = sizes;
        pass.forward_tiles = register_tiles<Of, Gradient::write>();
        return pass;
    }();
    template <Gradient Input>
    static constexpr DirectPass backward_pass = [] {
        DirectPass pass = sizes;
        pass.live = live_gradient<Of, !takes_dense_gradient(Of), Input != Gradient::none && !flips(Of)>();
        if constexpr (takes_dense_gradient(Of)) pass.dense = dense_gradient<Of>();
        if constexpr (Input != Gradient::none && flips(Of)) pass.backward_tiles = register_tiles<sizes.flipped, Input>();
        return pass;
    }();

public:
    static constexpr const char* name = "direct";
    static constexpr std::size_t bands = sizes.forward_tiles.bands();
    static constexpr std::size_t forward_prepare_parts = Of.window.rows;
    static constexpr std::size_t prepare_parts = 2 * Of.window.rows;
    static constexpr std::size_t finish_parts = Of.window.rows;
    static constexpr std::size_t forward_prepared_size = sizes.forward_tiles.packed_size;
    static constexpr std::size_t prepared_size = forward_prepared_size + (flips(Of) ? sizes.backward_tiles.packed_size : sizes.live.weights_size());
    static constexpr std::size_t accumulator_size = sizes.accumulator_size();
    static constexpr std::size_t record_size = Of.pooled() ? Of.output.shape.height * Of.output.shape.width * sizes.forward_tiles.padded : 0;
    static constexpr std::size_t scratch_size = sizes.live.scratch_size(Of) + (flips(Of) ? sizes.flipped.input.size() : 0), forward_scratch_size = 0;

    static void prepare(const float* weights, const float* bias, float* prepared, std::size_t part) {
        forward_pass.prepare(weights, bias, prepared, part);
    }
    static void forward(const float* input, const float* prepared, float* output, std::uint8_t* record, float* /*scratch*/,
                        std::size_t first, std::size_t last) {
        forward_pass.forward(input, prepared, output, record, first, last);
    }
    template <Gradient Input>
    static void backward(const float* input, const float* output, float* output_gradient, const float* prepared, float* input_gradient,
                         const std::uint8_t* record, float* scratch, float* accumulator) {
        backward_pass<Input>.backward(Input, input, output, output_gradient, prepared, input_gradient, record, scratch, accumulator);
    }
    static void finish(const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t part) {
        if constexpr (takes_dense_gradient(Of))
            forward_pass.dense.finish(Of, accumulator, weight_gradient, bias_gradient, part);
        else
            forward_pass.live.finish(Of, accumulator, weight_gradient, bias_gradient, part);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel

#if DENIM_BODIES

#include <denim/tensor/clear_border.hpp>

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void DirectPass::prepare(const float* weights, const float* bias, float* prepared, std::size_t part) const {
    const auto filters = static_cast<std::ptrdiff_t>(of.filters()), pixel = static_cast<std::ptrdiff_t>(of.channels()) * filters;
    const std::size_t i = part % of.window.rows, row = of.window.columns * of.channels() * of.filters();
    float* const behind = prepared + forward_tiles.packed_size;
    if (part < of.window.rows) {
        forward_tiles.pack(of, weights + i * row, {.column = pixel, .channel = filters, .filter = 1}, prepared, i);
        if (part > 0) return;
        const std::size_t there = of.bias ? of.filters() : 0;
        std::fill_n(std::copy_n(bias, there, behind - forward_tiles.padded), forward_tiles.padded - there, 0.0f);
    } else if (flips(of)) {
        // Taps in the opposite order, its channels the filters, and the other way.
        const float* last = weights + (of.window.rows - i) * row - pixel;
        backward_tiles.pack(flipped, last, {.column = -pixel, .channel = 1, .filter = filters}, behind, i);
        if (i == 0) std::fill_n(behind + backward_tiles.packed_size - backward_tiles.padded, backward_tiles.padded, 0.0f);
    } else {
        live.prepare(of, weights, behind, i);
    }
}

DENIM_ONCE void DirectPass::forward(const float* input, const float* prepared, float* output, std::uint8_t* record, std::size_t first,
                                    std::size_t last) const {
    forward_tiles.run(of, input, prepared, output, record, first, last, true);
}

DENIM_ONCE void DirectPass::backward(Gradient mode, const float* input, const float* output, float* output_gradient, const float* prepared,
                                     float* input_gradient, const std::uint8_t* record, float* scratch, float* accumulator) const {
    const float* weights = prepared + forward_tiles.packed_size;
    if (of.bias || of.epilogue != Epilogue::linear) live.mask(of.output, output, output_gradient, accumulator + sums());
    if (is_dense()) dense.run(of, input, output_gradient, accumulator);
    if (mode == Gradient::write && !flips(of))
        for (std::size_t y = 0; y < of.input.shape.height; ++y)
            std::fill_n(input_gradient + of.input.offset(y, 0), of.input.shape.width * of.input.stride, 0.0f);
    if (!live.gathers.empty() || !live.scatters.empty()) live.run(of, input, output_gradient, weights, input_gradient, record, scratch, accumulator);
    if (mode == Gradient::none || !flips(of)) return;
    float* z = scratch + live.scratch_size(of);
    clear_border(flipped.input, z);
    for (std::size_t y = 0; y < of.rows; ++y)
        for (std::size_t x = 0; x < of.columns; ++x)
            std::copy_n(output_gradient + of.output.offset(y, x), of.filters(), z + flipped.input.offset(y, x));
    backward_tiles.run(flipped, z, weights, input_gradient, nullptr, 0, backward_tiles.bands(), mode == Gradient::write);
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
