// SPDX-License-Identifier: MIT
#pragma once

// Shape kept. Each number divided by what its neighbours among the channels of its pixel say: y = x / (bias + alpha / window * sum of squares)
// to the power of beta. Krizhevsky, Sutskever and Hinton (2012), with alpha divided by the window as PyTorch and ONNX have it.

#include <denim/kernel/plain_local_response_norm.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/pixels.hpp>
#include <denim/machine/decimal.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Such a normalisation bound to its layouts. The scratch has the divisors' bases and a number more for each channel.
template <class Arithmetic, Layout Out, Layout In, std::size_t Window, Decimal Alpha, Decimal Beta, Decimal Bias>
struct LocalResponseNormLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    using Computed = typename Arithmetic::Computed;
    static constexpr std::size_t channels = In.shape.channels, reach = Window / 2, scratch_size = 2 * channels;
    static constexpr std::size_t operations = (2 * Window + 4) * In.shape.size();
    static constexpr std::size_t bands = Arithmetic::policy == Policy::plain ? 1 : In.shape.height;
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        if constexpr (Arithmetic::policy == Policy::plain) return twin.forward(at.input(), at.output);
        Computed *base = at.scratch, *squares = base + channels;
        for_each_pixel<In, Out>(at.first_band, at.last_band, [&](std::size_t in, std::size_t out) {
            const Stored* x = at.input() + in;
            bases(x, base, squares);
            for (std::size_t c = 0; c < channels; ++c) at.output[out + c] = static_cast<Stored>(x[c] * power(base[c]));
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        if constexpr (Input != Gradient::none) {
            if constexpr (Arithmetic::policy == Policy::plain) return twin.template backward<Input>(at.input(), at.output_gradient, at.input_gradient());
            Computed *base = at.scratch, *along = base + channels;
            for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                const Stored *x = at.input() + in, *dy = at.output_gradient + out;
                Stored* dx = at.input_gradient() + in;
                bases(x, base, along);
                for (std::size_t c = 0; c < channels; ++c) {
                    const Computed factor = power(base[c]), gradient = dy[c] * factor;
                    along[c] = gradient * x[c] / base[c];
                    dx[c] = static_cast<Stored>(Input == Gradient::add ? dx[c] + gradient : gradient);
                }
                sum_windows(along, base);
                for (std::size_t c = 0; c < channels; ++c) dx[c] = static_cast<Stored>(dx[c] - static_cast<Computed>(2 * share * Beta.value()) * x[c] * base[c]);
            });
        }
    }

private:
    static constexpr double share = Alpha.value() / static_cast<double>(Window);
    static constexpr kernel::PlainLocalResponseNorm<Out, In, Window, Stored, Computed> twin{Alpha.value(), Beta.value(), Bias.value()};

    // What stands under the power, for each channel.
    static void bases(const Stored* x, Computed* base, Computed* squares) {
        for (std::size_t c = 0; c < channels; ++c) squares[c] = Computed(x[c]) * x[c];
        sum_windows(squares, base);
        for (std::size_t c = 0; c < channels; ++c) base[c] = static_cast<Computed>(Bias.value()) + static_cast<Computed>(share) * base[c];
    }
    // The sums over windows of channels, cut at both ends: tap by tap, so that compilers make vectors of channels.
    static void sum_windows(const Computed* from, Computed* sums) {
        std::fill_n(sums, channels, Computed{0});
        for (std::size_t tap = 0; tap < Window; ++tap) {
            const std::size_t first = reach - std::min(reach, tap), last = channels - std::min(channels, tap - std::min(reach, tap));
            const std::size_t step = tap + first - reach;
            for (std::size_t c = first; c < last; ++c) sums[c] += from[c - first + step];
        }
    }
    static Computed power(Computed base) {
        if constexpr (Beta.value() == 0.75) {
            const Computed root = std::sqrt(base);
            return Computed{1} / (root * std::sqrt(root));
        } else {
            return std::pow(base, static_cast<Computed>(-Beta.value()));
        }
    }
};

/// y = x / (Bias + Alpha / Window * sum of squares)^Beta, the sum over the Window channels around each, fewer at the ends. A NaN makes NaNs of
/// the channels around it, an infinity a NaN of itself and zeros of them.
template <std::size_t Window, Decimal Alpha, Decimal Beta, Decimal Bias>
struct LocalResponseNormOf : SpecDefaults {
    static_assert(Window % 2 == 1, "denim: LocalResponseNorm: an odd window was expected; frameworks place even ones differently.");
    static_assert(Alpha.value() >= 0 && Bias.value() > 0, "denim: LocalResponseNorm: an alpha of at least 0 and a bias above 0 were expected.");

    static constexpr bool channels_in_order = true;  // a picture that was flattened otherwise has other neighbours

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = LocalResponseNormLayer<Arithmetic, Out, In, Window, Alpha, Beta, Bias>;
};

/// With PyTorch's and ONNX's constants: alpha 0.0001, beta 0.75, bias 1.
template <std::size_t Window>
struct LocalResponseNorm : LocalResponseNormOf<Window, 0.0001, 0.75, 1> {};

// The closing line stands in tests/runtime/layer/local_response_norm.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
