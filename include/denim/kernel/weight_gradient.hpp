// SPDX-License-Identifier: MIT
#pragma once

// The gradient to the weights in the transform domain: tiles of the input times tiles of the gradient of z, added up there and
// transformed back once for all samples.

#include <denim/kernel/run_tiles.hpp>
#include <denim/kernel/transformed_weights.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// Sizes of the sums: points, then channels by filters in groups of product_vectors vectors.
struct GradientSums {
    std::size_t rows;      ///< channels in one product
    std::size_t channels;  ///< rounded up to whole products
    std::size_t filters;   ///< rounded up to whole vectors

    [[nodiscard]] constexpr std::size_t point() const { return channels * filters; }
    [[nodiscard]] constexpr std::size_t size() const { return tile * tile * point(); }
};

constexpr GradientSums gradient_sums(const Convolution& of) {
    const std::size_t rows = rows_at_a_time(of.channels());
    return {rows, round_up(of.channels(), rows), of.output.stride};
}

/// Numbers of scratch that add_weight_gradient needs.
constexpr std::size_t weight_gradient_scratch(const Convolution& of) { return forward_pass(of).scratch() + tile * tile; }

/// Adds one sample to `sums`. `input` is where its first window begins, `gradient` where the gradient of z begins in a picture
/// laid out as gradient_picture.
template <Convolution Of>
inline void add_weight_gradient(const float* input, const float* gradient, float* scratch, float* sums) {
    constexpr TilePass pass = forward_pass(Of);
    constexpr GradientSums to = gradient_sums(Of);
    constexpr std::size_t lanes = simd::lanes<float>, side = pass.tiles.side, depth = pass.padded_depth(), width = pass.width;
    constexpr std::size_t rows = to.rows, channels = to.channels, point = to.point();
    constexpr std::size_t v_point = pass.point(depth), d_point = pass.point(width), row = gradient_picture(Of).row();
    float* const d = scratch;
    float* const v = scratch + tile * tile * d_point;  // the last product reads a little beyond
    for (std::size_t begin = 0; begin < pass.tiles.count(); begin += pass.block()) {
        const std::size_t count = std::min(pass.block(), pass.tiles.count() - begin);
        for (std::size_t t = 0; t < count; ++t) {
            const std::size_t y = (begin + t) / pass.tiles.across * side, x = (begin + t) % pass.tiles.across * side;
            read_tile<pass, v_point>(input + y * pass.row + x * pass.pixel, v + t * depth);
            for (std::size_t n = 0; n < width; n += lanes)
                transform_weight_tile<side>(
                    [&](std::size_t i, std::size_t j) { return simd::load(gradient + (y + i) * row + (x + j) * width + n); },
                    [&](std::size_t i, std::size_t j, Channels value) {
                        simd::store(d + (i * tile + j) * d_point + t * width + n, value);
                    });
        }
        for (std::size_t p = 0; p < tile * tile; ++p)
            for_groups<width / lanes>([&]<std::size_t Vectors>(std::size_t n) {
                for (std::size_t c = 0; c < channels; c += rows)
                    accumulate<rows, Vectors, depth, width>(v + p * v_point + c, d + p * d_point + n * lanes,
                                                            sums + p * point + (n * channels + c * Vectors) * lanes, count);
            });
    }
}

/// The weights' gradient of input channel `channel` and a vector of filters from `filter` on, from the sums of all samples.
template <Convolution Of>
inline void finish_weight_gradient(const float* sums, float* weight_gradient, std::size_t channel, std::size_t filter) {
    constexpr GradientSums from = gradient_sums(Of);
    constexpr std::size_t window = Of.window;
    const float* const first = sums + grouped(filter / simd::lanes<float>, channel, from.channels, from.filters);
    Channels half[window][tile];
    transform_output_columns<window>(
        [&](std::size_t i, std::size_t j) { return simd::load(first + (i * tile + j) * from.point()); }, half);
    for (std::size_t i = 0; i < window; ++i) {
        Channels taps[window];
        output_transform<window>(half[i], taps);
        for (std::size_t j = 0; j < window; ++j)
            store_up_to(weight_gradient + ((i * window + j) * Of.channels() + channel) * Of.filters() + filter, taps[j],
                        Of.filters() - filter);
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
