// SPDX-License-Identifier: MIT
#pragma once

// The gradients of a convolution through its live outputs alone: those that ReLU let pass and the pool chose. With a pool at
// most one sum in four is live, and ReLU kills about half of those. Each filter's live gradients become a list of (where its
// window begins, value); for the weights, one window's sums stay in registers while the list is walked; for the input, one
// window's weights do.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/convolution_epilogue.hpp>
#include <denim/kernel/live_walks.hpp>
#include <denim/kernel/window_slices.hpp>
#include <denim/machine/simd.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace denim::inline DENIM_TARGET::kernel {

/// Clears the gradients of rows whose outputs the epilogue cut off, and adds the others up to the bias's gradient, which is padded to whole vectors.
template <Epilogue End>
DENIM_KERNEL void mask_gradient(const Layout& of, const float* output, float* output_gradient, float* bias) {
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t y = 0; y < of.shape.height; ++y)
        for (std::size_t f = 0; f < of.shape.channels; f += lanes) {
            const bool whole = f + lanes <= of.stride;
            const std::size_t rest = of.shape.channels - f;
            auto sum = simd::broadcast(0.0f);
            std::size_t at = of.offset(y, 0) + f;
            for (std::size_t x = 0; x < of.shape.width; ++x, at += of.stride) {
                auto value = whole ? simd::load(output_gradient + at) : simd::load_first(output_gradient + at, rest);
                if constexpr (End != Epilogue::linear) {
                    const auto seen = whole ? simd::load(output + at) : simd::load_first(output + at, rest);
                    value = detail::end_gradient<End>(seen, value);
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

/// The live gradients of a convolution, as its loops are told them: sizes, and the kernels that its layer chose.
struct LiveGradient {
    WindowSlices weights, input;
    std::size_t padded = 0;  ///< filters, in whole vectors
    std::size_t step = 1;    ///< rows of z behind one of output
    std::size_t band = 1;    ///< rows of output taken at once: as many as leave a slice of their input in the first-level cache
    std::size_t room = 0;    ///< the longest list
    std::size_t slice_room = 0;
    decltype(&mask_gradient<Epilogue::linear>) mask = nullptr;
    std::span<Gather* const> gathers{};   ///< none where the gradient to the weights goes another way
    std::span<Scatter* const> scatters{};  ///< none where the gradient to the input goes another way

    /// Numbers prepared for the gradient to the input; of an accumulator: the weights' gradient by slices, then the bias's.
    [[nodiscard]] constexpr std::size_t weights_size() const { return input.size; }
    [[nodiscard]] constexpr std::size_t accumulator_size() const { return weights.size + padded; }
    [[nodiscard]] constexpr std::size_t scratch_size(const Convolution& of) const {
        return round_up(slice_room + of.filters() * (2 * room + 1), 16);
    }

    /// Weights of window row `i` for the gradient to the input.
    void prepare(const Convolution& of, const float* weights, float* prepared, std::size_t i) const;
    /// From masked output gradients: adds the weights' gradient to the accumulator if there are `gathers`, the input's to `input_gradient` if there are
    /// `scatters`.
    void run(const Convolution& of, const float* input_picture, const float* output_gradient, const float* prepared, float* input_gradient,
             const std::uint8_t* record, float* scratch, float* accumulator) const;
    /// The gradient of window row `i`'s weights, and with the first the bias's.
    void finish(const Convolution& of, const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t i) const;

private:
    void list(const Convolution& of, const WindowSlices& slices, const float* output_gradient, const std::uint8_t* record, std::size_t first,
              std::size_t rows, float* lists) const;
    [[nodiscard]] LiveList list_of(std::size_t filters, const float* lists, std::size_t f) const;
};

/// Its sizes.
constexpr LiveGradient live_gradient(const Convolution& of) {
    LiveGradient live{.weights = weight_slices(of), .input = window_slices(of, false), .padded = round_up(of.filters(), simd::lanes<float>)};
    live.step = of.pooled() ? 2 : 1;
    const auto widest = [&](std::size_t rows) {
        return std::max(live.weights.room(of, rows * live.step), live.input.room(of, rows * live.step));
    };
    while (live.band < of.output.shape.height && widest(live.band + 1) * sizeof(float) <= 24 * 1024) ++live.band;
    live.room = live.band * of.output.shape.width;
    live.slice_room = widest(live.band);
    return live;
}

/// Sizes and kernels.
template <Convolution Of, bool ToWeights, bool ToInput>
constexpr LiveGradient live_gradient() {
    constexpr LiveGradient sizes = live_gradient(Of);
    LiveGradient live = sizes;
    live.mask = &mask_gradient<Of.epilogue>;
    if constexpr (ToWeights) live.gathers = detail::gathers<sizes.weights.taps_across, sizes.weights.taps, sizes.weights.group>;
    if constexpr (ToInput) live.scatters = detail::scatters<sizes.input.taps_across, sizes.input.taps, sizes.input.group>;
    return live;
}

}  // namespace denim::inline DENIM_TARGET::kernel

#if DENIM_BODIES

#include <denim/machine/simd_order.hpp>

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void LiveGradient::prepare(const Convolution& of, const float* from, float* prepared, std::size_t i) const {
    for (std::size_t slice = 0; slice < input.slices; ++slice)
        for (std::size_t f = 0; f < of.filters(); ++f)
            for (std::size_t j = 0; j < of.window.columns; ++j) {
                const std::size_t tap = i * of.window.columns + j, there = std::min(input.unit, input.numbers - slice * input.unit);
                float* to = prepared + slice * input.slice_size + f * input.filter_size + tap * input.unit;
                const float* weight = from + (tap * of.channels() + slice * input.unit) * of.filters() + f;
                for (std::size_t u = 0; u < there; ++u) to[u] = weight[u * of.filters()];
                std::fill_n(to + there, input.unit - there, 0.0f);
            }
}

// Lists in scratch: for each filter how many, where, and how much.
DENIM_ONCE void LiveGradient::list(const Convolution& of, const WindowSlices& slices, const float* output_gradient, const std::uint8_t* record,
                                   std::size_t first, std::size_t rows, float* lists) const {
    const std::size_t winners[4] = {0, slices.across, slices.down, slices.down + slices.across};
    const std::size_t filters = of.filters(), width = of.output.shape.width, pixel = of.output.stride, padded_filters = padded;
    for (std::size_t f = 0; f < filters; ++f) {
        float* const where = lists + filters + f * 2 * room;
        float* const value = where + room;
        std::uint32_t count = 0;
        for (std::size_t y = 0; y < rows; ++y) {
            const float* gradients = output_gradient + of.output.offset(first + y, 0) + f;
            const std::uint8_t* winner = of.pooled() ? record + (first + y) * width * padded_filters + f : nullptr;
            std::size_t position = y * step * slices.down;
            const auto each = [&](auto place) {
                for (std::size_t x = 0; x < width; ++x, gradients += pixel, position += step * slices.across) {
                    where[count] = std::bit_cast<float>(static_cast<std::uint32_t>(place(x)));
                    value[count] = *gradients;
                    count += is_nonzero(*gradients);
                }
            };
            if (winner)
                each([&](std::size_t x) { return position + winners[winner[x * padded_filters]]; });
            else
                each([&](std::size_t) { return position; });
        }
        lists[f] = std::bit_cast<float>(count);
    }
}

DENIM_ONCE LiveList LiveGradient::list_of(std::size_t filters, const float* lists, std::size_t f) const {
    const float* where = lists + filters + f * 2 * room;
    return {where, where + room, std::bit_cast<std::uint32_t>(lists[f])};
}

DENIM_ONCE void LiveGradient::run(const Convolution& of, const float* input_picture, const float* output_gradient, const float* prepared,
                                  float* input_gradient, const std::uint8_t* record, float* scratch, float* accumulator) const {
    float *slice = scratch, *lists = scratch + slice_room;
    for (std::size_t y = 0; y < of.output.shape.height; y += band) {
        const std::size_t rows = std::min(band, of.output.shape.height - y);
        if (!gathers.empty()) list(of, weights, output_gradient, record, y, rows, lists);
        for (std::size_t s = 0; s < weights.slices && !gathers.empty(); ++s) {
            weights.fill(of, input_picture, y * step, rows * step, s, slice);
            for (std::size_t f = 0; f < of.filters(); ++f)
                if (const LiveList live = list_of(of.filters(), lists, f); live.count > 0)
                    for (Gather* const gather : gathers)
                        gather(live, slice, weights.row(), accumulator + s * weights.slice_size + f * weights.filter_size);
        }
        if (scatters.empty()) continue;
        if (weights.whole_rows || gathers.empty()) list(of, input, output_gradient, record, y, rows, lists);
        for (std::size_t s = 0; s < input.slices; ++s) {
            std::fill_n(slice, input.room(of, rows * step), 0.0f);
            for (std::size_t f = 0; f < of.filters(); ++f)
                if (const LiveList live = list_of(of.filters(), lists, f); live.count > 0)
                    for (Scatter* const scatter : scatters)
                        scatter(live, slice, input.row(), prepared + s * input.slice_size + f * input.filter_size);
            input.add(of, slice, y * step, rows * step, s, input_gradient);
        }
    }
}

DENIM_ONCE void LiveGradient::finish(const Convolution& of, const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t i) const {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t taps = weights.taps / of.window.rows;  // of a window row
    alignas(64) float block[lanes][lanes];
    for (std::size_t first = 0; first < of.filters(); first += lanes) {
        const std::size_t width = std::min(lanes, of.filters() - first);
        for (std::size_t t = 0; t < taps; ++t)
            for (std::size_t v = 0; v < weights.vectors; ++v) {
                const std::size_t at = v / weights.group * weights.slice_size + (i * taps + t) * weights.unit + v % weights.group * lanes;
                for (std::size_t f = 0; f < width; ++f)
                    simd::store(block[f], simd::load(accumulator + at + (first + f) * weights.filter_size));
                for (std::size_t u = 0; u < std::min(lanes, weights.numbers - v * lanes); ++u) {
                    const std::size_t row = i * of.window.columns * of.channels() + t * weights.numbers + v * lanes + u;
                    for (std::size_t f = 0; f < width; ++f) weight_gradient[row * of.filters() + first + f] = block[f][u];
                }
            }
        if (of.bias && i == 0) std::copy_n(accumulator + weights.size + first, width, bias_gradient + first);
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
