// SPDX-License-Identifier: MIT
#pragma once

// The three products of a dense layer on a whole batch, in float: tiles of rows x two vectors stay in registers; work is cut by
// shape alone, so any number of threads gives the same bits, and a row's result does not depend on the other rows. Sizes are
// known at run time: one machine code serves every layer. Distances between rows that are a multiple of 4 KB make the rows
// compete for the same lines of the cache.

#include <denim/kernel/share_tile.hpp>
#include <denim/machine/simd.hpp>
#include <denim/machine/threads.hpp>
#include <denim/tensor/aligned_array.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace denim::inline DENIM_TARGET::kernel {

/// Row n of x, y, dx and dy begins `distance` numbers after row n - 1; weights are (inputs, outputs) and are read in place.
class MatrixProduct {
public:
    std::size_t inputs = 0, outputs = 0;

    /// Numbers of scratch that each of the products needs.
    [[nodiscard]] constexpr std::size_t scratch_size(std::size_t batch) const { return chunks() * batch * padded(); }

    /// y[n][o] = bias[o] + sum over i of x[n][i] * weights[i][o]; `bias` may be null.
    void forward(const float* x, std::size_t x_distance, const float* weights, const float* bias, float* y,
                 std::size_t y_distance, std::size_t batch, float* scratch) const;

    /// dx[n][i] = (dx[n][i] +) sum over o of dy[n][o] * weights[i][o].
    void input_gradient(const float* dy, std::size_t dy_distance, const float* weights, float* dx, std::size_t dx_distance,
                        std::size_t batch, bool add, float* scratch) const;

    /// dw[i][o] = sum over n of x[n][i] * dy[n][o]; db[o] = sum over n of dy[n][o], unless `db` is null. Each share is summed in the
    /// order of its samples, then the shares as join_in_pairs adds.
    void weight_gradient(const float* x, std::size_t x_distance, const float* dy, std::size_t dy_distance, float* dw, float* db,
                         const Shares& shares, float* scratch) const;

private:
    static constexpr std::size_t lanes = simd::lanes<float>;
    static constexpr std::size_t panel = 2 * lanes;                         // columns of a tile
    static constexpr std::size_t tallest = (simd::registers - 3) / 2;       // rows of the largest tile
    static constexpr std::size_t depth = 48;                                // products summed between two visits of memory
    static constexpr std::size_t group = 64 / tallest * tallest + tallest;  // rows of a batch at once

    [[nodiscard]] constexpr std::size_t padded() const { return (outputs + panel - 1) / panel * panel; }

    // Inputs of one chunk: at least 256 K weights, at most 32 chunks.
    [[nodiscard]] constexpr std::size_t chunk_rows() const {
        const std::size_t wanted = std::max((std::size_t{1} << 18) / std::max<std::size_t>(outputs, 1), inputs / 32) + 1;
        return (wanted + depth - 1) / depth * depth;
    }
    [[nodiscard]] constexpr std::size_t chunks() const {
        return std::max<std::size_t>(1, (inputs + chunk_rows() - 1) / chunk_rows());
    }

    static void prefetch(const float* from, std::size_t distance, std::size_t count) {
        for (std::size_t k = 0; k < count; ++k)
            for (std::size_t n = 0; n < panel; n += 16) simd::prefetch(from + k * distance + n);
    }

    // Calls `each(integral_constant rows, first)` for tiles that cover `count` rows.
    template <class Each>
    static void cover(std::size_t count, Each each) {
        std::size_t first = 0;
        const auto while_fits = [&]<std::size_t Rows>(std::integral_constant<std::size_t, Rows> rows) {
            for (; first + Rows <= count; first += Rows) each(rows, first);
        };
        while_fits(std::integral_constant<std::size_t, tallest>{});
        if constexpr (tallest > 8) while_fits(std::integral_constant<std::size_t, 8>{});
        while_fits(std::integral_constant<std::size_t, 4>{});
        while_fits(std::integral_constant<std::size_t, 2>{});
        while_fits(std::integral_constant<std::size_t, 1>{});
    }

    // Copies `height` rows of `count` numbers as tiles of (number, row).
    static void pack_rows(const float* from, std::size_t distance, std::size_t height, std::size_t count, float* to) {
        cover(height, [&](auto rows, std::size_t first) {
            for (std::size_t p = 0; p < rows; ++p)
                for (std::size_t k = 0; k < count; ++k) to[first * count + k * rows + p] = from[(first + p) * distance + k];
        });
    }

