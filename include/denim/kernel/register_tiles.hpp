// SPDX-License-Identifier: MIT
#pragma once

// The direct sum of a convolution: one row of z after the other, cut into tiles of pixels x vectors of filters that stay in
// registers while a window's numbers stream by. No patch is ever copied.

#include <denim/kernel/convolution_epilogue.hpp>
#include <denim/machine/simd_order.hpp>

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

/// What the tiles of a row have to know of a convolution.
struct TileRowSizes {
    std::size_t window = 0;                ///< rows of a window
    std::size_t runs = 0, length = 0;  ///< of a window row: runs of numbers that lie side by side, and how many each has
    std::size_t row = 0, pixel = 0;    ///< numbers of the input from one row, one pixel to the next
    std::size_t step = 0;              ///< numbers of the input from one pixel of z to the next
    std::size_t down = 0;              ///< numbers of the input from one row of z to the next
    std::size_t output = 0;            ///< numbers of the output from one pixel to the next
    std::size_t record = 0;            ///< bytes likewise
};
constexpr TileRowSizes tile_row_sizes(const Convolution& of, std::size_t padded) {
    // The numbers of a window row lie side by side unless the channels are padded: then each pixel is a run of its own.
    const bool joined = of.input.stride == of.channels();
    const std::size_t row = of.input.row(), pixel = of.input.stride;
    return {of.window.rows, joined ? 1 : of.window.columns, joined ? of.window.columns * of.channels() : of.channels(), row, pixel,
            of.stride.columns * pixel, of.stride.rows * row, of.output.stride, padded};
}

namespace detail {

/// The sums of `Pixels` pixels of z without bias, handed to `done(pixel, vector, sum)`; the first window begins at `corner`.
template <std::size_t Pixels, std::size_t Vectors, class Done>
DENIM_INLINE void tile_sums(const TileRowSizes& of, const float* corner, const float* weights, Done done) {
    constexpr std::size_t lanes = simd::lanes<float>, ahead = 1024;  // weights wanted next: they come from the second-level cache
    simd::Vector<float> sum[Pixels][Vectors];
#pragma GCC unroll 16
    for (std::size_t p = 0; p < Pixels; ++p)
#pragma GCC unroll 4
        for (std::size_t v = 0; v < Vectors; ++v) sum[p][v] = simd::broadcast(0.0f);
    const std::size_t step = of.step;
    for (std::size_t i = 0; i < of.window; ++i, corner += of.row)
        for (std::size_t run = 0; run < of.runs; ++run) {
            const float* from = corner + run * of.pixel;
#pragma GCC unroll 1
            for (std::size_t left = of.length; left; --left, ++from, weights += Vectors * lanes) {
                for (std::size_t v = 0; v < Vectors * lanes; v += 16) simd::prefetch(weights + ahead + v);
                simd::Vector<float> weight[Vectors];
#pragma GCC unroll 4
                for (std::size_t v = 0; v < Vectors; ++v) weight[v] = simd::load(weights + v * lanes);
#pragma GCC unroll 16
                for (std::size_t p = 0; p < Pixels; ++p) {
                    const auto pixel = simd::broadcast(from[p * step]);
#pragma GCC unroll 4
                    for (std::size_t v = 0; v < Vectors; ++v) sum[p][v] = simd::fma(pixel, weight[v], sum[p][v]);
                }
            }
        }
#pragma GCC unroll 16
    for (std::size_t p = 0; p < Pixels; ++p)
#pragma GCC unroll 4
        for (std::size_t v = 0; v < Vectors; ++v) done(p, v, sum[p][v]);
}

}  // namespace detail

