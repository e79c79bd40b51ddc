// SPDX-License-Identifier: MIT
#pragma once

// The gradient of a convolution's weights where every output may be alive: behind a linear convolution, as BatchNorm has it in front, lists of
// live gradients (live_gradient.hpp) would name them all. It is a product, for each place of a window, of the pixels there and the gradients of
// z: a block of the pixels' numbers by some vectors of filters stays in registers while the pixels go by, of a sample into a share's accumulator, or
// of all samples of a share, and then no accumulator is there: the shares' sums are joined where they stand.

#include <denim/kernel/convolution.hpp>
#include <denim/machine/shares.hpp>
#include <denim/machine/simd.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// What a block has to know, in numbers: z's columns; from one of its pixels, rows and samples to the next, in the input and in z; and from one
/// number's sums to the next one's.
struct DenseGradientSizes {
    std::size_t columns = 0, step = 0, down = 0, next = 0, z_pixel = 0, z_row = 0, z_next = 0, padded = 0;
};

/// `Numbers` numbers of a pixel by `Vectors` vectors of filters: adds what `rows` rows of z's gradient in each of `samples` samples say to `sums`.
template <std::size_t Numbers, std::size_t Vectors>
DENIM_KERNEL void add_dense_block(const DenseGradientSizes& sizes, const float* input, const float* z, float* sums, std::size_t rows,
                                  std::size_t samples) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const DenseGradientSizes of = sizes;
    simd::Vector<float> sum[Numbers][Vectors];
#pragma GCC unroll 16
    for (std::size_t n = 0; n < Numbers; ++n)
#pragma GCC unroll 2
        for (std::size_t v = 0; v < Vectors; ++v) sum[n][v] = simd::load(sums + n * of.padded + v * lanes);
    for (; samples; --samples, input += of.next, z += of.z_next) {
        const float *input_row = input, *z_row = z;
        for (std::size_t y = 0; y < rows; ++y, input_row += of.down, z_row += of.z_row) {
            const float *number = input_row, *gradients = z_row;
#pragma GCC unroll 1
            for (std::size_t x = 0; x < of.columns; ++x, number += of.step, gradients += of.z_pixel) {
                simd::Vector<float> gradient[Vectors];
#pragma GCC unroll 2
                for (std::size_t v = 0; v < Vectors; ++v) gradient[v] = simd::load(gradients + v * lanes);
#pragma GCC unroll 16
                for (std::size_t n = 0; n < Numbers; ++n) {
                    const auto factor = simd::broadcast(number[n]);
#pragma GCC unroll 2
                    for (std::size_t v = 0; v < Vectors; ++v) sum[n][v] = simd::fma(factor, gradient[v], sum[n][v]);
                }
            }
        }
    }
#pragma GCC unroll 16
    for (std::size_t n = 0; n < Numbers; ++n)
#pragma GCC unroll 2
        for (std::size_t v = 0; v < Vectors; ++v) simd::store(sums + n * of.padded + v * lanes, sum[n][v]);
}

/// The gradient of the weights of a convolution without pool, as its loops are told it. Its accumulator is (tap, channel, filters in whole vectors),
/// then the bias's gradient.
struct DenseGradient {
    static constexpr std::size_t panel_width = 2 * simd::lanes<float>;
    using Block = void(const DenseGradientSizes& sizes, const float* input, const float* z, float* sums, std::size_t rows, std::size_t samples);

    DenseGradientSizes sizes;
    std::size_t runs = 0, length = 0;          ///< of a window row: runs of numbers that lie side by side, and how many each has
    std::size_t large = 0, small = 0, large_blocks = 0, small_blocks = 0;  ///< a run's blocks, which differ by one number at most
    std::size_t pairs = 0, single = 0;         ///< vectors of filters, two at a time, and whether one is left
    std::size_t band = 1;                      ///< rows of z that go by together: they fit the second level
    std::size_t size = 0, padded = 0;          ///< sums; filters in whole vectors
    std::array<Block*, 2> pair{}, alone{};     ///< the kernels of large and small blocks

    [[nodiscard]] constexpr std::size_t accumulator_size() const { return size + padded; }

