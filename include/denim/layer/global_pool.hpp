// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (1, 1, C): the mean, or the largest, of each channel's pixels.

#include <denim/layer/check_layer.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/options.hpp>
#include <denim/layer/pixels.hpp>
#include <denim/machine/finite.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

/// A mean over all pixels. The loops run along the channels, so the compiler's vectors serve every scalar.
template <class Arithmetic, Layout Out, Layout In>
struct GlobalAverageLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    using Computed = typename Arithmetic::Computed;
    static constexpr std::size_t channels = In.shape.channels, operations = In.shape.size();
    static constexpr Computed share = Computed{1} / static_cast<Computed>(In.shape.height * In.shape.width);
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        Stored* y = at.output + Out.offset(0, 0);
        if constexpr (Arithmetic::policy == Policy::plain) {
            for (std::size_t c = 0; c < channels; ++c) {
                Computed sum{0};
                for_each_pixel<In, In>([&](std::size_t in, std::size_t) { sum += at.input()[in + c]; });
                y[c] = static_cast<Stored>(sum * share);
            }
        } else {
            std::fill_n(y, channels, Stored{0});
            for_each_pixel<In, In>([&](std::size_t in, std::size_t) {
                for (std::size_t c = 0; c < channels; ++c) y[c] += at.input()[in + c];
            });
            for (std::size_t c = 0; c < channels; ++c) y[c] *= share;
        }
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        if constexpr (Input == Gradient::none) return;
        const Stored* dy = at.output_gradient + Out.offset(0, 0);
        for_each_pixel<In, In>([&](std::size_t in, std::size_t) {
            Stored* dx = at.input_gradient() + in;
            for (std::size_t c = 0; c < channels; ++c) dx[c] = static_cast<Stored>((Input == Gradient::add ? dx[c] : Stored{0}) + dy[c] * share);
        });
    }
};

/// The largest of all pixels, the first of equals, or the first NaN; the record keeps where it stands.
template <class Arithmetic, Layout Out, Layout In>
struct GlobalMaxLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    static constexpr std::size_t channels = In.shape.channels, operations = In.shape.size();
    static constexpr std::size_t record_size = channels * sizeof(std::uint32_t);  // bytes: offsets into the input
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        Stored* y = at.output + Out.offset(0, 0);
        std::array<std::uint32_t, channels> winners{};
        winners.fill(static_cast<std::uint32_t>(In.offset(0, 0)));
        std::copy_n(at.input() + In.offset(0, 0), channels, y);
        for_each_pixel<In, In>([&](std::size_t in, std::size_t) {
            for (std::size_t c = 0; c < channels; ++c) {
                const bool better = outranks(at.input()[in + c], y[c]);
                y[c] = better ? at.input()[in + c] : y[c];
                winners[c] = better ? static_cast<std::uint32_t>(in) : winners[c];
            }
        });
        if (at.record) std::memcpy(at.record, winners.data(), record_size);
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        if constexpr (Input == Gradient::none) return;
        if constexpr (Input == Gradient::write)
            for (std::size_t y = 0; y < In.shape.height; ++y)
                std::fill_n(at.input_gradient() + In.offset(y, 0), In.shape.width * In.stride, Stored{0});
        std::array<std::uint32_t, channels> winners{};
        std::memcpy(winners.data(), at.record, record_size);
        for (std::size_t c = 0; c < channels; ++c) at.input_gradient()[winners[c] + c] += at.output_gradient[Out.offset(0, 0) + c];
    }
};

/// One number for each channel. Operation: Average or Max.
template <class Operation>
struct GlobalPool : SpecDefaults {
    static_assert(std::same_as<Operation, Max> || std::same_as<Operation, Average>, "denim: GlobalPool: the operation must be Max or Average.");

    static constexpr Shape output(Shape in) { return {1, 1, in.channels}; }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = std::conditional_t<std::same_as<Operation, Max>, GlobalMaxLayer<Arithmetic, Out, In>, GlobalAverageLayer<Arithmetic, Out, In>>;
};

static_assert(check_layer<GlobalPool<Average>, Shape{2, 2, 8}>());
static_assert(check_layer<GlobalPool<Max>, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
