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

/// How a sample's tiles stand: tile after tile, each with its channels side by side.
struct GradientTiles {
    std::size_t depth, width;      ///< numbers of a tile at one point: of the input, of z
    std::size_t v_point, d_point;  ///< numbers from one point to the next
    std::size_t row;               ///< of the gradient of z

    [[nodiscard]] constexpr std::size_t scratch() const { return tile * tile * (v_point + d_point + 1); }
};

constexpr GradientTiles gradient_tiles(const Convolution& of) {
    const TilePass pass = forward_pass(of);
    const std::size_t depth = round_up(pass.depth, simd::lanes<float>);
    return {depth, pass.width, odd_lines(pass.block * depth), odd_lines(pass.block * pass.width), gradient_picture(of).row()};
}

/// Adds one sample to `sums`. `input` is where its first window begins, `gradient` where the gradient of z begins in a picture laid out as
/// gradient_picture.
template <std::size_t Side>
DENIM_KERNEL void add_weight_gradient(const TilePass& pass, const GradientTiles& tiles, const GradientSums& to, const Accumulate& products,
                                      const float* input, const float* gradient, float* scratch, float* sums) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t width = tiles.width;
    float* const d = scratch;
    float* const v = scratch + tile * tile * tiles.d_point;  // the last product reads a little beyond
    for (std::size_t begin = 0; begin < pass.tiles.count(); begin += pass.block) {
        const std::size_t count = std::min(pass.block, pass.tiles.count() - begin);
        for (std::size_t t = 0; t < count; ++t) {
            const auto [y, x] = place_of<Side>(pass, begin + t);
            read_tile(pass, input + y * pass.row + x * pass.pixel, v + t * tiles.depth, {tiles.v_point, channel_chunk});
            const float* const first = gradient + y * tiles.row + x * width;
            for (std::size_t n = 0; n < width; n += lanes)
                transform_weight_tile<Side>(
                    [&](std::size_t i, std::size_t j) { return simd::load(first + i * tiles.row + j * width + n); },
                    [&](std::size_t i, std::size_t j, Channels value) { simd::store(d + (i * tile + j) * tiles.d_point + t * width + n, value); });
        }
        for (std::size_t p = 0; p < tile * tile; ++p)
            products.each(width / lanes, [&](auto product, std::size_t n) {
                product(v + p * tiles.v_point, tiles.depth, d + p * tiles.d_point + n * lanes, width, sums + p * to.point() + n * to.channels * lanes,
                        count, to.channels);
            });
    }
}

/// The weights' gradient of input channels `first` to `last` and a vector of filters from `filter` on, from the sums of all samples.
template <std::size_t Window>
DENIM_KERNEL void finish_weight_gradient(const Convolution& of, const GradientSums& from, const float* sums, float* weight_gradient,
                                         std::size_t first, std::size_t last, std::size_t filter) {
    const std::size_t filters = of.filters(), line = of.channels() * filters, point = from.point();
    for (std::size_t channel = first; channel < last; ++channel) {
        const float* const own = sums + grouped(filter / simd::lanes<float>, channel, from.channels, from.filters);
        Channels half[Window][tile];
        transform_output_columns<Window>([&](std::size_t i, std::size_t j) { return simd::load(own + (i * tile + j) * point); }, half);
        float* to = weight_gradient + channel * filters + filter;
        for (std::size_t i = 0; i < Window; ++i) {
            Channels taps[Window];
            output_transform<Window>(half[i], taps);
            for (std::size_t j = 0; j < Window; ++j, to += line) store_up_to(to, taps[j], filters - filter);
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
