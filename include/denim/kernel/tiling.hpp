// SPDX-License-Identifier: MIT
#pragma once

// How a convolution of stride 1 is cut into tiles: every size that the transformed kernels need.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/tile_product.hpp>
#include <denim/kernel/toom_cook.hpp>
#include <denim/machine/simd.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// Up to so many channels, the products are too short to store, and the convolution goes the way of few_channels.hpp.
inline constexpr std::size_t few_channels = 4;

/// The second level's bytes that a block of tiles may fill; the weights stream through the rest.
inline constexpr std::size_t block_bytes = 512 * 1024;

/// Whether TransformedConvolution computes it.
constexpr bool transformable(const Convolution& of) {
    return of.stride == 1 && of.window.square() && (of.side() == 3 || of.side() == 5 || of.side() == 7) && of.top < of.side() && of.left < of.side();
}

/// The gradient to the weights of a pooled convolution visits the pool's winners alone if at most so many percent of them are
/// alive after ReLU; tiles are faster beyond. Measured on 64 channels and filters.
constexpr std::size_t winners_pay(const Convolution& of) {
    if (!of.pooled()) return 0;
    return of.channels() <= few_channels || of.side() == 7 ? 100 : of.side() == 5 ? 65 : 75;
}

/// The tiles of a picture: `side` x `side` pixels each, 8 x 8 with what their windows touch beyond.
struct Tiles {
    std::size_t side = 0, down = 0, across = 0;

    [[nodiscard]] constexpr std::size_t count() const { return down * across; }
    /// Rows and columns that the windows of all tiles touch.
    [[nodiscard]] constexpr std::size_t touched_rows() const { return down * side + tile - side; }
    [[nodiscard]] constexpr std::size_t touched_columns() const { return across * side + tile - side; }
};

constexpr Tiles tiles_of(std::size_t window, std::size_t rows, std::size_t columns) {
    const std::size_t side = tile + 1 - window;
    return {side, (rows + side - 1) / side, (columns + side - 1) / side};
}

/// The tiles of z; with a pool, an odd last row or column needs none.
constexpr Tiles output_tiles(const Convolution& of) {
    return of.pooled() ? tiles_of(of.side(), of.rows / 2 * 2, of.columns / 2 * 2) : tiles_of(of.side(), of.rows, of.columns);
}

/// The border of zeros that TransformedConvolution wants around the input, given one that covers what the windows touch: the
/// tiles of the last row and column reach further.
constexpr Border transformed_border(const Convolution& of) {
    if (of.channels() <= few_channels && winners_pay(of) == 100) return of.input.border;
    const Tiles tiles = output_tiles(of);
    const auto beyond = [](std::size_t touched, std::size_t extent) { return touched > extent ? touched - extent : 0; };
    return widest(of.input.border, {of.top, of.left, beyond(tiles.touched_rows(), of.top + of.input.shape.height),
                                    beyond(tiles.touched_columns(), of.left + of.input.shape.width)});
}

/// The gradient of z with a border of zeros, so that the tiles of both gradients read it without asking.
constexpr Layout gradient_picture(const Convolution& of) {
    const Tiles own = output_tiles(of), back = tiles_of(of.side(), of.input.shape.height, of.input.shape.width);
    const std::size_t top = of.side() - 1 - of.top, left = of.side() - 1 - of.left;
    const std::size_t height = std::max(back.touched_rows(), top + own.down * own.side);
    const std::size_t width = std::max(back.touched_columns(), left + own.across * own.side);
    return {{height - top, width - left, of.filters()}, {top, left, 0, 0}, of.output.stride};
}

/// One pass over the tiles of a picture: what is read and how it goes through the registers and caches.
struct TilePass {
    Tiles tiles;
    std::size_t row = 0, pixel = 0;  ///< numbers from one row, one pixel of the picture to the next
    std::size_t depth = 0;           ///< channels that are read
    std::size_t width = 0;           ///< channels that are made, whole vectors
    std::size_t rows = 0;            ///< tiles in one product
    std::size_t block = 0;           ///< tiles that are transformed together: whole products
    std::size_t v_point = 0, m_point = 0;  ///< numbers from one point of the transform domain to the next, of what is read and made

