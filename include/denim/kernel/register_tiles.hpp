// SPDX-License-Identifier: MIT
#pragma once

// The direct sum of a convolution, cut into tiles (tiles_of_row.hpp): which tiles cover a row best, in which order they go over rows and
// groups of filters, and how the weights stand that they read.

#include <denim/kernel/tiles_of_row.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// Pixels side by side, and vectors of filters, that one tile keeps in registers.
struct TileShape {
    std::size_t pixels = 1, vectors = 1;
};

/// The tile that covers `columns` pixels (a multiple of `unit`) of `vectors` vectors with the least work: a step of the inner
/// loop costs its multiplications or its loads, and never less than the latency of one multiplication.
constexpr TileShape best_tile(std::size_t columns, std::size_t vectors, std::size_t unit) {
    TileShape best{unit, 1};
    std::size_t least = static_cast<std::size_t>(-1);
    for (std::size_t v = 1; v <= std::min<std::size_t>(vectors, 4); ++v) {
        const std::size_t room = std::min<std::size_t>((simd::registers - 1 - v) / v, 14) / unit * unit;
        if (room == 0) continue;
        const std::size_t tiles = (columns + room - 1) / room;
        const std::size_t pixels = (columns / unit + tiles - 1) / tiles * unit;
        const auto step = [&](std::size_t width) { return std::max({pixels * width, pixels + width, std::size_t{8}}) + 2; };
        std::size_t cost = 16 * tiles * (vectors / v * step(v) + (vectors % v ? step(vectors % v) : 0));
        if (v == 2) cost -= cost / 16;  // measured: two vectors leave the most room between loads, at every vector width
        if (cost <= least) {
            least = cost;
            best = {pixels, v};
        }
    }
    return best;
}

/// Where a weight stands, for the rows of tiles that pack them: numbers from one window column, channel and filter to the next.
struct WeightSteps {
    std::ptrdiff_t column, channel, filter;
};

/// A direct sum as its loops are told it: sizes, and the kernels that its layer chose.
struct RegisterTiles {
    using TilesOfRow = void(const TileRowSizes& sizes, const float* corner, const float* weights, const float* bias, float* output,
                            std::uint8_t* record, std::size_t tiles, std::size_t last);

    std::size_t vectors = 0, padded = 0;  ///< filters in whole vectors, and as many numbers
    std::size_t taps = 0, packed_size = 0;  ///< weights of a filter; numbers of all, then biases
    std::size_t rows = 0;                 ///< of what is stored: with a pool, each takes two rows of z
    std::size_t together = 1;             ///< rows that a tile has: two where one fills less than half of the registers
    std::size_t unit = 1;                 ///< columns of z behind one of what is stored
    std::size_t tile_vectors = 1;
    bool by_filters = false;  ///< all rows for one group of tile_vectors after the other: where weights would come from far away for each row
    // Tiles of a row differ by one unit at most, so that none of them is a thin rest.
    std::size_t large = 0, small = 0, large_tiles = 0, small_tiles = 0;  ///< pixels of the tiles, and how many
    TileRowSizes sizes;
    /// The kernels of large and small tiles, and of one row where a tile has two: with tile_vectors, and with what is left of the vectors.
    std::array<TilesOfRow*, 3> whole{}, rest{};

    /// Writes the weights of window row `i`, which begin at `weights`, where the tiles read them: (group of vectors, i, j, channel, filter of the
    /// group), zero where a vector ends beyond the filters.
    void pack(const Convolution& of, const float* weights, const WeightSteps& steps, float* packed, std::size_t i) const;

    [[nodiscard]] constexpr std::size_t groups() const { return (vectors + tile_vectors - 1) / tile_vectors; }
    /// The same sums for group `group` of each of `samples` pictures, `input_size` and `output_size` numbers apart; a tile's rows are of samples that follow
    /// each other. For tiles that batch_register_tiles made.
    void run_batch(const Convolution& of, const float* input, std::size_t input_size, const float* packed, float* output, std::size_t output_size,
                   std::size_t samples, std::size_t group) const;
    /// Rows of tiles.
    [[nodiscard]] constexpr std::size_t heights() const { return (rows + together - 1) / together; }
    /// Parts that may be computed side by side: groups of filters, or rows of tiles.
    [[nodiscard]] constexpr std::size_t bands() const { return by_filters ? groups() : heights(); }

    /// The bands from `first` to before `last`; `record` takes the winners of a pool, (row, column, padded), or is null. Padding is written only
    /// if `fill`.
    void run(const Convolution& of, const float* input, const float* packed, float* output, std::uint8_t* record, std::size_t first, std::size_t last,
             bool fill) const;

private:
    void tile(const Convolution& of, const float* input, const float* packed, float* output, std::uint8_t* record, std::size_t height,
              std::size_t group) const;
    void clear_padding(const Convolution& of, float* output, std::size_t y) const;
};

