// SPDX-License-Identifier: MIT
#pragma once

// Weights into the transform domain, forward and back to the input, each input of a product on its own so that threads can
// share the work.

#include <denim/kernel/tile_transform.hpp>
#include <denim/kernel/tiling.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// Where row k of vector n begins in a matrix of `rows` x `width` numbers that stands in groups of product_vectors vectors.
constexpr std::size_t grouped(std::size_t n, std::size_t k, std::size_t rows, std::size_t width) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t group = n / product_vectors * product_vectors, vectors = std::min(product_vectors, width / lanes - group);
    return (group * rows + k * vectors + n - group) * lanes;
}

/// Loads the `count` numbers from `from` on that there are, at most a vector, and zeros behind them.
DENIM_INLINE Channels load_up_to(const float* from, std::size_t count) {
    return count >= simd::lanes<float> ? simd::load(from) : simd::load_first(from, count);
}

/// Stores as many numbers as there are from `to` on, at most a vector.
DENIM_INLINE void store_up_to(float* to, Channels value, std::size_t count) {
    if (count >= simd::lanes<float>)
        simd::store(to, value);
    else
        simd::store_first(to, value, count);
}

/// The weights of input channel `channel`, for the forward pass.
template <std::size_t Window>
DENIM_KERNEL void forward_weights(const Convolution& of, const TilePass& pass, const float* weights, float* to, std::size_t channel) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t channels = of.channels(), filters = of.filters(), point = pass.depth * pass.width;
    for (std::size_t n = 0; n < pass.width / lanes; ++n) {
        float* const first = to + grouped(n, channel, pass.depth, pass.width);
        transform_weight_tile<Window>(
            [&](std::size_t i, std::size_t j) {
                return load_up_to(weights + ((i * Window + j) * channels + channel) * filters + n * lanes, filters - n * lanes);
            },
            [&](std::size_t i, std::size_t j, Channels value) { simd::store(first + (i * tile + j) * point, value); });
    }
}

/// The weights of filters `first` to before `last`, turned by half a circle, for the backward pass.
template <std::size_t Window>
DENIM_KERNEL void backward_weights(const Convolution& of, const TilePass& pass, const float* weights, float* to, std::size_t first, std::size_t last) {
    constexpr std::size_t lanes = simd::lanes<float>, taps = Window * Window;
    const std::size_t channels = of.channels(), filters = of.filters(), point = pass.depth * pass.width;
    alignas(64) float turned[taps][lanes][lanes] = {};  // of some filters, channels side by side
    for (std::size_t filter = first; filter < last; filter += lanes) {
        const std::size_t together = std::min(lanes, last - filter);
        for (std::size_t n = 0; n < pass.width / lanes; ++n) {
            const std::size_t there = std::min(lanes, channels - n * lanes);
            for (std::size_t tap = 0; tap < taps; ++tap) {
                const float* const from = weights + (tap * channels + n * lanes) * filters + filter;
                auto& block = turned[taps - 1 - tap];
                if (together == lanes && there == lanes)
                    simd::transpose(from, filters, block[0], lanes);
                else
                    for (std::size_t f = 0; f < together; ++f)
                        for (std::size_t c = 0; c < lanes; ++c) block[f][c] = c < there ? from[c * filters + f] : 0.0f;
            }
            for (std::size_t f = 0; f < together; ++f) {
                float* const own = to + grouped(n, filter + f, pass.depth, pass.width);
                transform_weight_tile<Window>([&](std::size_t i, std::size_t j) { return simd::load(turned[i * Window + j][f]); },
                                              [&](std::size_t i, std::size_t j, Channels value) { simd::store(own + (i * tile + j) * point, value); });
            }
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
