// SPDX-License-Identifier: MIT
#pragma once

// The transformed kernel of a convolution: stride 1, windows of 3, 5 and 7, in single precision. See plain_convolution.hpp for
// what each function computes, toom_cook.hpp for the arithmetic, tiling.hpp for the sizes.

#include <denim/kernel/convolution_epilogue.hpp>
#include <denim/kernel/few_channels.hpp>
#include <denim/kernel/few_winners.hpp>
#include <denim/kernel/run_tiles.hpp>
#include <denim/kernel/tiling.hpp>
#include <denim/kernel/transformed_weights.hpp>
#include <denim/kernel/weight_gradient.hpp>
#include <denim/kernel/winners_gradient.hpp>
#include <denim/tensor/clear_border.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

namespace detail {

/// Sink of run_tiles: bias, epilogue, and what lies inside the picture into the output.
template <Epilogue End, std::size_t Side>
struct WriteOutput {
    PictureRows of;
    const float* bias;
    float* output;
    std::uint8_t* record;  ///< of winners, or null

    DENIM_INLINE void operator()(std::size_t y, std::size_t x, std::size_t f, const Channels* upper, const Channels* lower) const {
        write_rows<End, Side>(of, upper, lower, simd::load(bias + f), y, x, f, output, record);
    }
};

/// Sink of run_tiles: rows of the input's gradient, as far as they lie inside.
template <Gradient Input, std::size_t Side>
struct WriteGradient {
    PictureRows to;
    float* gradient;

    DENIM_INLINE void operator()(std::size_t y, std::size_t x, std::size_t c, const Channels* upper, const Channels* lower) const {
        const std::size_t rest = to.pixel - c, columns = std::min(Side, to.width - x);
        for (std::size_t q = 0; q < 2 && y + q < to.height; ++q) {
            float* at = gradient + to.offset(y + q, x) + c;
            const Channels* const values = q ? lower : upper;
            if (rest >= simd::lanes<float> && columns == Side) {
#pragma GCC unroll 6
                for (std::size_t i = 0; i < Side; ++i, at += to.pixel)
                    simd::store(at, Input == Gradient::add ? values[i] + simd::load(at) : values[i]);
            } else {
                for (std::size_t i = 0; i < columns; ++i, at += to.pixel)
                    store_up_to(at, Input == Gradient::add ? values[i] + load_up_to(at, rest) : values[i], rest);
            }
        }
    }
};

}  // namespace detail

template <Convolution Of>
struct TransformedConvolution {
    static_assert(transformable(Of), "denim: TransformedConvolution: stride 1 and a window of 3, 5 or 7 are needed.");
    static_assert(Of.output.stride == round_up(Of.filters(), simd::lanes<float>),
                  "denim: TransformedConvolution: the output's stride must be its filters rounded up to whole vectors.");
    static_assert(Of.input.border == widest(Of.input.border, transformed_border(Of)),
                  "denim: TransformedConvolution: the input's border is smaller than transformed_border.");

    static constexpr const char* name = Of.side() == 3   ? "transformed F(6,3)"
                                        : Of.side() == 5 ? "transformed F(4,5)"
                                                         : "transformed F(2,7)";
    static constexpr bool few = Of.channels() <= few_channels;
    // The ways that the gradient to the weights may go.
    static constexpr bool by_few_winners = few && Of.pooled();
    static constexpr bool by_winners = !few && winners_pay(Of) > 0, by_tiles = winners_pay(Of) < 100;
    static constexpr TilePass there = forward_pass(Of), back = backward_pass(Of);
    static constexpr std::size_t side = tile + 1 - Of.side();
    static constexpr TileRow line = tile_row(Of);
    static constexpr GradientTiles tiles = gradient_tiles(Of);
    static constexpr GradientSums sums = gradient_sums(Of);
    static constexpr Layout picture = gradient_picture(Of);

    static constexpr std::size_t filter_vectors = Of.output.stride / simd::lanes<float>,
                                 channel_vectors = back.width / simd::lanes<float>;

    static constexpr std::size_t bands = few ? there.tiles.down : there.bands();
    /// Parts of prepare: the first `forward_prepare_parts` are for forward, the others for the gradient to the input.
    static constexpr std::size_t forward_prepare_parts = few ? 1 : std::min<std::size_t>(Of.channels(), 16);
    static constexpr std::size_t prepare_parts = forward_prepare_parts + std::min<std::size_t>(Of.filters(), 16);
    static constexpr std::size_t finish_parts = by_few_winners ? 1 : channel_vectors * filter_vectors;

    /// Numbers that forward reads, then those of the gradient to the input.
    static constexpr std::size_t forward_prepared_size = Of.output.stride + (few ? few_weights_size(Of) : there.weights());
    static constexpr std::size_t prepared_size = forward_prepared_size + back.weights();
    static constexpr std::size_t tile_sums = by_tiles ? sums.size() : 0;
    static constexpr std::size_t winner_sums = by_few_winners ? few_winners_sums(Of) : by_winners ? winners_sums(Of) : 0;
    static constexpr std::size_t accumulator_size = Of.output.stride + tile_sums + winner_sums;
    static constexpr std::size_t record_size = winners_size(Of);
    static constexpr std::size_t picture_size = picture.size();
    static constexpr std::size_t forward_scratch_size = few ? line.scratch() : there.scratch();
    static constexpr std::size_t work_size =
        round_up(std::max({forward_scratch_size, back.scratch(), by_tiles ? tiles.scratch() : 0,
                           by_few_winners ? few_winners_scratch(Of) : 0, by_winners ? winners_scratch(Of) : 0}),
                 16);
    static constexpr std::size_t scratch_size = work_size + picture_size;

