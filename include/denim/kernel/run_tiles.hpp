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

/// Where a transformed tile stands: point p of channel c at p * point + channel_at(c, next).
struct TileAt {
    std::size_t point, next;
};
/// Of channels that stand in chunks, `next` numbers from one to the next.
constexpr std::size_t channel_at(std::size_t channel, std::size_t next) { return channel / channel_chunk * next + channel % channel_chunk; }

/// Transforms the tile whose first pixel is at `from`, `depth` channels of it.
inline void read_tile(const TilePass& pass, const float* from, float* to, TileAt at) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t row = pass.row, pixel = pass.pixel, depth = pass.depth;
    for (std::size_t c = 0; c < depth; c += lanes, from += lanes) {
        float* const first = to + channel_at(c, at.next);
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

/// Transforms channels `first` to before `last` of tile number `t` of a pass, which stands where TileAt says, back to pixels for the sink, see run_tiles.
template <std::size_t Side, class Sink>
DENIM_INLINE void write_tile(const TilePass& pass, const float* from, TileAt at, std::size_t t, std::size_t first, std::size_t last, const Sink& sink) {
    const auto [y, x] = place_of<Side>(pass, t);
    for (std::size_t n = first; n < last; n += simd::lanes<float>) {
        Channels half[Side][tile];
        const float* const channels = from + channel_at(n, at.next);
        transform_output_columns<Side>([&](std::size_t i, std::size_t j) { return simd::load(channels + (i * tile + j) * at.point); }, half);
        for (std::size_t i = 0; i < Side; i += 2) {
            Channels upper[Side], lower[Side];
            output_transform<Side>(half[i], upper);
            output_transform<Side>(half[i + 1], lower);
            sink(y + i, x, n, upper, lower);
        }
    }
}

/// Bands `first` to before `last` of tiles of `Side` pixels: the groups of each block, which is transformed once for those that follow each other.
/// `picture` is where the first tile begins, `weights` as forward_weights or backward_weights make them; `sink(y, x, channel, upper, lower)` gets rows
/// y and y + 1 of each tile from column x on, as many channels as a register holds.
template <std::size_t Side, class Sink>
DENIM_KERNEL void run_tiles(const TilePass& pass, const Multiply& products, const float* picture, const float* weights, float* scratch,
                            std::size_t first, std::size_t last, const Sink& to) {
    const Sink sink = to;
    const std::size_t depth = pass.depth, next = pass.block * channel_chunk, groups = pass.groups();
    float* const v = scratch;
    float* const m = scratch + tile * tile * pass.v_point;
    for (std::size_t band = first; band < last;) {
        const std::size_t begin = band / groups * pass.block, count = std::min(pass.block, pass.tiles.count() - begin);
        const std::size_t group = band % groups, made = std::min(last - band, groups - group);
        for (std::size_t t = 0; t < count; ++t) {
            const auto [y, x] = place_of<Side>(pass, begin + t);
            read_tile(pass, picture + y * pass.row + x * pass.pixel, v + t * channel_chunk, {pass.v_point, next});
        }
        // The last product may read rows of an earlier block: what they give is not used.
        for (std::size_t p = 0; p < tile * tile; ++p)
            for (std::size_t g = group; g < group + made; ++g)
                products.of(pass.vectors_in(g))(v + p * pass.v_point, weights + pass.weights_at(g, p),
                                                m + p * pass.m_point + channel_at(pass.wide(g), next), depth, next, count);
        for (std::size_t t = 0; t < count; ++t)
            write_tile<Side>(pass, m + t * channel_chunk, {pass.m_point, next}, begin + t, pass.wide(group), std::min(pass.width, pass.wide(group + made)), sink);
        band += made;
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
