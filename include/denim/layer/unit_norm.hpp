// SPDX-License-Identifier: MIT
#pragma once

// Shape kept. Each pixel: y = x / |x|, whose length is 1, over its channels: as for embeddings that are compared by their angles.

#include <denim/layer/check_layer.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/pixels.hpp>
#include <denim/machine/finite.hpp>
#include <denim/machine/spelled.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Shorter pixels are divided by this, as Keras has it.
inline constexpr double shortest_length = 1e-12;

/// The plain twin: the definition for the channels of one pixel, written as loops.
template <std::size_t Channels, class Stored, class Computed>
struct PlainUnitNorm {
    static Computed squares(const Stored* x) {
        Computed sum{0};
        for (std::size_t c = 0; c < Channels; ++c) sum += Computed(x[c]) * x[c];
        return is_finite(sum) ? sum : not_a_number<Computed>();
    }
    static bool is_short(const Stored* x) { return std::sqrt(squares(x)) < static_cast<Computed>(shortest_length); }

    static void forward(const Stored* x, Stored* y) {
        for (std::size_t c = 0; c < Channels; ++c)
            y[c] = static_cast<Stored>(x[c] / (is_short(x) ? static_cast<Computed>(shortest_length) : std::sqrt(squares(x))));
    }
    /// Each number of the output with its derivative by each of the input.
    template <Gradient Input>
    static void backward(const Stored* x, const Stored* dy, Stored* dx) {
        for (std::size_t c = 0; c < Channels; ++c) {
            Computed sum{0};
            for (std::size_t k = 0; k < Channels; ++k) {
                const Computed same{k == c ? 1.0f : 0.0f}, along = Computed(x[k]) * x[c];
                sum += dy[k] * (is_short(x) ? same / static_cast<Computed>(shortest_length) : (same - along / squares(x)) / std::sqrt(squares(x)));
            }
            dx[c] = static_cast<Stored>(Input == Gradient::add ? dx[c] + sum : sum);
        }
    }
};

}  // namespace detail

/// A UnitNorm bound to its layouts.
template <class Arithmetic, Layout Out, Layout In>
struct UnitNormLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    using Computed = typename Arithmetic::Computed;
    static constexpr std::size_t channels = In.shape.channels, operations = 4 * In.shape.size();
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
            const Stored* const x = at.input() + in;
            if constexpr (Arithmetic::policy == Policy::plain) return Twin::forward(x, at.output + out);
            const Computed scale = Computed{1} / length(x);
            for (std::size_t c = 0; c < channels; ++c) at.output[out + c] = static_cast<Stored>(x[c] * scale);
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        if constexpr (Input != Gradient::none)
            for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                const Stored *const x = at.input() + in, *const dy = at.output_gradient + out;
                Stored* const dx = at.input_gradient() + in;
                if constexpr (Arithmetic::policy == Policy::plain) return Twin::template backward<Input>(x, dy, dx);
                const Computed all = length(x), scale = Computed{1} / all;
                Computed along{0};  // of the gradient what lengthens the pixel, which changes nothing
                for (std::size_t c = 0; c < channels && all > shortest; ++c) along += dy[c] * (x[c] * scale);
                for (std::size_t c = 0; c < channels; ++c) {
                    const Computed gradient = (dy[c] - x[c] * scale * along) * scale;
                    dx[c] = static_cast<Stored>(Input == Gradient::add ? dx[c] + gradient : gradient);
                }
            });
    }

private:
    using Twin = detail::PlainUnitNorm<channels, Stored, Computed>;
    static constexpr auto shortest = static_cast<Computed>(detail::shortest_length);

    static Computed length(const Stored* x) {
        Computed squares{0};
        for (std::size_t c = 0; c < channels; ++c) squares += Computed(x[c]) * x[c];
        return is_finite(squares) ? std::max(std::sqrt(squares), shortest) : not_a_number<Computed>();
    }
};

/// Each pixel divided by its length, of at least 1e-12. A NaN gives NaN, and so does a pixel whose squares leave the range.
struct UnitNorm : SpecDefaults, detail::Spelled {
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = UnitNormLayer<Arithmetic, Out, In>;
};

// The closing line stands in tests/runtime/layer/unit_norm.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