    /// prepared = (bias, weights forward, weights backward), those in the transform domain.
    static void prepare(const float* weights, const float* bias, float* prepared, std::size_t part) {
        if (part == 0) {
            std::fill_n(prepared, Of.output.stride, 0.0f);
            if (Of.bias) std::copy_n(bias, Of.filters(), prepared);
        }
        float* const forward_to = prepared + Of.output.stride;
        if (part >= forward_prepare_parts) {
            constexpr std::size_t parts = prepare_parts - forward_prepare_parts;
            const std::size_t own = part - forward_prepare_parts;
            backward_weights<Of.side()>(Of, back, weights, prepared + forward_prepared_size, own * Of.filters() / parts, (own + 1) * Of.filters() / parts);
        } else if constexpr (few) {
            few_weights<Of.side()>(Of, weights, forward_to);
        } else {
            share_out(Of.channels(), forward_prepare_parts, part,
                      [&](std::size_t channel) { forward_weights<Of.side()>(Of, there, weights, forward_to, channel); });
        }
    }

    /// Bands `first` to `last` of one sample. Without a `record` the winners are not kept.
    static void forward(const float* input, const float* prepared, float* output, std::uint8_t* record, float* scratch,
                        std::size_t first, std::size_t last) {
        if constexpr (few)
            few_forward<Of.channels(), side, Of.epilogue>(Of, line, there.tiles, input, prepared + Of.output.stride, prepared, output, record,
                                                          scratch, first, last);
        else
            run_tiles<side>(there, multiply_by<there.rows, there.width>(), input + origin, prepared + Of.output.stride, scratch, first, last,
                            detail::WriteOutput<Of.epilogue, side>{rows_of(Of.output), prepared, output, record});
    }

    /// One sample: see PlainConvolution. accumulator = (bias, weights in the transform domain, weights through winners).
    template <Gradient Input>
    static void backward(const float* input, const float* output, float* output_gradient, const float* prepared,
                         float* input_gradient, const std::uint8_t* record, float* scratch, float* accumulator) {
        constexpr Layout unfolded = inside_of(picture);
        float *const work = scratch, *const z = scratch + work_size;
        float* const by_tile = accumulator + Of.output.stride;
        float* const by_winner = by_tile + tile_sums;
        bool through_tiles = by_tiles;
        if constexpr (by_tiles && by_winners) through_tiles = !few_alive(Of.output, output, winners_pay(Of));
        if constexpr (by_few_winners)
            add_few_winners<Of.side(), Of.channels()>(Of, input, output, output_gradient, record, work, by_winner, accumulator);
        else if constexpr (by_winners)
            if (!through_tiles)
                add_winners_gradient<Of.side(), winner_vectors(Of.side(), Of.channels())>(Of, input, output, output_gradient, record, work,
                                                                                          by_winner, accumulator);
        if (through_tiles || Input != Gradient::none) {
            std::fill_n(work, Of.output.stride, 0.0f);  // for sums of the bias that are there already
            clear_border(unfolded, z);
            unfold_gradient<Of.epilogue>(Of, picture, output, output_gradient, record, z, through_tiles ? accumulator : work);
        }
        if constexpr (by_tiles)
            if (through_tiles)
                add_weight_gradient<side>(there, tiles, sums, accumulate_by<sums.rows, there.width>(), input + origin, z + picture.offset(0, 0),
                                          work, by_tile);
        if constexpr (Input != Gradient::none)
            run_tiles<side>(back, multiply_by<back.rows, back.width>(), z, prepared + forward_prepared_size, work, 0, back.bands(),
                            detail::WriteGradient<Input, side>{rows_of(Of.input), input_gradient});
    }

    /// Writes the gradients, from the accumulator of all samples.
    static void finish(const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t part) {
        if (Of.bias && part == 0) std::copy_n(accumulator, Of.filters(), bias_gradient);
        const float* const by_tile = accumulator + Of.output.stride;
        const float* const by_winner = by_tile + tile_sums;
        if constexpr (by_few_winners) {
            finish_few_winners(Of, by_winner, weight_gradient);
        } else {
            constexpr std::size_t lanes = simd::lanes<float>;
            const std::size_t filter = part % filter_vectors * lanes, channel = part / filter_vectors * lanes;
            if constexpr (by_tiles)
                finish_weight_gradient<Of.side()>(Of, sums, by_tile, weight_gradient, channel, std::min(channel + lanes, Of.channels()), filter);
            if constexpr (by_winners)
                finish_winners_gradient(Of, by_tiles, by_winner, weight_gradient, channel, filter);
        }
    }

private:
    // The same picture, with all that unfold_gradient leaves as it is for its border.
    static constexpr Layout inside_of(Layout inner) {
        const std::size_t pooled = Of.pooled() ? 2 : 1, height = Of.output.shape.height * pooled, width = Of.output.shape.width * pooled;
        inner.border.bottom += inner.shape.height - height;
        inner.border.right += inner.shape.width - width;
        inner.shape.height = height;
        inner.shape.width = width;
        return inner;
    }

    // Where the first window begins, which may be in the border.
    static constexpr std::size_t origin = Of.input.offset(0 - Of.top, 0 - Of.left);

    template <class Body>
    static void share_out(std::size_t count, std::size_t parts, std::size_t part, Body body) {
        for (std::size_t n = part * count / parts; n < (part + 1) * count / parts; ++n) body(n);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