    // Copies `width` numbers of each of `count` rows to rows that stand `room` apart, with zeros behind them.
    static void pack_columns(const float* from, std::size_t distance, std::size_t count, std::size_t width, std::size_t room, float* to) {
        for (std::size_t n = 0; n < count; ++n, from += distance, to += room) {
            std::copy_n(from, width, to);
            std::fill_n(to + width, room - width, 0.0f);
        }
    }

    // Copies `width` rows of weights, `count` numbers of each, as columns of a panel.
    void turn(const float* from, std::size_t width, std::size_t count, float* to) const {
        std::size_t whole_width = width / lanes * lanes, whole_count = count / lanes * lanes;
        for (std::size_t i = 0; i < whole_width; i += lanes)
            for (std::size_t k = 0; k < whole_count; k += lanes)
                simd::transpose(from + i * outputs + k, outputs, to + k * panel + i, panel);
        for (std::size_t i = 0; i < width; ++i)
            for (std::size_t k = i < whole_width ? whole_count : 0; k < count; ++k) to[k * panel + i] = from[i * outputs + k];
        for (std::size_t k = 0; k < count; ++k) std::fill_n(to + k * panel + width, panel - width, 0.0f);
    }

    // A panel of `width` columns as tiles read it: in place, or copied to `room`, with zeros beside what is not whole. A copy
    // pays where many tiles read it: its rows lie side by side, not a page apart.
    struct Panel {
        const float* numbers;
        std::size_t distance, count, width;

        Panel(const float* from, std::size_t from_distance, std::size_t rows, std::size_t columns, float* room, bool copy)
            : numbers(from), distance(from_distance), count(rows), width(columns) {
            if (width == panel && !copy) return;
            for (std::size_t k = 0; k < count; ++k, from += from_distance, room += panel)
                if (width == panel) {
                    simd::store(room, simd::load(from));
                    simd::store(room + lanes, simd::load(from + lanes));
                } else {
                    std::fill_n(std::copy_n(from, width, room), panel - width, 0.0f);
                }
            numbers = room - count * panel;
            distance = panel;
        }
    };

