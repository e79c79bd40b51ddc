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

/// Transforms the tile whose first pixel is at `from`: channel c at point p goes to `to[p * Point + c]`.
template <TilePass Pass, std::size_t Point>
inline void read_tile(const float* from, float* to) {
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t c = 0; c < Pass.depth; c += lanes)
        transform_input_tile(
            [&](std::size_t i, std::size_t j) {
                const float* pixel = from + i * Pass.row + j * Pass.pixel + c;
                return c + lanes <= Pass.pixel ? simd::load(pixel) : simd::load_first(pixel, Pass.depth - c);
            },
            [&](std::size_t i, std::size_t j, Channels value) { simd::store(to + (i * tile + j) * Point + c, value); });
}

/// Blocks `first` to `last`. `picture` is where the first tile begins, `weights` as forward_weights or backward_weights make
/// them; `sink(y, x, channel, upper, lower)` gets rows y and y + 1 of each tile from column x on, as many channels as a
/// register holds.
template <TilePass Pass, class Sink>
inline void run_tiles(const float* picture, const float* weights, float* scratch, std::size_t first, std::size_t last,
                      Sink sink) {
    constexpr std::size_t lanes = simd::lanes<float>, side = Pass.tiles.side, rows = Pass.rows(), block = Pass.block();
    constexpr std::size_t depth = Pass.padded_depth(), width = Pass.width;
    constexpr std::size_t v_point = Pass.point(depth), m_point = Pass.point(width);
    float* const v = scratch;
    float* const m = scratch + tile * tile * v_point;
    for (std::size_t begin = first * block; begin < std::min(last * block, Pass.tiles.count()); begin += block) {
        const std::size_t count = std::min(block, Pass.tiles.count() - begin);
        for (std::size_t t = 0; t < count; ++t) {
            const std::size_t y = (begin + t) / Pass.tiles.across * side, x = (begin + t) % Pass.tiles.across * side;
            read_tile<Pass, v_point>(picture + y * Pass.row + x * Pass.pixel, v + t * depth);
        }
        // The last product may read rows of an earlier block: what they give is not used.
        for (std::size_t p = 0; p < tile * tile; ++p)
            for_groups<width / lanes>([&]<std::size_t Vectors>(std::size_t n) {
                for (std::size_t t = 0; t < count; t += rows)
                    multiply<rows, Vectors, depth, width>(v + p * v_point + t * depth,
                                                          weights + (p * width + n * lanes) * Pass.depth,
                                                          m + p * m_point + t * width + n * lanes, Pass.depth);
            });
        for (std::size_t t = 0; t < count; ++t) {
            const std::size_t y = (begin + t) / Pass.tiles.across * side, x = (begin + t) % Pass.tiles.across * side;
            for (std::size_t n = 0; n < width; n += lanes) {
                Channels half[side][tile];
                transform_output_columns<side>(
                    [&](std::size_t i, std::size_t j) { return simd::load(m + (i * tile + j) * m_point + t * width + n); },
                    half);
                for (std::size_t i = 0; i < side; i += 2) {
                    Channels upper[side], lower[side];
                    output_transform<side>(half[i], upper);
                    output_transform<side>(half[i + 1], lower);
                    sink(y + i, x, n, upper, lower);
                }
            }
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