    [[nodiscard]] constexpr std::size_t blocks() const { return (tiles.count() + block - 1) / block; }
    /// Groups of product_vectors vectors that are made, the last of those that remain.
    [[nodiscard]] constexpr std::size_t groups() const { return (vectors() + product_vectors - 1) / product_vectors; }
    [[nodiscard]] constexpr std::size_t vectors() const { return width / simd::lanes<float>; }
    [[nodiscard]] constexpr std::size_t vectors_in(std::size_t group) const { return std::min(product_vectors, vectors() - group * product_vectors); }
    /// Parts that may be computed side by side: the groups of each block.
    [[nodiscard]] constexpr std::size_t bands() const { return blocks() * groups(); }
    [[nodiscard]] constexpr std::size_t scratch() const { return tile * tile * (v_point + m_point); }
    [[nodiscard]] constexpr std::size_t weights() const { return tile * tile * depth * width; }
    /// Where the weights of a group at a point begin: (channel read, vectors of the group).
    [[nodiscard]] constexpr std::size_t weights_at(std::size_t group, std::size_t point) const { return (point * width + wide(group)) * depth; }
    /// Channels that so many groups make.
    [[nodiscard]] static constexpr std::size_t wide(std::size_t count) { return count * product_vectors * simd::lanes<float>; }
};

/// An odd number of cache lines, so that points spread over the cache.
constexpr std::size_t odd_lines(std::size_t numbers) { return ((numbers + 15) / 16 | 1) * 16; }

constexpr TilePass tile_pass(Tiles tiles, std::size_t row, std::size_t pixel, std::size_t depth, std::size_t width, std::size_t rows) {
    TilePass pass{tiles, row, pixel, depth, width, rows};
    const std::size_t read = round_up(depth, channel_chunk), made = round_up(width, channel_chunk);
    // As many as fit the cache and leave a few blocks to threads.
    const std::size_t fit = block_bytes / (tile * tile * (round_up(depth, simd::lanes<float>) + width) * sizeof(float));
    pass.block = std::clamp(fit / rows * rows, rows, round_up((tiles.count() + 3) / 4, rows));
    pass.v_point = odd_lines(pass.block * read);
    pass.m_point = odd_lines(pass.block * made);
    return pass;
}

/// With as many rows as cost least, by one thread and by two that share a picture: one of those waits where the bands are odd.
constexpr TilePass tile_pass(Tiles tiles, std::size_t row, std::size_t pixel, std::size_t depth, std::size_t width) {
    TilePass best;
    double best_cost = 0;
    for (std::size_t rows = 1; rows <= std::min(product_rows, tiles.count()); ++rows) {
        const TilePass pass = tile_pass(tiles, row, pixel, depth, width, rows);
        const std::size_t bands = pass.bands();
        const double waits = static_cast<double>(bands % 2) / static_cast<double>(bands), cost = static_cast<double>(product_cost(tiles.count(), rows)) * (1 + waits / 2);
        if (rows > 1 && cost > best_cost) continue;
        best = pass;
        best_cost = cost;
    }
    return best;
}

/// Forward: the input becomes z.
constexpr TilePass forward_pass(const Convolution& of) {
    return tile_pass(output_tiles(of), of.input.row(), of.input.stride, of.channels(), of.output.stride);
}

/// Back to the input: the gradient of z becomes that of the input.
constexpr TilePass backward_pass(const Convolution& of) {
    const Layout picture = gradient_picture(of);
    return tile_pass(tiles_of(of.side(), of.input.shape.height, of.input.shape.width), picture.row(), picture.stride, of.filters(),
                     round_up(of.channels(), simd::lanes<float>));
}

}  // namespace denim::inline DENIM_TARGET::kernel