/// Whether the weights are read once and the picture for each group of filters, or the other way round: what fits the second level is near
/// enough to be read again and again, and of two that do not the less is read again.
constexpr bool tiles_by_filters(const Convolution& of, const RegisterTiles& tiles) {
    constexpr std::size_t near = 262'144 / sizeof(float);
    const std::size_t picture = of.input.size();
    if (tiles.packed_size <= near) return false;
    return picture <= near || tiles.groups() * picture < tiles.heights() * tiles.packed_size;
}

/// Its sizes.
constexpr RegisterTiles register_tiles(const Convolution& of) {
    constexpr std::size_t lanes = simd::lanes<float>;
    RegisterTiles tiles;
    tiles.vectors = (of.filters() + lanes - 1) / lanes;
    tiles.padded = tiles.vectors * lanes;
    tiles.taps = of.window.count() * of.channels();
    tiles.packed_size = tiles.taps * tiles.padded + tiles.padded;
    tiles.rows = of.pooled() ? of.output.shape.height : of.rows;
    tiles.unit = of.pooled() ? 2 : 1;
    const std::size_t width = of.pooled() ? of.output.shape.width * 2 : of.columns;
    const TileShape tile = best_tile(width, tiles.vectors, tiles.unit);
    const std::size_t count = (width + tile.pixels - 1) / tile.pixels;
    tiles.tile_vectors = tile.vectors;
    tiles.small = width / tiles.unit / count * tiles.unit;
    tiles.large = tiles.small + tiles.unit;
    tiles.large_tiles = width / tiles.unit % count;
    tiles.small_tiles = tiles.small > 0 ? count - tiles.large_tiles : 0;
    // Each weight that is loaded then serves two rows: 7 x 7 x 512 reaches 92 % of what multiplications do instead of 85.
    tiles.together = !of.pooled() && count == 1 && tiles.rows > 1 && 2 * width * tile.vectors + tile.vectors < simd::registers ? 2 : 1;
    tiles.sizes = tile_row_sizes(of, tiles.padded);
    tiles.by_filters = tiles_by_filters(of, tiles);
    return tiles;
}

/// Those for all samples of a batch: narrow pictures side by side in a tile, so that the weights of a group, two vectors wide and near, serve all of them.
/// Without a pool.
constexpr RegisterTiles batch_register_tiles(const Convolution& of) {
    RegisterTiles tiles = register_tiles(of);
    tiles.together = 1;
    tiles.by_filters = true;
    constexpr std::size_t pixels = std::min<std::size_t>((simd::registers - 3) / 2, 14);
    if (of.columns == 0 || 2 * of.columns > pixels) return tiles;
    tiles.tile_vectors = std::min<std::size_t>(tiles.vectors, 2);
    tiles.together = pixels / of.columns;
    tiles.small = of.columns;
    tiles.large = of.columns + 1;
    tiles.large_tiles = 0;
    tiles.small_tiles = 1;
    return tiles;
}

/// Sizes and kernels.
template <Convolution Of, Gradient Mode, bool Batch = false>
constexpr RegisterTiles register_tiles() {
    constexpr RegisterTiles sizes = Batch ? batch_register_tiles(Of) : register_tiles(Of);
    RegisterTiles tiles = sizes;
    constexpr std::size_t left = sizes.vectors % sizes.tile_vectors;
    const auto choose = [&]<std::size_t Place, std::size_t Rows, std::size_t Pixels>() {
        if constexpr (sizes.vectors >= sizes.tile_vectors) tiles.whole[Place] = &tiles_of_row<Of.epilogue, Mode, Rows, Pixels, sizes.tile_vectors>;
        if constexpr (left > 0) tiles.rest[Place] = &tiles_of_row<Of.epilogue, Mode, Rows, Pixels, left>;
    };
    if constexpr (sizes.large_tiles > 0) choose.template operator()<0, sizes.together, sizes.large>();
    if constexpr (sizes.small_tiles > 0) choose.template operator()<1, sizes.together, sizes.small>();
    if constexpr (Batch ? sizes.together > 1 : sizes.rows % sizes.together > 0) choose.template operator()<2, 1, sizes.small>();
    return tiles;
}

}  // namespace denim::inline DENIM_TARGET::kernel

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void RegisterTiles::pack(const Convolution& of, const float* weights, const WeightSteps& steps, float* packed, std::size_t i) const {
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t first = 0; first < vectors; first += tile_vectors) {
        const std::size_t filters = std::min(tile_vectors, vectors - first) * lanes;
        const std::size_t there = std::min(filters, of.filters() - first * lanes);
        float* to = packed + first * lanes * taps + i * of.window.columns * of.channels() * filters;
        for (std::size_t j = 0; j < of.window.columns; ++j) {
            const float* from = weights + static_cast<std::ptrdiff_t>(j) * steps.column + static_cast<std::ptrdiff_t>(first * lanes) * steps.filter;
            std::size_t c = 0;
            // Channels side by side: square blocks are turned in registers.
            for (; steps.channel == 1 && there == filters && c + lanes <= of.channels(); c += lanes, from += lanes, to += lanes * filters)
                for (std::size_t f = 0; f < filters; f += lanes)
                    simd::transpose(from + static_cast<std::ptrdiff_t>(f) * steps.filter, static_cast<std::size_t>(steps.filter), to + f, filters);
            for (; c < of.channels(); ++c, from += steps.channel) {
                // Two loops: of one that asks `f < filters` g++ 12 makes a load of a whole vector, beyond the last weight.
                const float* own = from;
                for (std::size_t f = 0; f < there; ++f, own += steps.filter) *to++ = *own;
                to = std::fill_n(to, filters - there, 0.0f);
            }
        }
    }
}

