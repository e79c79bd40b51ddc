// SPDX-License-Identifier: MIT
#pragma once

// The gradient to the input of a direct convolution, as convolutions of stride 1. At stride 1 it is one: of z's gradient, with the window turned by
// half a circle and channels for filters. At stride 2 the input's even and odd rows and columns, its four phases, each see taps of their own: of row
// r = 2 q + p those with i = 2 m + (p + top) mod 2, and these as rows q + b - m of z, where b = (p + top) / 2. So each is a convolution with a part of the
// window, into pixels two apart (Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, section 4).

#include <denim/kernel/register_tiles.hpp>
#include <denim/tensor/clear_border.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// One axis of a phase: of how many pixels, with how many taps, of which the first is number `tap`; and how far ahead in z it reads.
struct PhaseAxis {
    std::size_t pixels = 0, taps = 0, tap = 0, ahead = 0;

    /// Zeros that it needs in front of `count` numbers of z, and behind them.
    [[nodiscard]] constexpr std::size_t before() const { return taps > ahead + 1 ? taps - 1 - ahead : 0; }
    [[nodiscard]] constexpr std::size_t behind(std::size_t count) const { return pixels + ahead > count ? pixels + ahead - count : 0; }
};
constexpr PhaseAxis phase_axis(std::size_t phase, std::size_t extent, std::size_t stride, std::size_t window, std::size_t zeros) {
    const std::size_t tap = (phase + zeros) % stride;
    return {(extent + stride - 1 - phase) / stride, tap < window ? (window - tap + stride - 1) / stride : 0, tap, (phase + zeros) / stride};
}

/// One phase.
struct InputPhase {
    Convolution of = {};     ///< from z's gradient to the phase's pixels
    RegisterTiles tiles;
    PhaseAxis rows, columns;
    std::size_t first = 0;   ///< where its first pixel begins in the gradient
    std::size_t packed = 0;  ///< where its weights begin among those of all phases

    [[nodiscard]] constexpr bool any() const { return of.window.count() > 0; }
};

/// All phases of a convolution: none where the gradient to the input goes another way.
struct InputPhases {
    Layout z;  ///< z's gradient, with the zeros that all of them touch
    std::array<InputPhase, 4> list{};
    std::size_t count = 0, packed_size = 0;

    /// Writes the weights that their window rows `i` read to `packed`, from (window row, window column, channel, filter).
    void pack(const Convolution& of, const float* weights, float* packed, std::size_t i) const;
    /// Copies z's gradient into `room`, z.size() numbers: within zeros.
    void surround(const Convolution& of, const float* output_gradient, float* room) const;
    /// The input's gradient from that of z, which is copied into `room`.
    void run(Gradient mode, const Convolution& of, const float* output_gradient, const float* packed, float* room, float* input_gradient) const;
    /// Zeros where no window reaches: the phases that have no taps.
    void clear_others(const Convolution& of, float* input_gradient) const;
};

/// Whether there are any: stride 1, or 2 along both axes where a pixel of the input is whole vectors; no pool.
constexpr bool has_phases(const Convolution& of) {
    if (of.pooled() || of.dilation != 1 || of.groups != 1) return false;
    if (of.stride == 1) return of.top < of.window.rows && of.left < of.window.columns;
    return of.stride == 2 && of.input.stride == round_up(of.channels(), simd::lanes<float>);
}

/// Their sizes, for a sample or for all samples of a batch.
constexpr InputPhases input_phases(const Convolution& of, bool batch = false) {
    InputPhases all;
    if (!has_phases(of)) return all;
    const Layout& in = of.input;
    const std::size_t stride = of.stride.rows;
    all.z.shape = {of.rows, of.columns, of.filters()};
    all.z.stride = of.filters();
    for (std::size_t y = 0; y < stride; ++y)
        for (std::size_t x = 0; x < stride; ++x) {
            if (y >= in.shape.height || x >= in.shape.width) continue;
            InputPhase& phase = all.list[all.count++];
            phase.rows = phase_axis(y, in.shape.height, stride, of.window.rows, of.top);
            phase.columns = phase_axis(x, in.shape.width, stride, of.window.columns, of.left);
            phase.first = stride == 1 ? 0 : in.offset(y, x);
            if (phase.rows.taps * phase.columns.taps > 0)
                all.z.border = widest(all.z.border, {phase.rows.before(), phase.columns.before(), phase.rows.behind(of.rows), phase.columns.behind(of.columns)});
        }
    for (std::size_t n = 0; n < all.count; ++n) {
        InputPhase& phase = all.list[n];
        const auto& [rows, columns] = std::pair{phase.rows, phase.columns};
        phase.of = {.input = all.z,
                    .output = in,
                    .rows = rows.pixels,
                    .columns = columns.pixels,
                    .window = {rows.taps, columns.taps},
                    .top = rows.taps - 1 - rows.ahead,  // where it is below zero the first window begins within z: offsets wrap around
                    .left = columns.taps - 1 - columns.ahead,
                    .bias = false};
        if (stride > 1)
            phase.of.output = {.shape = {rows.pixels, columns.pixels, of.channels()},
                               .border = {.right = in.border.left + in.shape.width + in.border.right - columns.pixels},
                               .stride = stride * in.stride};
        if (!phase.any()) continue;
        phase.tiles = batch ? batch_register_tiles(phase.of) : register_tiles(phase.of);
        phase.packed = all.packed_size;
        all.packed_size += phase.tiles.packed_size;
    }
    return all;
}

