// SPDX-License-Identifier: MIT
#pragma once

// A transformed convolution: blocks of tiles go into the transform domain, through one matrix product for each of its points,
// and back.

#include <denim/kernel/tile_product.hpp>
#include <denim/kernel/tile_transform.hpp>
#include <denim/kernel/tiling.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// Where a transformed tile stands: point p of channel c at p * point + c / channel_chunk * next + c % channel_chunk.
struct TileAt {
    std::size_t point, next;
};

/// Transforms the tile whose first pixel is at `from`, `depth` channels of it.
inline void read_tile(const TilePass& pass, const float* from, float* to, TileAt at) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t row = pass.row, pixel = pass.pixel, depth = pass.depth;
    for (std::size_t c = 0; c < depth; c += lanes, from += lanes) {
        float* const first = to + c / channel_chunk * at.next + c % channel_chunk;
        const auto store = [&](std::size_t i, std::size_t j, Channels value) { simd::store(first + (i * tile + j) * at.point, value); };
        if (c + lanes <= pixel)
            transform_input_tile([&](std::size_t i, std::size_t j) { return simd::load(from + i * row + j * pixel); }, store);
        else
            transform_input_tile([&](std::size_t i, std::size_t j) { return simd::load_first(from + i * row + j * pixel, depth - c); }, store);
    }
}

/// The first pixel of tile number `t` of a pass.
struct TilePlace {
    std::size_t y, x;
};
template <std::size_t Side>
DENIM_INLINE TilePlace place_of(const TilePass& pass, std::size_t t) {
    return {t / pass.tiles.across * Side, t % pass.tiles.across * Side};
}

/// Transforms tile number `t` of a pass, channels `first` to before `last`, of which `from` has the first where TileAt says, back to pixels for the
/// sink, see run_tiles.
template <std::size_t Side, class Sink>
DENIM_INLINE void write_tile(const TilePass& pass, const float* from, TileAt at, std::size_t t, std::size_t first, std::size_t last, const Sink& sink) {
    const auto [y, x] = place_of<Side>(pass, t);
    for (std::size_t n = 0; first + n < last; n += simd::lanes<float>) {
        Channels half[Side][tile];
        const float* const channels = from + n / channel_chunk * at.next + n % channel_chunk;
        transform_output_columns<Side>([&](std::size_t i, std::size_t j) { return simd::load(channels + (i * tile + j) * at.point); }, half);
        for (std::size_t i = 0; i < Side; i += 2) {
            Channels upper[Side], lower[Side];
            output_transform<Side>(half[i], upper);
            output_transform<Side>(half[i + 1], lower);
            sink(y + i, x, first + n, upper, lower);
        }
    }
}

/// Bands `first` to before `last` of tiles of `Side` pixels: the groups of each block, so that a block is transformed once for all that follow each
/// other, and what a group makes of it stays near. `picture` is where the first tile begins, `weights` as forward_weights or backward_weights make them;
/// `sink(y, x, channel, upper, lower)` gets rows y and y + 1 of each tile from column x on, as many channels as a register holds.
template <std::size_t Side, class Sink>
DENIM_KERNEL void run_tiles(const TilePass& pass, const Multiply& products, const float* picture, const float* weights, float* scratch,
                            std::size_t first, std::size_t last, const Sink& to) {
    const Sink sink = to;
    const std::size_t depth = pass.depth, next = pass.block * channel_chunk, groups = pass.groups();
    float* const v = scratch;
    float* const m = scratch + tile * tile * pass.v_point;
    for (std::size_t band = first; band < last;) {
        const std::size_t begin = band / groups * pass.block, count = std::min(pass.block, pass.tiles.count() - begin);
        for (std::size_t t = 0; t < count; ++t) {
            const auto [y, x] = place_of<Side>(pass, begin + t);
            read_tile(pass, picture + y * pass.row + x * pass.pixel, v + t * channel_chunk, {pass.v_point, next});
        }
        const std::size_t end = std::min(last, band / groups * groups + groups);
        for (; band < end; ++band) {
            const std::size_t group = band % groups, channel = group * product_vectors * simd::lanes<float>;
            // The last product may read rows of an earlier block: what they give is not used.
            for (std::size_t p = 0; p < tile * tile; ++p)
                products.of(pass.vectors_in(group))(v + p * pass.v_point, weights + pass.weights_at(group, p), m + p * pass.m_point, depth, next, count);
            for (std::size_t t = 0; t < count; ++t)
                write_tile<Side>(pass, m + t * channel_chunk, {pass.m_point, next}, begin + t, channel,
                                 channel + pass.vectors_in(group) * simd::lanes<float>, sink);
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