DENIM_ONCE void RegisterTiles::run(const Convolution& of, const float* input, const float* packed, float* output, std::uint8_t* record,
                                   std::size_t first, std::size_t last, bool fill) const {
    const std::size_t last_group = by_filters ? last : groups();
    if (by_filters)
        for (std::size_t group = first; group < last; ++group)
            for (std::size_t height = 0; height < heights(); ++height) tile(of, input, packed, output, record, height, group);
    else
        for (std::size_t height = first; height < last; ++height)
            for (std::size_t group = 0; group < groups(); ++group) tile(of, input, packed, output, record, height, group);
    if (fill && of.output.stride > padded && last_group == groups())
        for (std::size_t y = by_filters ? 0 : first * together; y < (by_filters ? rows : std::min(last * together, rows)); ++y)
            clear_padding(of, output, y);
}

DENIM_ONCE void RegisterTiles::tile(const Convolution& of, const float* input, const float* packed, float* output, std::uint8_t* record, std::size_t height,
                                    std::size_t group) const {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t y = height * together;
    const std::size_t first = group * tile_vectors, taken = std::min(tile_vectors, vectors - first);
    const std::size_t last = first + taken < vectors || of.output.stride >= padded ? lanes : of.output.stride % lanes;
    const float *const weights = packed + first * lanes * taps, *const bias = packed + taps * padded + first * lanes;
    const auto side_by_side = [&](TilesOfRow* tiles, std::size_t x, std::size_t count) {
        if (count == 0) return;
        tiles(sizes, input + of.input.offset(unit * y * of.stride.rows - of.top, x * of.stride.columns - of.left), weights, bias,
              output + of.output.offset(y, x / unit) + first * lanes,
              record ? record + (y * of.output.shape.width + x / unit) * padded + first * lanes : nullptr, count, last);
    };
    const auto& kernels = taken == tile_vectors ? whole : rest;
    if (y + together > rows) return side_by_side(kernels[2], 0, small_tiles);
    side_by_side(kernels[0], 0, large_tiles);
    side_by_side(kernels[1], large_tiles * large, small_tiles);
}

DENIM_ONCE void RegisterTiles::run_batch(const Convolution& of, const float* input, std::size_t input_size, const float* packed, float* output,
                                         std::size_t output_size, std::size_t samples, std::size_t group) const {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t first = group * tile_vectors, taken = std::min(tile_vectors, vectors - first);
    const std::size_t last = first + taken < vectors || of.output.stride >= padded ? lanes : of.output.stride % lanes;
    const float *const weights = packed + first * lanes * taps, *const bias = packed + taps * padded + first * lanes;
    const auto& kernels = taken == tile_vectors ? whole : rest;
    TileRowSizes own = sizes;
    own.down = input_size;
    own.output_row = output_size;
    for (std::size_t y = 0; y < rows; ++y)
        for (std::size_t sample = 0; sample < samples;) {
            const bool one = sample + together > samples;
            const auto side_by_side = [&](TilesOfRow* tiles, std::size_t x, std::size_t count) {
                if (count == 0) return;
                tiles(own, input + sample * input_size + of.input.offset(y * of.stride.rows - of.top, x * of.stride.columns - of.left), weights, bias,
                      output + sample * output_size + of.output.offset(y, x) + first * lanes, nullptr, count, last);
            };
            side_by_side(kernels[0], 0, large_tiles);
            side_by_side(kernels[one ? 2 : 1], large_tiles * large, small_tiles);
            sample += one ? 1 : together;
        }
}

DENIM_ONCE void RegisterTiles::clear_padding(const Convolution& of, float* output, std::size_t y) const {
    for (std::size_t x = 0; x < of.output.shape.width; ++x) std::fill_n(output + of.output.offset(y, x) + padded, of.output.stride - padded, 0.0f);
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
