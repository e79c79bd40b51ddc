// SPDX-License-Identifier: MIT
#pragma once

// Convolutions with groups or a dilation, as dense ones. A group sees its own channels. Of a convolution with dilation d, the
// outputs (y, x) with the same y mod d and x mod d (each its axis's d), a phase, read the pixels of one phase of the input and no others. So each
// group and phase is copied to a picture of its own, and goes through the kernel that is quickest for it.

#include <denim/kernel/convolution.hpp>
#include <denim/machine/simd.hpp>
#include <denim/tensor/aligned_array.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// The dense convolution that one group and phase is; the smaller phases are filled up with zeros.
constexpr Convolution dense_part(const Convolution& of) {
    const auto share = [](std::size_t count, std::size_t step) { return (count + step - 1) / step; };
    const auto layout = [](std::size_t height, std::size_t width, std::size_t channels) {
        return Layout{{height, width, channels}, {}, round_up(channels, simd::lanes<float>)};
    };
    Convolution part = of;
    part.rows = share(of.rows, of.dilation.rows);
    part.columns = share(of.columns, of.dilation.columns);
    part.dilation = 1;
    part.groups = 1;
    part.top = part.left = 0;
    part.input =
        layout((part.rows - 1) * of.stride.rows + of.window.rows, (part.columns - 1) * of.stride.columns + of.window.columns, of.channels() / of.groups);
    part.output = layout(of.pooled() ? part.rows / 2 : part.rows, of.pooled() ? part.columns / 2 : part.columns,
                         of.filters() / of.groups);
    return part;
}

/// The same interface as PlainConvolution. Kernel computes Part, the dense part with its border. Along its axis a
/// dilation stands without a stride, and without a pool.
template <Convolution Of, Convolution Part, class Kernel>
struct SplitConvolution {
    static_assert((Of.dilation.rows == 1 || Of.stride.rows == 1) && (Of.dilation.columns == 1 || Of.stride.columns == 1));
    static_assert(Of.dilation == 1 || !Of.pooled());

private:
    static constexpr WindowSize step = Of.dilation;
    static constexpr std::size_t phases = step.count(), channels = Part.channels(), filters = Part.filters();
    static constexpr std::size_t room(std::size_t numbers) { return round_up(numbers, 16); }
    static constexpr std::size_t output_at = room(Part.input.size()), scratch_at = output_at + room(Part.output.size()),
                                 output_gradient_at = scratch_at + room(Kernel::scratch_size),
                                 input_gradient_at = output_gradient_at + room(Part.output.size());
    static constexpr std::size_t group_prepared = room(Kernel::prepared_size),
                                 group_sums = room(Kernel::accumulator_size),
                                 part_record = round_up(Kernel::record_size, 64);

    static constexpr std::array<char, 64> words = [] {
        std::array<char, 64> text{};
        std::size_t at = 0;
        for (const char* from :
             {Of.dilation != 1 ? Of.groups > 1 ? "dilated, grouped, " : "dilated, " : "grouped, ", Kernel::name})
            for (; *from; ++from) text[at++] = *from;
        return text;
    }();

public:
    static constexpr const char* name = words.data();
    static constexpr std::size_t bands = Of.groups * phases;
    static constexpr std::size_t prepare_parts = Of.groups, finish_parts = Of.groups;
    static constexpr std::size_t prepared_size = Of.groups * group_prepared;
    static constexpr std::size_t forward_prepare_parts = prepare_parts, forward_prepared_size = prepared_size;
    static constexpr std::size_t accumulator_size = Of.groups * group_sums;
    static constexpr std::size_t record_size = bands * part_record;
    static constexpr std::size_t scratch_size = input_gradient_at + room(Part.input.size());
    static constexpr std::size_t forward_scratch_size = scratch_at + room(Kernel::forward_scratch_size);

    static void prepare(const float* weights, const float* bias, float* prepared, std::size_t group) {
        AlignedArray<float> own(Part.weights());
        for (std::size_t n = 0; n < Part.weights(); n += filters)
            std::copy_n(weights + n * Of.groups + group * filters, filters, own.data() + n);
        for (std::size_t part = 0; part < Kernel::prepare_parts; ++part)
            Kernel::prepare(own.data(), Of.bias ? bias + group * filters : nullptr, prepared + group * group_prepared, part);
    }