    /// Parts of a batch's gradient that may be computed side by side: for two vectors of filters each, the runs of a window's rows.
    [[nodiscard]] constexpr std::size_t batch_parts(const Convolution& of) const { return panels() * of.window.rows * runs; }
    /// Of a batch z's gradient stands in panels, two vectors of filters wide, the samples of each side by side: pixels that lie apart in steps of a
    /// kilobyte compete for a few lines of the cache (6 x 6 x 256: 208 Gop/s, in panels 252). Numbers of a sample's part of a panel.
    [[nodiscard]] constexpr std::size_t panel_size(const Convolution& of) const { return of.rows * of.columns * panel_width; }
    [[nodiscard]] constexpr std::size_t panels() const { return pairs + single; }
    /// Copies one sample's gradient of z, laid out as `z`, into its part of each panel, which are `distance` numbers apart.
    void pack(const Layout& z, const float* gradient, float* panel, std::size_t distance) const;
    /// Writes part `part` of the weights' gradient of all samples of `shares`, which follow each other in the panels and as the input's layout is large: a
    /// share's in the order of its samples, then the shares as join_in_pairs adds.
    void of_batch(const Convolution& of, const float* input, const float* panels, std::size_t distance, const Shares& shares, float* weight_gradient,
                  std::size_t part) const;
    /// Adds what one sample's gradient of z says to the accumulator's sums.
    void run(const Convolution& of, const float* input, const float* output_gradient, float* accumulator) const;
    /// The gradient of window row `i`'s weights, and with the first the bias's.
    void finish(const Convolution& of, const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t i) const;
};

/// Whether the weights' gradient goes this way: not where a pool or ReLU leaves few alive, unless windows are so small that a list's entry has
/// few products.
constexpr bool takes_dense_gradient(const Convolution& of) {
    return !of.pooled() && of.output.stride % simd::lanes<float> == 0 && of.dilation == 1 && (of.epilogue == Epilogue::linear || of.window.count() == 1);
}

/// Its sizes.
constexpr DenseGradient dense_gradient(const Convolution& of) {
    constexpr std::size_t lanes = simd::lanes<float>, most = std::min<std::size_t>((simd::registers - 3) / 2, 14);
    DenseGradient dense;
    const bool joined = of.input.stride == of.channels();
    dense.runs = joined ? 1 : of.window.columns;
    dense.length = joined ? of.window.columns * of.channels() : of.channels();
    const std::size_t vectors = (of.filters() + lanes - 1) / lanes, blocks = (dense.length + most - 1) / most;
    dense.padded = vectors * lanes;
    dense.pairs = vectors / 2;
    dense.single = vectors % 2;
    dense.small = dense.length / blocks;
    dense.large = dense.small + 1;
    dense.large_blocks = dense.length % blocks;
    dense.small_blocks = blocks - dense.large_blocks;
    const std::size_t row = of.stride.rows * of.input.row() + of.output.row();
    dense.band = std::clamp<std::size_t>(65'536 / row, 1, of.rows);
    dense.size = of.window.count() * of.channels() * dense.padded;
    dense.sizes = {of.columns,       of.stride.columns * of.input.stride, of.stride.rows * of.input.row(), of.input.size(), of.output.stride,
                   of.output.row(), of.output.size(),                    dense.padded};
    return dense;
}

/// Sizes and kernels.
template <Convolution Of>
constexpr DenseGradient dense_gradient() {
    constexpr DenseGradient sizes = dense_gradient(Of);
    DenseGradient dense = sizes;
    const auto choose = [&]<std::size_t Place, std::size_t Numbers>() {
        if constexpr (sizes.pairs > 0) dense.pair[Place] = &add_dense_block<Numbers, 2>;
        if constexpr (sizes.single > 0) dense.alone[Place] = &add_dense_block<Numbers, 1>;
    };
    if constexpr (sizes.large_blocks > 0) choose.template operator()<0, sizes.large>();
    choose.template operator()<1, sizes.small>();
    return dense;
}

}  // namespace denim::inline DENIM_TARGET::kernel

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void DenseGradient::run(const Convolution& of, const float* input, const float* output_gradient, float* accumulator) const {
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t y = 0; y < of.rows; y += band) {
        const std::size_t rows = std::min(band, of.rows - y);
        const float* const z = output_gradient + of.output.offset(y, 0);
        float* sums = accumulator;
        for (std::size_t i = 0; i < of.window.rows; ++i)
            for (std::size_t run = 0; run < runs; ++run) {
                const float* from = input + of.input.offset(y * of.stride.rows + i - of.top, run - of.left);
                const auto blocks = [&](std::size_t place, std::size_t numbers, std::size_t count) {
                    for (; count; --count, from += numbers, sums += numbers * padded) {
                        for (std::size_t v = 0; v < pairs; ++v) pair[place](sizes, from, z + 2 * v * lanes, sums + 2 * v * lanes, rows, 1);
                        if (single) alone[place](sizes, from, z + 2 * pairs * lanes, sums + 2 * pairs * lanes, rows, 1);
                    }
                };
                blocks(0, large, large_blocks);
                blocks(1, small, small_blocks);
            }
    }
}

