// SPDX-License-Identifier: MIT
#pragma once

// A transformed convolution of all samples of a batch at once, for pictures of so few tiles that the weights of a point would be read again and again
// for a handful of rows: all tiles go into the transform domain, then each point has one product, then all come back. A tile's numbers are added in the
// order of run_tiles, so the bits are the same.

#include <denim/kernel/run_tiles.hpp>
#include <denim/machine/threads.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// The batch of which the number of rows in a product is chosen; any other has up to rows - 1 more computed.
inline constexpr std::size_t usual_batch = 32;

/// Sizes of a pass over the tiles of a batch, from those over one picture's.
struct BatchTilePass {
    TilePass of;
    std::size_t rows = 0;  ///< tiles in one product

    /// Numbers of scratch whatever the batch, and for each sample.
    [[nodiscard]] constexpr std::size_t scratch() const { return tile * tile * (rows * (read() + made()) + 64); }
    [[nodiscard]] constexpr std::size_t scratch_per_sample() const { return tile * tile * of.tiles.count() * (read() + made()); }

    [[nodiscard]] constexpr std::size_t read() const { return round_up(of.depth, channel_chunk); }
    [[nodiscard]] constexpr std::size_t made() const { return round_up(of.width, channel_chunk); }
    [[nodiscard]] constexpr std::size_t tiles_of(std::size_t samples) const { return round_up(samples * of.tiles.count(), rows); }
};
constexpr BatchTilePass batch_tile_pass(const TilePass& of) { return {of, rows_at_a_time(usual_batch * of.tiles.count())}; }

/// As run_tiles, of `samples` pictures, `picture_size` numbers each; `sink_of(sample)` gives the sink of one.
template <std::size_t Side, class SinkOf>
void run_batch_tiles(const BatchTilePass& pass, const Multiply& products, const float* pictures, std::size_t picture_size, const float* weights,
                     float* scratch, std::size_t samples, const SinkOf& sink_of) {
    constexpr std::size_t all = tile * tile;
    const TilePass& of = pass.of;
    const std::size_t each = of.tiles.count(), width = of.width, depth = of.depth, rows = pass.tiles_of(samples), next = rows * channel_chunk;
    const std::size_t v_point = odd_lines(rows * pass.read()), m_point = odd_lines(rows * pass.made());
    float *const v = scratch, *const m = scratch + all * v_point;
    parallel_for(samples, samples * each * all * 8 * depth, [&](std::size_t sample) {
        for (std::size_t t = 0; t < each; ++t) {
            const auto [y, x] = place_of<Side>(of, t);
            read_tile(of, pictures + sample * picture_size + y * of.row + x * of.pixel, v + (sample * each + t) * channel_chunk, {v_point, next});
        }
    });
    parallel_for(all, 2 * all * samples * each * depth * width, [&](std::size_t p) {
        for (std::size_t group = 0; group < of.groups(); ++group) {
            products.of(of.vectors_in(group))(v + p * v_point, weights + of.weights_at(group, p), m + p * m_point + channel_at(of.wide(group), next), depth, next,
                                              samples * each);
        }
    });
    parallel_for(samples, samples * each * all * 8 * width, [&](std::size_t sample) {
        const auto sink = sink_of(sample);
        for (std::size_t t = 0; t < each; ++t)
            write_tile<Side>(of, m + (sample * each + t) * channel_chunk, {m_point, next}, t, 0, width, sink);
    });
}

}  // namespace denim::inline DENIM_TARGET::kernel
