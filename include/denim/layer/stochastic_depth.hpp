// SPDX-License-Identifier: MIT
#pragma once

// Shape kept. In training a sample's numbers all become zero with probability `rate`, else they are divided by 1 - rate; a trained network
// has nothing of it. Huang et al., "Deep networks with stochastic depth" (2016).

#include <denim/kernel/plain_stochastic_depth.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/pixels.hpp>
#include <denim/machine/decimal.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Stochastic depth bound to its layouts; backward draws the same number again.
template <class Arithmetic, Layout Out, Layout In>
struct StochasticDepthLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    using Computed = typename Arithmetic::Computed;
    static constexpr std::size_t operations = In.shape.size();
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        if constexpr (Arithmetic::policy == Policy::plain) return Twin::forward(at.input(), rate_of(*at.settings), at.random.block(0)[0], at.output);
        const Computed factor = drawn(*at.settings, at.random);
        for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
            for (std::size_t c = 0; c < In.shape.channels; ++c) at.output[out + c] = static_cast<Stored>(at.input()[in + c] * factor);
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        if constexpr (Input == Gradient::none) return;
        if constexpr (Arithmetic::policy == Policy::plain)
            return Twin::template backward<Input>(rate_of(*at.settings), at.random.block(0)[0], at.output_gradient, at.input_gradient());
        const Computed factor = drawn(*at.settings, at.random);
        for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
            Stored* const to = at.input_gradient() + in;
            for (std::size_t c = 0; c < In.shape.channels; ++c)
                to[c] = static_cast<Stored>(at.output_gradient[out + c] * factor + (Input == Gradient::add ? to[c] : Stored{0}));
        });
    }

private:
    using Twin = kernel::PlainStochasticDepth<Out, In, Stored, Computed>;

    static double rate_of(const LayerSettings& settings) { return static_cast<double>(settings.rate); }
    // The sample is kept if the first word of its stream is not below the rate.
    static Computed drawn(const LayerSettings& settings, const Random& random) {
        const double rate = rate_of(settings);
        return static_cast<double>(random.block(0)[0]) >= rate * 0x1p32 && rate < 1 ? static_cast<Computed>(1 / (1 - rate)) : Computed{0};
    }
};

/// At the end of a Residual it leaves the inner layers out, for a sample at a time, while the network learns:
/// Residual<Conv<3, 64, Same>, Conv<3, 64, Same, Linear>, StochasticDepth<0.1>>. network.settings<layer>().rate, the share of samples, begins
/// at Rate, from 0 to less than 1. A NaN in what is left out stays one.
template <Decimal Rate>
struct StochasticDepth : SpecDefaults {
    static_assert(Rate.value() >= 0 && Rate.value() < 1, "denim: StochasticDepth: a rate from 0 to less than 1 was expected.");
    static constexpr bool training_only = true;
    static constexpr bool has_rate = true;
    static constexpr float rate = static_cast<float>(Rate.value());

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = StochasticDepthLayer<Arithmetic, Out, In>;
};

// The closing line stands in tests/runtime/layer/stochastic_depth.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
