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

/// The weights of input channel `channel`, for forward_pass.
template <Convolution Of>
inline void forward_weights(const float* weights, float* to, std::size_t channel) {
    constexpr TilePass pass = forward_pass(Of);
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t n = 0; n < pass.width / lanes; ++n)
        transform_weight_tile<Of.window>(
            [&](std::size_t i, std::size_t j) {
                return load_up_to(weights + ((i * Of.window + j) * Of.channels() + channel) * Of.filters() + n * lanes,
                                  Of.filters() - n * lanes);
            },
            [&](std::size_t i, std::size_t j, Channels value) {
                simd::store(to + (i * tile + j) * pass.depth * pass.width + grouped(n, channel, pass.depth, pass.width), value);
            });
}

/// The weights of filter `filter`, turned by half a circle, for backward_pass.
template <Convolution Of>
inline void backward_weights(const float* weights, float* to, std::size_t filter) {
    constexpr TilePass pass = backward_pass(Of);
    constexpr std::size_t lanes = simd::lanes<float>, taps = Of.window * Of.window;
    for (std::size_t n = 0; n < pass.width / lanes; ++n) {
        alignas(64) float turned[taps][lanes] = {};
        for (std::size_t tap = 0; tap < taps; ++tap)
            for (std::size_t c = 0; c < std::min(lanes, Of.channels() - n * lanes); ++c)
                turned[taps - 1 - tap][c] = weights[(tap * Of.channels() + n * lanes + c) * Of.filters() + filter];
        transform_weight_tile<Of.window>(
            [&](std::size_t i, std::size_t j) { return simd::load(turned[i * Of.window + j]); },
            [&](std::size_t i, std::size_t j, Channels value) {
                simd::store(to + (i * tile + j) * pass.depth * pass.width + grouped(n, filter, pass.depth, pass.width), value);
            });
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