    // c[p][o] = (c[p][o] +) sum over k of a[k][p] * b[k][o], for `Rows` rows p and one panel.
    template <std::size_t Rows>
    static void tile(const float* a, std::size_t a_distance, const Panel& b, float* c, std::size_t c_distance, bool add) {
        using Vector = simd::Vector<float>;
        Vector left[Rows], right[Rows];
#pragma GCC unroll 16
        for (std::size_t p = 0; p < Rows; ++p) left[p] = right[p] = simd::broadcast(0.0f);
        const float* numbers = b.numbers;
#pragma GCC unroll 1
        for (std::size_t k = 0; k < b.count; ++k, a += a_distance, numbers += b.distance) {
            const Vector first = simd::load(numbers), second = simd::load(numbers + lanes);
#pragma GCC unroll 16
            for (std::size_t p = 0; p < Rows; ++p) {
                const Vector row = simd::broadcast(a[p]);
                left[p] = simd::fma(row, first, left[p]);
                right[p] = simd::fma(row, second, right[p]);
            }
        }
        const bool whole = b.width == panel;
        const std::size_t one = std::min(b.width, lanes), two = b.width - one;
#pragma GCC unroll 16
        for (std::size_t p = 0; p < Rows; ++p, c += c_distance) {
            if (add) {
                left[p] = left[p] + (whole ? simd::load(c) : simd::load_first(c, one));
                right[p] = right[p] + (whole ? simd::load(c + lanes) : simd::load_first(c + lanes, two));
            }
            if (whole) {
                simd::store(c, left[p]);
                simd::store(c + lanes, right[p]);
            } else {
                simd::store_first(c, left[p], one);
                simd::store_first(c + lanes, right[p], two);
            }
        }
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void MatrixProduct::forward(const float* x, std::size_t x_distance, const float* weights, const float* bias, float* y,
                 std::size_t y_distance, std::size_t batch, float* scratch) const {
    // Each chunk of inputs streams its weights once and leaves its part of all sums; then the parts are added in order.
    parallel_for(chunks(), 2 * batch * inputs * outputs, [&](std::size_t chunk) {
        float* part = scratch + chunk * batch * padded();  // (panel, row, column of the panel)
        const std::size_t first = chunk * chunk_rows(), last = std::min(inputs, first + chunk_rows());
        for (std::size_t i = first; i < last; i += depth) {
            const std::size_t count = std::min(depth, last - i);
            for (std::size_t n = 0; n < batch; n += group) {
                alignas(64) float rows[depth * group], room[depth * panel];
                const std::size_t height = std::min(group, batch - n);
                pack_rows(x + n * x_distance + i, x_distance, height, count, rows);
                for (std::size_t o = 0; o < outputs; o += panel) {
                    if (n == 0 && o + 3 * panel <= outputs) prefetch(weights + i * outputs + o + 2 * panel, outputs, count);
                    const Panel block{weights + i * outputs + o,    outputs, count,
                                      std::min(panel, outputs - o), room,    height > tallest};
                    cover(height, [&](auto tall, std::size_t p) {
                        tile<tall>(rows + p * count, tall, block, part + o * batch + (n + p) * panel, panel, i > first);
                    });
                }
            }
        }
    });
    parallel_for(batch, chunks() * batch * outputs, [&](std::size_t n) {
        for (std::size_t o = 0; o < outputs; ++o) {
            const float* part = scratch + o / panel * panel * batch + n * panel + o % panel;
            float sum = bias ? bias[o] : 0.0f;
            for (std::size_t chunk = 0; chunk < chunks(); ++chunk) sum += part[chunk * batch * padded()];
            y[n * y_distance + o] = sum;
        }
    });
}

DENIM_ONCE void MatrixProduct::input_gradient(const float* dy, std::size_t dy_distance, const float* weights, float* dx, std::size_t dx_distance,
                        std::size_t batch, bool add, float* scratch) const {
    for (std::size_t o = 0; o < outputs; o += depth)
        for (std::size_t n = 0; n < batch; n += group)
            pack_rows(dy + n * dy_distance + o, dy_distance, std::min(group, batch - n), std::min(depth, outputs - o),
                      scratch + o * batch + n * std::min(depth, outputs - o));
    parallel_for((inputs + panel - 1) / panel, 2 * batch * inputs * outputs, [&](std::size_t index) {
        const std::size_t i = index * panel, width = std::min(panel, inputs - i);
        alignas(64) float turned[depth * panel];
        for (std::size_t o = 0; o < outputs; o += depth) {
            const std::size_t count = std::min(depth, outputs - o);
            turn(weights + i * outputs + o, width, count, turned);
            Panel block{turned, panel, count, panel, nullptr, false};
            block.width = width;
            for (std::size_t n = 0; n < batch; n += group)
                cover(std::min(group, batch - n), [&](auto tall, std::size_t p) {
                    tile<tall>(scratch + o * batch + (n + p) * count, tall, block, dx + (n + p) * dx_distance + i,
                               dx_distance, add || o > 0);
                });
        }
    });
}

DENIM_ONCE void MatrixProduct::weight_gradient(const float* x, std::size_t x_distance, const float* dy, std::size_t dy_distance, float* dw, float* db,
                         const Shares& shares, float* scratch) const {
    constexpr std::size_t tall = simd::registers > 16 ? 7 : 3, rows = 56 / tall * tall;
    const std::size_t batch = shares.samples;
    // Tiles read both sides many times: packed, they come from the near caches.
    parallel_for((outputs + panel - 1) / panel, batch * outputs, [&](std::size_t index) {
        const std::size_t o = index * panel;
        pack_columns(dy + o, dy_distance, batch, std::min(panel, outputs - o), panel, scratch + o * batch);
    });
    const auto each_panel = [&](auto each) {
        for (std::size_t o = 0; o < outputs; o += panel) each(o, std::min(panel, outputs - o), SampleRows{scratch + o * batch, panel});
    };
    parallel_for((inputs + rows - 1) / rows, 2 * batch * inputs * outputs, [&](std::size_t index) {
        alignas(64) float few[depth * rows];
        AlignedArray<float> many(batch > depth ? batch * rows : 0);
        float* const block = batch > depth ? many.data() : few;
        const std::size_t i = index * rows, count = std::min(rows, inputs - i);
        pack_columns(x + i, x_distance, batch, count, rows, block);
        const auto each_tile = [&](auto height, std::size_t p) {
            each_panel([&](std::size_t o, std::size_t width, SampleRows y) {
                ShareTile<height>::run({block + p, rows}, y, shares, dw + (i + p) * outputs + o, outputs, width);
            });
        };
        std::size_t p = 0;
        for (; p + tall <= count; p += tall) each_tile(std::integral_constant<std::size_t, tall>{}, p);
        for (; p < count; ++p) each_tile(std::integral_constant<std::size_t, 1>{}, p);
    });
    if (const float one = 1.0f; db)
        each_panel([&](std::size_t o, std::size_t width, SampleRows y) { ShareTile<1>::run({&one, 0}, y, shares, db + o, outputs, width); });
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