/// `tiles` tiles side by side of a row of z (with a pool, of two), written or added to `output`: `Vectors` vectors of filters, of whose last
/// only `last` numbers are stored. `corner` is where the first window begins; `record` takes the winners of a pool, or is null.
template <Epilogue End, Gradient Mode, std::size_t Pixels, std::size_t Vectors>
DENIM_KERNEL void tiles_of_row(const TileRowSizes& sizes, const float* corner, const float* weights, const float* bias, float* output,
                               std::uint8_t* record, std::size_t tiles, std::size_t last) {
    constexpr std::size_t lanes = simd::lanes<float>;
    constexpr bool pooled = End == Epilogue::relu_pool;
    using Vector = simd::Vector<float>;
    const TileRowSizes of = sizes;
    const auto write = [last](float* pixel, std::size_t v, Vector value) {
        value = detail::end<End>(value);
        float* const to = pixel + v * lanes;
        if (v + 1 < Vectors || last == lanes) {
            if constexpr (Mode == Gradient::add) value = value + simd::load(to);
            simd::store(to, value);
        } else {
            if constexpr (Mode == Gradient::add) value = value + simd::load_first(to, last);
            simd::store_first(to, value, last);
        }
    };
    for (; tiles; --tiles, corner += Pixels * of.step) {
        if constexpr (pooled) {
            alignas(64) float z[2][Pixels][Vectors * lanes];
            for (std::size_t h = 0; h < 2; ++h)
                detail::tile_sums<Pixels, Vectors>(of, corner + h * of.down, weights,
                                                   [&](std::size_t p, std::size_t v, Vector sum) { simd::store(&z[h][p][v * lanes], sum); });
            for (std::size_t p = 0; p < Pixels; p += 2, output += of.output) {
                for (std::size_t v = 0; v < Vectors; ++v) {
                    const auto at = [&](std::size_t h, std::size_t q) { return simd::load(&z[h][p + q][v * lanes]); };
                    const Vector best = detail::pool(at(0, 0), at(0, 1), at(1, 0), at(1, 1), record ? record + v * lanes : nullptr);
                    write(output, v, best + simd::load(bias + v * lanes));
                }
                if (record) record += of.record;
            }
        } else {
            detail::tile_sums<Pixels, Vectors>(of, corner, weights, [&](std::size_t, std::size_t v, Vector sum) {
                write(output, v, sum + simd::load(bias + v * lanes));
                if (v + 1 == Vectors) output += of.output;
            });
        }
    }
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
    std::size_t unit = 1;                 ///< columns of z behind one of what is stored
    std::size_t tile_vectors = 1;
    bool by_filters = false;  ///< all rows for one group of tile_vectors after the other: where weights would come from far away for each row
    // Tiles of a row differ by one unit at most, so that none of them is a thin rest.
    std::size_t large = 0, small = 0, large_tiles = 0, small_tiles = 0;  ///< pixels of the tiles, and how many
    TileRowSizes sizes;
    std::array<TilesOfRow*, 2> whole{}, rest{};  ///< the kernel of large and small tiles, with tile_vectors, and with what is left of the vectors

    /// Writes the weights of window row `i`, which begin at `weights`, where the tiles read them: (group of vectors, i, j, channel, filter of the
    /// group), zero where a vector ends beyond the filters.
    void pack(const Convolution& of, const float* weights, const WeightSteps& steps, float* packed, std::size_t i) const;

    [[nodiscard]] constexpr std::size_t groups() const { return (vectors + tile_vectors - 1) / tile_vectors; }
    /// Parts that may be computed side by side: groups of filters, or rows of what is stored.
    [[nodiscard]] constexpr std::size_t bands() const { return by_filters ? groups() : rows; }

    /// The bands from `first` to before `last`; `record` takes the winners of a pool, (row, column, padded), or is null. Padding is written only
    /// if `fill`.
    void run(const Convolution& of, const float* input, const float* packed, float* output, std::uint8_t* record, std::size_t first, std::size_t last,
             bool fill) const;

private:
    void tile(const Convolution& of, const float* input, const float* packed, float* output, std::uint8_t* record, std::size_t y,
              std::size_t group) const;
    void clear_padding(const Convolution& of, float* output, std::size_t y) const;
};

