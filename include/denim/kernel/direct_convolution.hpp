// SPDX-License-Identifier: MIT
#pragma once

// The direct convolution in float: any window, stride, layout and epilogue. Forward, and the gradient to the input at stride 1 and 2 without a
// pool, are sums in registers (register_tiles.hpp, input_phases.hpp), as is the gradient of the weights where every output may be alive
// (dense_gradient.hpp); the other gradients go through the live outputs (live_gradient.hpp).

#include <denim/kernel/dense_gradient.hpp>
#include <denim/kernel/input_phases.hpp>
#include <denim/kernel/live_gradient.hpp>
#include <denim/kernel/register_tiles.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// A direct convolution as its loops are told it: sizes, and the kernels that its layer chose.
struct DirectPass {
    Convolution of;
    RegisterTiles forward_tiles;
    InputPhases phases;
    LiveGradient live;
    DenseGradient dense;

    [[nodiscard]] constexpr bool is_dense() const { return takes_dense_gradient(of); }
    [[nodiscard]] constexpr bool has_phases() const { return kernel::has_phases(of); }
    /// Numbers that the gradients' lists take, behind those of the phases; none where nothing goes through lists.
    [[nodiscard]] constexpr std::size_t list_scratch() const { return is_dense() && has_phases() ? 0 : live.scratch_size(of); }
    [[nodiscard]] constexpr std::size_t scratch_size() const { return list_scratch() + phases.z.size(); }
    /// Numbers prepared for the gradient to the input.
    [[nodiscard]] constexpr std::size_t backward_weights() const { return has_phases() ? phases.packed_size : live.weights_size(); }
    [[nodiscard]] constexpr std::size_t sums() const { return is_dense() ? dense.size : live.weights.size; }  ///< of weights; the bias's follow
    [[nodiscard]] constexpr std::size_t accumulator_size() const { return is_dense() ? dense.accumulator_size() : live.accumulator_size(); }

    void prepare(const float* weights, const float* bias, float* prepared, std::size_t part) const;
    void forward(const float* input, const float* prepared, float* output, std::uint8_t* record, std::size_t first, std::size_t last) const;
    void backward(Gradient mode, const float* input, const float* output, float* output_gradient, const float* prepared, float* input_gradient,
                  const std::uint8_t* record, float* scratch, float* accumulator) const;
};

/// Its sizes.
constexpr DirectPass direct_pass(const Convolution& of) {
    return {of, register_tiles(of), input_phases(of), live_gradient(of), dense_gradient(of)};
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
        pass.live = live_gradient<Of, !takes_dense_gradient(Of), Input != Gradient::none && !has_phases(Of)>();
        if constexpr (takes_dense_gradient(Of)) pass.dense = dense_gradient<Of>();
        if constexpr (Input != Gradient::none && has_phases(Of)) pass.phases = input_phases<Of, Input>();
        return pass;
    }();

public:
    static constexpr const char* name = "direct";
    static constexpr std::size_t bands = sizes.forward_tiles.bands();
    static constexpr std::size_t forward_prepare_parts = Of.window.rows;
    static constexpr std::size_t prepare_parts = 2 * Of.window.rows;
    static constexpr std::size_t finish_parts = Of.window.rows;
    static constexpr std::size_t forward_prepared_size = sizes.forward_tiles.packed_size;
    static constexpr std::size_t prepared_size = forward_prepared_size + sizes.backward_weights();
    static constexpr std::size_t accumulator_size = sizes.accumulator_size();
    static constexpr std::size_t record_size = Of.pooled() ? Of.output.shape.height * Of.output.shape.width * sizes.forward_tiles.padded : 0;
    static constexpr std::size_t scratch_size = sizes.scratch_size(), forward_scratch_size = 0;

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
    } else if (has_phases()) {
        phases.pack(of, weights, behind, i);
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
    if (mode == Gradient::write && !has_phases())
        for (std::size_t y = 0; y < of.input.shape.height; ++y)
            std::fill_n(input_gradient + of.input.offset(y, 0), of.input.shape.width * of.input.stride, 0.0f);
    if (!live.gathers.empty() || !live.scatters.empty()) live.run(of, input, output_gradient, weights, input_gradient, record, scratch, accumulator);
    if (mode != Gradient::none && has_phases()) phases.run(mode, of, output_gradient, weights, scratch + list_scratch(), input_gradient);
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
