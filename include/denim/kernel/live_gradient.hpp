// SPDX-License-Identifier: MIT
#pragma once

// The gradients of a convolution through its live outputs alone: those that ReLU let pass and the pool chose. With a pool at
// most one sum in four is live, and ReLU kills about half of those. Each filter's live gradients become a list of (where its
// window begins, value); for the weights, one window's sums stay in registers while the list is walked; for the input, one
// window's weights do.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/convolution_epilogue.hpp>
#include <denim/machine/simd_order.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace denim::inline DENIM_TARGET::kernel {

/// How the windows of some rows of input lie in scratch: each as `taps` runs of `vectors` vectors, of which a slice holds
/// `group`. A run is one pixel's channels, or, where that wastes fewer lanes, a whole window row (then every column of z has
/// its own copy of its window rows).
template <Convolution Of, bool WholeRows>
struct WindowSlices {
    static constexpr std::size_t lanes = simd::lanes<float>;
    static constexpr std::size_t numbers = WholeRows ? Of.window.columns * Of.channels() : Of.channels();  ///< in a run
    static constexpr std::size_t taps = WholeRows ? Of.window.rows : Of.window.count();
    static constexpr std::size_t vectors = (numbers + lanes - 1) / lanes;
    static constexpr std::size_t held = simd::registers - 5;  ///< vectors that stay in registers, beside what moves
    static constexpr std::size_t group = [] {
        std::size_t most = std::max<std::size_t>(1, std::min(vectors, held / taps));
        while (vectors % most) --most;
        return most;
    }();
    static constexpr std::size_t slices = vectors / group;
    static constexpr std::size_t unit = group * lanes;
    static constexpr std::size_t columns = WholeRows ? Of.columns : (Of.columns - 1) * Of.stride.columns + Of.window.columns;
    static constexpr std::size_t across = (WholeRows ? 1 : Of.stride.columns) * unit;  ///< from one column of z to the next
    static constexpr std::size_t down = Of.stride.rows * columns * unit;            ///< from one row of z to the next
    static constexpr std::size_t filter_size = taps * unit;
    static constexpr std::size_t slice_size = Of.filters() * filter_size;
    static constexpr std::size_t size = slices * slice_size;  ///< one window of every filter: (slice, filter, tap, unit)

    static constexpr std::size_t input_rows(std::size_t z_rows) { return (z_rows - 1) * Of.stride.rows + Of.window.rows; }
    static constexpr std::size_t tap(std::size_t t) {
        return WholeRows ? t * columns * unit : (t / Of.window.columns * columns + t % Of.window.columns) * unit;
    }

    /// Copies slice `slice` of the input rows behind z rows `first` to `first + z_rows`.
    [[gnu::noinline]] static void fill(const float* input, std::size_t first, std::size_t z_rows, std::size_t slice,
                                       float* to) {
        for (std::size_t r = 0; r < input_rows(z_rows); ++r)
            for (std::size_t x = 0; x < columns; ++x, to += unit) {
                const float* from =
                    input + Of.input.offset(first * Of.stride.rows + r - Of.top, (WholeRows ? x * Of.stride.columns : x) - Of.left);
                if constexpr (WholeRows && Of.input.stride != Of.channels()) {
                    for (std::size_t u = 0, n = slice * unit; u < unit && n < numbers; ++u, ++n)
                        to[u] = from[n / Of.channels() * Of.input.stride + n % Of.channels()];
                } else if (slice + 1 < slices || numbers % unit == 0) {
                    std::memcpy(to, from + slice * unit, unit * sizeof(float));
                } else {
                    std::memcpy(to, from + slice * unit, numbers % unit * sizeof(float));
                }
            }
    }

    /// Adds slice `slice` of the gradients to the input rows behind z rows `first` to `first + z_rows`; what lies in the border
    /// falls away.
    static void add(const float* from, std::size_t first, std::size_t z_rows, std::size_t slice, float* input) {
        static_assert(!WholeRows);
        for (std::size_t r = 0; r < input_rows(z_rows); ++r) {
            const std::size_t y = first * Of.stride.rows + r - Of.top;
            if (y >= Of.input.shape.height) continue;
            for (std::size_t x = 0; x < Of.input.shape.width && x + Of.left < columns; ++x) {
                const float* values = from + (r * columns + x + Of.left) * unit;
                float* pixel = input + Of.input.offset(y, x) + slice * unit;
                for (std::size_t u = 0; u < unit; u += lanes) {
                    const std::size_t rest = Of.channels() - slice * unit - u;
                    if (rest >= lanes)
                        simd::store(pixel + u, simd::load(pixel + u) + simd::load(values + u));
                    else
                        simd::store_first(pixel + u, simd::load_first(pixel + u, rest) + simd::load_first(values + u, rest),
                                          rest);
                }
            }
        }
    }
};