/// Sizes and kernels.
template <Convolution Of, Gradient Mode, bool Batch = false>
constexpr InputPhases input_phases() {
    constexpr InputPhases sizes = input_phases(Of, Batch);
    InputPhases all = sizes;
    const auto choose = [&]<std::size_t Number>() {
        if constexpr (Number < sizes.count)
            if constexpr (sizes.list[Number].any()) all.list[Number].tiles = register_tiles<sizes.list[Number].of, Mode, Batch>();
    };
    [&]<std::size_t... Number>(std::index_sequence<Number...>) { (choose.template operator()<Number>(), ...); }(std::make_index_sequence<4>{});
    return all;
}

}  // namespace denim::inline DENIM_TARGET::kernel

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void InputPhases::pack(const Convolution& of, const float* weights, float* packed, std::size_t i) const {
    const auto filters = static_cast<std::ptrdiff_t>(of.filters()), pixel = static_cast<std::ptrdiff_t>(of.channels()) * filters;
    const auto stride = static_cast<std::ptrdiff_t>(of.stride.columns);
    for (std::size_t n = 0; n < count; ++n) {
        const InputPhase& phase = list[n];
        if (!phase.any() || i >= phase.rows.taps) continue;
        // Taps in the opposite order, its channels the filters, and the other way.
        const std::size_t row = phase.rows.tap + of.stride.rows * (phase.rows.taps - 1 - i);
        const std::size_t column = phase.columns.tap + of.stride.columns * (phase.columns.taps - 1);
        const float* last = weights + (row * of.window.columns + column) * of.channels() * of.filters();
        float* const to = packed + phase.packed;
        phase.tiles.pack(phase.of, last, {.column = -stride * pixel, .channel = 1, .filter = filters}, to, i);
        if (i == 0) std::fill_n(to + phase.tiles.packed_size - phase.tiles.padded, phase.tiles.padded, 0.0f);
    }
}

DENIM_ONCE void InputPhases::run(Gradient mode, const Convolution& of, const float* output_gradient, const float* packed, float* room,
                                 float* input_gradient) const {
    surround(of, output_gradient, room);
    if (mode == Gradient::write) clear_others(of, input_gradient);
    for (std::size_t n = 0; n < count; ++n)
        if (const InputPhase& phase = list[n]; phase.any())
            phase.tiles.run(phase.of, room, packed + phase.packed, input_gradient + phase.first, nullptr, 0, phase.tiles.bands(),
                            mode == Gradient::write && of.stride == 1);
}

DENIM_ONCE void InputPhases::surround(const Convolution& of, const float* output_gradient, float* room) const {
    clear_border(z, room);
    for (std::size_t y = 0; y < of.rows; ++y)
        for (std::size_t x = 0; x < of.columns; ++x)
            std::copy_n(output_gradient + of.output.offset(y, x), of.filters(), room + z.offset(y, x));
}

DENIM_ONCE void InputPhases::clear_others(const Convolution& of, float* input_gradient) const {
    for (std::size_t n = 0; n < count; ++n) {
        const InputPhase& phase = list[n];
        for (std::size_t y = 0; y < phase.of.rows && !phase.any(); ++y)
            for (std::size_t x = 0; x < phase.of.columns; ++x)
                std::fill_n(input_gradient + phase.first + phase.of.output.offset(y, x), of.input.stride, 0.0f);
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