    static void forward(const float* input, const float* prepared, float* output, std::uint8_t* record, float* scratch,
                        std::size_t first, std::size_t last) {
        clear_input(scratch);
        for (std::size_t number = first; number < last; ++number) {
            const Band band{number};
            if (band.empty()) continue;
            take_input(input, scratch, band);
            Kernel::forward(scratch, prepared + band.group * group_prepared, scratch + output_at,
                            record ? record + number * part_record : nullptr, scratch + scratch_at, 0, Kernel::bands);
            each_output(band, [&](std::size_t whole, std::size_t part) {
                std::copy_n(scratch + output_at + part, filters, output + whole);
                if (band.group + 1 == Of.groups) std::fill_n(output + whole + filters, Of.output.stride - Of.filters(), 0.0f);
            });
        }
    }

    template <Gradient Input>
    static void backward(const float* input, const float* output, float* output_gradient, const float* prepared,
                         float* input_gradient, const std::uint8_t* record, float* scratch, float* accumulator) {
        if constexpr (Input == Gradient::write)
            for (std::size_t y = 0; y < Of.input.shape.height; ++y)
                for (std::size_t x = 0; x < Of.input.shape.width; ++x)
                    std::fill_n(input_gradient + Of.input.offset(y, x), Of.channels(), 0.0f);
        clear_input(scratch);
        for (std::size_t number = 0; number < bands; ++number) {
            const Band band{number};
            if (band.empty()) continue;
            take_input(input, scratch, band);
            std::fill_n(scratch + output_at, Part.output.size(), 0.0f);
            std::fill_n(scratch + output_gradient_at, Part.output.size(), 0.0f);
            each_output(band, [&](std::size_t whole, std::size_t part) {
                std::copy_n(output + whole, filters, scratch + output_at + part);
                std::copy_n(output_gradient + whole, filters, scratch + output_gradient_at + part);
            });
            Kernel::template backward<Input == Gradient::none ? Gradient::none : Gradient::write>(
                scratch, scratch + output_at, scratch + output_gradient_at, prepared + band.group * group_prepared,
                scratch + input_gradient_at, record + number * part_record, scratch + scratch_at,
                accumulator + band.group * group_sums);
            if constexpr (Input != Gradient::none)
                each_input(band, [&](bool inside, std::size_t whole, std::size_t part) {
                    if (!inside) return;
                    const float* from = scratch + input_gradient_at + part;
                    for (std::size_t c = 0; c < channels; ++c) input_gradient[whole + c] += from[c];
                });
        }
    }

    static void finish(const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t group) {
        AlignedArray<float> own(Part.weights() + filters);
        for (std::size_t part = 0; part < Kernel::finish_parts; ++part)
            Kernel::finish(accumulator + group * group_sums, own.data(), own.data() + Part.weights(), part);
        for (std::size_t n = 0; n < Part.weights(); n += filters)
            std::copy_n(own.data() + n, filters, weight_gradient + n * Of.groups + group * filters);
        if (Of.bias) std::copy_n(own.data() + Part.weights(), filters, bias_gradient + group * filters);
    }

private:
    struct Band {
        std::size_t group, row, column;  // the phase's first output
        explicit constexpr Band(std::size_t number)
            : group(number / phases), row(number % phases / step.columns), column(number % step.columns) {}
        [[nodiscard]] constexpr bool empty() const { return row >= Of.rows || column >= Of.columns; }
    };

    // Calls each(inside, place in the picture, place in the part) for every pixel that a part reads.
    template <class Each>
    static void each_input(const Band& band, Each each) {
        for (std::size_t v = 0; v < Part.input.shape.height; ++v)
            for (std::size_t u = 0; u < Part.input.shape.width; ++u) {
                const std::size_t y = v * step.rows + band.row - Of.top, x = u * step.columns + band.column - Of.left;  // above 0 it wraps
                const bool inside = y < Of.input.shape.height && x < Of.input.shape.width;
                each(inside, Of.input.offset(y, x) + band.group * channels, Part.input.offset(v, u));
            }
    }
    // Once for all parts, which leave their border and padding as they are.
    static void clear_input(float* scratch) {
        if constexpr (!Part.input.dense()) std::fill_n(scratch, Part.input.size(), 0.0f);
    }
    static void take_input(const float* input, float* scratch, const Band& band) {
        each_input(band, [&](bool inside, std::size_t whole, std::size_t part) {
            if (inside)
                std::copy_n(input + whole, channels, scratch + part);
            else
                std::fill_n(scratch + part, channels, 0.0f);
        });
    }
    // Calls each(place in the output, place in the part's).
    template <class Each>
    static void each_output(const Band& band, Each each) {
        for (std::size_t v = 0, y = band.row; y < Of.output.shape.height; ++v, y += step.rows)
            for (std::size_t u = 0, x = band.column; x < Of.output.shape.width; ++u, x += step.columns)
                each(Of.output.offset(y, x) + band.group * filters, Part.output.offset(v, u));
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