/// Whether the weights are read once and the picture for each group of filters, or the other way round: what fits the second level is near
/// enough to be read again and again, and of two that do not the less is read again.
constexpr bool tiles_by_filters(const Convolution& of, const RegisterTiles& tiles) {
    constexpr std::size_t near = 262'144 / sizeof(float);
    const std::size_t picture = of.input.size();
    if (tiles.packed_size <= near) return false;
    return picture <= near || tiles.groups() * picture < tiles.rows * tiles.packed_size;
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
    tiles.sizes = tile_row_sizes(of, tiles.padded);
    tiles.by_filters = tiles_by_filters(of, tiles);
    return tiles;
}

/// Sizes and kernels.
template <Convolution Of, Gradient Mode>
constexpr RegisterTiles register_tiles() {
    constexpr RegisterTiles sizes = register_tiles(Of);
    RegisterTiles tiles = sizes;
    constexpr std::size_t left = sizes.vectors % sizes.tile_vectors;
    if constexpr (sizes.large_tiles > 0) {
        if constexpr (sizes.vectors >= sizes.tile_vectors) tiles.whole[0] = &tiles_of_row<Of.epilogue, Mode, sizes.large, sizes.tile_vectors>;
        if constexpr (left > 0) tiles.rest[0] = &tiles_of_row<Of.epilogue, Mode, sizes.large, left>;
    }
    if constexpr (sizes.small_tiles > 0) {
        if constexpr (sizes.vectors >= sizes.tile_vectors) tiles.whole[1] = &tiles_of_row<Of.epilogue, Mode, sizes.small, sizes.tile_vectors>;
        if constexpr (left > 0) tiles.rest[1] = &tiles_of_row<Of.epilogue, Mode, sizes.small, left>;
    }
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
        for (std::size_t j = 0; j < of.window.columns; ++j)
            for (std::size_t c = 0; c < of.channels(); ++c) {
                const float* from = weights + static_cast<std::ptrdiff_t>(j) * steps.column + static_cast<std::ptrdiff_t>(c) * steps.channel +
                                    static_cast<std::ptrdiff_t>(first * lanes) * steps.filter;
                // Two loops: of one that asks `f < filters` g++ 12 makes a load of a whole vector, beyond the last weight.
                for (std::size_t f = 0; f < there; ++f, from += steps.filter) *to++ = *from;
                to = std::fill_n(to, filters - there, 0.0f);
            }
    }
}

DENIM_ONCE void RegisterTiles::run(const Convolution& of, const float* input, const float* packed, float* output, std::uint8_t* record,
                                   std::size_t first, std::size_t last, bool fill) const {
    const std::size_t last_group = by_filters ? last : groups();
    if (by_filters)
        for (std::size_t group = first; group < last; ++group)
            for (std::size_t y = 0; y < rows; ++y) tile(of, input, packed, output, record, y, group);
    else
        for (std::size_t y = first; y < last; ++y)
            for (std::size_t group = 0; group < groups(); ++group) tile(of, input, packed, output, record, y, group);
    if (fill && of.output.stride > padded && last_group == groups())
        for (std::size_t y = by_filters ? 0 : first; y < (by_filters ? rows : last); ++y) clear_padding(of, output, y);
}

DENIM_ONCE void RegisterTiles::tile(const Convolution& of, const float* input, const float* packed, float* output, std::uint8_t* record, std::size_t y,
                                    std::size_t group) const {
    constexpr std::size_t lanes = simd::lanes<float>;
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
    side_by_side(kernels[0], 0, large_tiles);
    side_by_side(kernels[1], large_tiles * large, small_tiles);
}

DENIM_ONCE void RegisterTiles::clear_padding(const Convolution& of, float* output, std::size_t y) const {
    for (std::size_t x = 0; x < of.output.shape.width; ++x) std::fill_n(output + of.output.offset(y, x) + padded, of.output.stride - padded, 0.0f);
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