template <Convolution Of>
struct LiveGradient {
    using Vector = simd::Vector<float>;
    static constexpr std::size_t lanes = simd::lanes<float>;
    static constexpr std::size_t padded = (Of.filters() + lanes - 1) / lanes * lanes;

    using InputSlices = WindowSlices<Of, false>;
    static constexpr bool whole_rows = WindowSlices<Of, true>::vectors * Of.window.rows < InputSlices::vectors * InputSlices::taps;
    using WeightSlices = WindowSlices<Of, whole_rows>;

    static constexpr std::size_t weights_size = InputSlices::size;  ///< prepared for the gradient to the input
    static constexpr std::size_t accumulator_size = WeightSlices::size + padded;

    /// Rows of output taken at once: as many as leave a slice of their input in the first-level cache.
    static constexpr std::size_t step = Of.pooled() ? 2 : 1;  ///< rows of z behind one of output
    template <class Slices>
    static constexpr std::size_t slice_room(std::size_t rows) {
        return Slices::input_rows(rows * step) * Slices::columns * Slices::unit;
    }
    static constexpr std::size_t widest_slice(std::size_t rows) {
        return std::max(slice_room<WeightSlices>(rows), slice_room<InputSlices>(rows));
    }
    static constexpr std::size_t band = [] {
        std::size_t rows = 1;
        while (rows < Of.output.shape.height && widest_slice(rows + 1) * sizeof(float) <= 24 * 1024) ++rows;
        return rows;
    }();
    static constexpr std::size_t room = band * Of.output.shape.width;  ///< the longest list
    static constexpr std::size_t scratch_size = round_up(widest_slice(band) + Of.filters() * (2 * room + 1), 16);

    /// Clears the gradients whose outputs the epilogue cut off, and adds the others up into the bias's part of the accumulator.
    static void mask(const float* output, float* output_gradient, float* accumulator) {
        float* bias = accumulator + WeightSlices::size;
        for (std::size_t y = 0; y < Of.output.shape.height; ++y)
            for (std::size_t f = 0; f < padded; f += lanes) {
                const bool whole = f + lanes <= Of.output.stride;
                const std::size_t rest = Of.filters() - f;
                Vector sum = simd::broadcast(0.0f);
                for (std::size_t x = 0; x < Of.output.shape.width; ++x) {
                    const std::size_t at = Of.output.offset(y, x) + f;
                    Vector value = whole ? simd::load(output_gradient + at) : simd::load_first(output_gradient + at, rest);
                    if constexpr (Of.epilogue != Epilogue::linear) {
                        const Vector seen = whole ? simd::load(output + at) : simd::load_first(output + at, rest);
                        value = detail::end_gradient<Of.epilogue>(seen, value);
                        if (whole)
                            simd::store(output_gradient + at, value);
                        else
                            simd::store_first(output_gradient + at, value, rest);
                    }
                    sum = sum + value;
                }
                simd::store(bias + f, simd::load(bias + f) + sum);
            }
    }