DENIM_ONCE void DenseGradient::pack(const Layout& z, const float* gradient, float* panel, std::size_t distance) const {
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t y = 0; y < z.shape.height; ++y) {
        const float* from = gradient + z.offset(y, 0);
        for (std::size_t x = 0; x < z.shape.width; ++x, panel += panel_width) {
            float* to = panel;
            for (std::size_t v = 0; v < pairs; ++v, from += panel_width, to += distance) {
                simd::store(to, simd::load(from));
                simd::store(to + lanes, simd::load(from + lanes));
            }
            if (single) simd::store(to, simd::load(from));
            from += single * lanes;
        }
    }
}

DENIM_ONCE void DenseGradient::of_batch(const Convolution& of, const float* input, const float* panels, std::size_t distance, const Shares& shares,
                                        float* weight_gradient, std::size_t part) const {
    constexpr std::size_t lanes = simd::lanes<float>, levels = 64;
    alignas(64) float sums[levels][(simd::registers - 3) / 2 * panel_width];  // those of subtrees that have no neighbour yet, the largest first
    const std::size_t run = part % runs, i = part / runs % of.window.rows, group = part / runs / of.window.rows;
    const std::size_t first = group * panel_width, width = std::min(panel_width, of.filters() - first);
    const auto& kernels = group < pairs ? pair : alone;
    DenseGradientSizes own = sizes;
    own.z_pixel = panel_width;
    own.z_row = of.columns * panel_width;
    own.z_next = panel_size(of);
    own.padded = (group < pairs ? 2 : 1) * lanes;
    const float* from = input + of.input.offset(i - of.top, run - of.left);
    const float* const gradients = panels + group * distance;
    float* to = weight_gradient + (i * of.window.columns + run) * of.channels() * of.filters() + first;
    const auto blocks = [&](std::size_t place, std::size_t numbers, std::size_t count) {
        const std::size_t block = numbers * own.padded;
        for (; count; --count, from += numbers) {
            std::size_t open = 0;
            const auto join = [&] {
                --open;
                for (std::size_t n = 0; n < block; n += lanes) simd::store(sums[open - 1] + n, simd::load(sums[open - 1] + n) + simd::load(sums[open] + n));
            };
            for (std::size_t share = 0; share < shares.count; ++share) {
                const std::size_t sample = shares.first(share);
                std::fill_n(sums[open], block, 0.0f);
                kernels[place](own, from + sample * own.next, gradients + sample * own.z_next, sums[open], of.rows, shares.last(share) - sample);
                ++open;
                for (std::size_t joined = share + 1; joined % 2 == 0; joined /= 2) join();
            }
            while (open > 1) join();
            for (std::size_t n = 0; n < numbers; ++n, to += of.filters()) std::copy_n(sums[0] + n * own.padded, width, to);
        }
    };
    blocks(0, large, large_blocks);
    blocks(1, small, small_blocks);
}

DENIM_ONCE void DenseGradient::finish(const Convolution& of, const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t i) const {
    const std::size_t row = of.window.columns * of.channels(), filters = of.filters();
    for (std::size_t n = i * row; n < (i + 1) * row; ++n) std::copy_n(accumulator + n * padded, filters, weight_gradient + n * filters);
    if (of.bias && i == 0) std::copy_n(accumulator + size, filters, bias_gradient);
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
