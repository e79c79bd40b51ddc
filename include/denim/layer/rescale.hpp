// SPDX-License-Identifier: MIT
#pragma once

// Shape kept: y = factor x + offset, or another line for each channel (Normalise), by numbers that stand in the type.

#include <denim/kernel/plain_rescale.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/pixels.hpp>
#include <denim/machine/decimal.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// A line for each channel, bound to its layouts. `Rule` has value(x, c), for a number of channel c, slope(c), its derivative, and its plain
/// twin's forward(x, y) and backward(dy, dx).
template <class Arithmetic, Layout Out, Layout In, class Rule>
struct RescaleLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    using Computed = typename Arithmetic::Computed;
    static constexpr std::size_t operations = 2 * In.shape.size();
    static constexpr std::size_t bands = Arithmetic::policy == Policy::plain ? 1 : In.shape.height;
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        if constexpr (Arithmetic::policy == Policy::plain) return Twin::forward(at.input(), at.output);
        for_each_pixel<In, Out>(at.first_band, at.last_band, [&](std::size_t in, std::size_t out) {
            for (std::size_t c = 0; c < In.shape.channels; ++c) at.output[out + c] = static_cast<Stored>(Rule::value(Computed(at.input()[in + c]), c));
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        if constexpr (Arithmetic::policy == Policy::plain)
            Twin::template backward<Input>(at.output_gradient, Input == Gradient::none ? nullptr : at.input_gradient());
        else if constexpr (Input != Gradient::none)
            for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                Stored* const to = at.input_gradient() + in;
                for (std::size_t c = 0; c < In.shape.channels; ++c) {
                    const Computed gradient = at.output_gradient[out + c] * Rule::template slope<Computed>(c);
                    to[c] = static_cast<Stored>(Input == Gradient::add ? to[c] + gradient : gradient);
                }
            });
    }

private:
    using Twin = typename Rule::template Twin<Out, In, Stored, Computed>;
};

/// Factor x + Offset: Rescale<2, -1> makes numbers from -1 to 1 of those from 0 to 1. A NaN gives NaN, and so does an infinity times 0.
template <Decimal Factor, Decimal Offset = 0>
struct Rescale : SpecDefaults {
    struct Rule {
        template <class Computed>
        static Computed value(Computed x, std::size_t /*channel*/) {
            return x * slope<Computed>(0) + static_cast<Computed>(Offset.value());
        }
        template <class Computed>
        static constexpr Computed slope(std::size_t /*channel*/) {
            return static_cast<Computed>(Factor.value());
        }
        template <Layout Out, Layout In, class Stored, class Computed>
        struct Twin {
            using Definition = kernel::PlainRescale<Out, In, Stored, Computed>;
            static void forward(const Stored* x, Stored* y) { Definition::forward(x, Factor.value(), Offset.value(), y); }
            template <Gradient Input>
            static void backward(const Stored* dy, Stored* dx) {
                Definition::template backward<Input>(Factor.value(), dy, dx);
            }
        };
    };

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = RescaleLayer<Arithmetic, Out, In, Rule>;
};

// The closing line stands in tests/runtime/layer/rescale.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