    /// From masked output gradients: adds the weights' gradient to the accumulator and, if `ToInput`, the input's gradient to
    /// `input_gradient`.
    template <bool ToInput>
    static void run(const float* input, const float* output_gradient, const float* weights, float* input_gradient,
                    const std::uint8_t* record, float* scratch, float* accumulator) {
        float *slice = scratch, *lists = scratch + widest_slice(band);
        for (std::size_t y = 0; y < Of.output.shape.height; y += band) {
            const std::size_t rows = std::min(band, Of.output.shape.height - y);
            list<WeightSlices>(output_gradient, record, y, rows, lists);
            for (std::size_t s = 0; s < WeightSlices::slices; ++s) {
                WeightSlices::fill(input, y * step, rows * step, s, slice);
                for (std::size_t f = 0; f < Of.filters(); ++f)
                    walk<WeightSlices, false>(lists, f, slice,
                                              accumulator + s * WeightSlices::slice_size + f * WeightSlices::filter_size);
            }
            if constexpr (ToInput) {
                if constexpr (whole_rows) list<InputSlices>(output_gradient, record, y, rows, lists);
                for (std::size_t s = 0; s < InputSlices::slices; ++s) {
                    std::fill_n(slice, slice_room<InputSlices>(rows), 0.0f);
                    for (std::size_t f = 0; f < Of.filters(); ++f)
                        walk<InputSlices, true>(lists, f, slice,
                                                weights + s * InputSlices::slice_size + f * InputSlices::filter_size);
                    InputSlices::add(slice, y * step, rows * step, s, input_gradient);
                }
            }
        }
    }

private:
    // Lists in scratch: for each filter how many, where, and how much.
    template <class Slices>
    [[gnu::noinline]] static void list(const float* output_gradient, const std::uint8_t* record, std::size_t first,
                                       std::size_t rows, float* lists) {
        constexpr std::uint32_t winners[4] = {0, Slices::across, Slices::down, Slices::down + Slices::across};
        for (std::size_t f = 0; f < Of.filters(); ++f) {
            float* where = lists + Of.filters() + f * 2 * room;
            float* value = where + room;
            std::uint32_t count = 0;
            for (std::size_t y = 0; y < rows; ++y)
                for (std::size_t x = 0; x < Of.output.shape.width; ++x) {
                    const float gradient = output_gradient[Of.output.offset(first + y, x) + f];
                    auto position = static_cast<std::uint32_t>(y * step * Slices::down + x * step * Slices::across);
                    if constexpr (Of.pooled())
                        position += winners[record[((first + y) * Of.output.shape.width + x) * padded + f]];
                    where[count] = std::bit_cast<float>(position);
                    value[count] = gradient;
                    count += is_nonzero(gradient);
                }
            lists[f] = std::bit_cast<float>(count);
        }
    }

    // One filter's list, against the windows in `slice`: for the weights, `fixed` grows; for the input, the slice does.
    template <class Slices, bool ToInput, class Fixed>
    static void walk(const float* lists, std::size_t f, float* slice, Fixed* fixed) {
        const auto count = std::bit_cast<std::uint32_t>(lists[f]);
        if (count == 0) return;
        const float* where = lists + Of.filters() + f * 2 * room;
        constexpr std::size_t parts = (Slices::taps + Slices::held / Slices::group - 1) / (Slices::held / Slices::group);
        [&]<std::size_t... Part>(std::index_sequence<Part...>) {
            (walk_part<Slices, ToInput, Slices::taps * Part / parts, Slices::taps*(Part + 1) / parts>(where, count, slice,
                                                                                                      fixed),
             ...);
        }(std::make_index_sequence<parts>{});
    }

    template <class Slices, bool ToInput, std::size_t First, std::size_t Last, class Fixed>
    [[gnu::noinline]] static void walk_part(const float* where, std::uint32_t count, float* slice, Fixed* fixed) {
        constexpr std::size_t group = Slices::group, held = (Last - First) * group;
        const float* value = where + room;
        fixed += First * Slices::unit;
        Vector kept[held];
#pragma GCC unroll 32
        for (std::size_t n = 0; n < held; ++n) kept[n] = simd::load(fixed + n * lanes);
#pragma GCC unroll 1
        for (std::uint32_t entry = 0; entry < count; ++entry) {
            float* window = slice + std::bit_cast<std::uint32_t>(where[entry]);
            const Vector gradient = simd::broadcast(value[entry]);
#pragma GCC unroll 32
            for (std::size_t n = 0; n < held; ++n) {
                float* run = window + Slices::tap(First + n / group) + n % group * lanes;
                if constexpr (ToInput)
                    simd::store(run, simd::fma(gradient, kept[n], simd::load(run)));
                else
                    kept[n] = simd::fma(gradient, simd::load(run), kept[n]);
            }
        }
        if constexpr (!ToInput) {
#pragma GCC unroll 32
            for (std::size_t n = 0; n < held; ++n) simd::store(fixed + n * lanes, kept[n]);
        }
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
