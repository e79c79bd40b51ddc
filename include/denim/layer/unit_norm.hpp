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
template <std::size_t Channels, class Scalar>
struct PlainUnitNorm {
    static Scalar squares(const Scalar* x) {
        Scalar sum{0};
        for (std::size_t c = 0; c < Channels; ++c) sum += x[c] * x[c];
        return is_finite(sum) ? sum : not_a_number<Scalar>();
    }
    static bool is_short(const Scalar* x) { return std::sqrt(squares(x)) < static_cast<Scalar>(shortest_length); }

    static void forward(const Scalar* x, Scalar* y) {
        for (std::size_t c = 0; c < Channels; ++c) y[c] = x[c] / (is_short(x) ? static_cast<Scalar>(shortest_length) : std::sqrt(squares(x)));
    }
    /// Each number of the output with its derivative by each of the input.
    template <Gradient Input>
    static void backward(const Scalar* x, const Scalar* dy, Scalar* dx) {
        for (std::size_t c = 0; c < Channels; ++c) {
            Scalar sum{0};
            for (std::size_t k = 0; k < Channels; ++k) {
                const Scalar same = k == c ? Scalar{1} : Scalar{0};
                sum += dy[k] * (is_short(x) ? same / static_cast<Scalar>(shortest_length) : (same - x[k] * x[c] / squares(x)) / std::sqrt(squares(x)));
            }
            dx[c] = Input == Gradient::add ? dx[c] + sum : sum;
        }
    }
};

}  // namespace detail

/// A UnitNorm bound to its layouts.
template <class Arithmetic, Layout Out, Layout In>
struct UnitNormLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = In.shape.channels, operations = 4 * In.shape.size();
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
            const Scalar* const x = at.input() + in;
            if constexpr (Arithmetic::plain) return Twin::forward(x, at.output + out);
            const Scalar scale = Scalar{1} / length(x);
            for (std::size_t c = 0; c < channels; ++c) at.output[out + c] = x[c] * scale;
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input != Gradient::none)
            for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                const Scalar *const x = at.input() + in, *const dy = at.output_gradient + out;
                Scalar* const dx = at.input_gradient() + in;
                if constexpr (Arithmetic::plain) return Twin::template backward<Input>(x, dy, dx);
                const Scalar all = length(x), scale = Scalar{1} / all;
                Scalar along{0};  // of the gradient what lengthens the pixel, which changes nothing
                for (std::size_t c = 0; c < channels && all > shortest; ++c) along += dy[c] * (x[c] * scale);
                for (std::size_t c = 0; c < channels; ++c) {
                    const Scalar gradient = (dy[c] - x[c] * scale * along) * scale;
                    dx[c] = Input == Gradient::add ? dx[c] + gradient : gradient;
                }
            });
    }

private:
    using Twin = detail::PlainUnitNorm<channels, Scalar>;
    static constexpr auto shortest = static_cast<Scalar>(detail::shortest_length);

    static Scalar length(const Scalar* x) {
        Scalar squares{0};
        for (std::size_t c = 0; c < channels; ++c) squares += x[c] * x[c];
        return is_finite(squares) ? std::max(std::sqrt(squares), shortest) : not_a_number<Scalar>();
    }
};

/// Each pixel divided by its length, of at least 1e-12. A NaN gives NaN, and so does a pixel whose squares leave the range.
struct UnitNorm : SpecDefaults, detail::Spelled {
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = UnitNormLayer<Arithmetic, Out, In>;
};

// The closing line stands in tests/runtime/layer/unit_norm.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
