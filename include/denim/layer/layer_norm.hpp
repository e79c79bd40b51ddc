// SPDX-License-Identifier: MIT
#pragma once

// Shape kept. Each pixel: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, mean and biased variance over its channels.
// Ba, Kiros and Hinton (2016); Keras's axis, and its epsilon unless another is asked for (PyTorch's is 1e-5).

#include <denim/kernel/normalisation.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/norm_settings.hpp>
#include <denim/layer/options.hpp>
#include <denim/layer/pixels.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// A layer normalisation bound to its layouts; the accumulator is (gradient of gamma, gradient of beta), of those that it has.
template <class Arithmetic, Layout Out, Layout In, class Settings = detail::NormSettings<>>
struct LayerNormLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    using Computed = typename Arithmetic::Computed;
    static constexpr std::size_t channels = In.shape.channels, accumulator_size = Settings::before_rest * channels, operations = 8 * In.shape.size();
    static constexpr std::size_t bands = In.shape.height;
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        for_each_pixel<In, Out>(at.first_band, at.last_band, [&](std::size_t in, std::size_t out) {
            const auto [mean, scale] = moments(at.input() + in);
            for (std::size_t c = 0; c < channels; ++c)
                at.output[out + c] = static_cast<Stored>((at.input()[in + c] - mean) * scale * gamma(at.parameters, c) +
                                                         Settings::template beta<Computed>(at.parameters, channels, c));
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        Computed *to_gamma = at.accumulator, *to_beta = at.accumulator + Settings::before_beta * channels;
        for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
            const Stored *x = at.input() + in, *dy = at.output_gradient + out;
            const auto [mean, scale] = moments(x);
            Computed sum{0}, along{0};
            for (std::size_t c = 0; c < channels; ++c) {
                const Computed normal = (x[c] - mean) * scale;
                if constexpr (Settings::has_gamma) to_gamma[c] += dy[c] * normal;
                if constexpr (Settings::has_beta) to_beta[c] += dy[c];
                sum += dy[c] * gamma(at.parameters, c);
                along += dy[c] * gamma(at.parameters, c) * normal;
            }
            if constexpr (Input != Gradient::none) {
                Stored* dx = at.input_gradient() + in;
                const Computed share = Computed{1} / static_cast<Computed>(channels);
                for (std::size_t c = 0; c < channels; ++c) {
                    const Computed normal = (x[c] - mean) * scale;
                    const Computed gradient = scale * (dy[c] * gamma(at.parameters, c) - share * (sum + normal * along));
                    dx[c] = static_cast<Stored>(Input == Gradient::add ? dx[c] + gradient : gradient);
                }
            }
        });
    }
    static void finish(const Finish<Arithmetic>& of, std::size_t /*part*/) { std::copy_n(of.accumulator, accumulator_size, of.gradients); }

private:
    static Computed gamma(const Stored* parameters, std::size_t c) { return Settings::template gamma<Computed>(parameters, c); }

    struct Moments {
        Computed mean, scale;  // 1 / deviation
    };
    static Moments moments(const Stored* x) {
        Computed sum{0}, squares{0};
        for (std::size_t c = 0; c < channels; ++c) sum += x[c];
        const Computed mean = sum / static_cast<Computed>(channels);
        for (std::size_t c = 0; c < channels; ++c) squares += (x[c] - mean) * (x[c] - mean);
        return {mean, Computed{1} / kernel::deviation(squares / static_cast<Computed>(channels), Settings::epsilon)};
    }
};

/// Normalisation of each pixel over its channels. Options: Epsilon<0.001>, NoGamma, NoBeta.
template <class... Options>
struct LayerNormOf : SpecDefaults {
    static constexpr bool known = ((detail::is_epsilon<Options> || detail::has<Options, NoGamma, NoBeta>) && ...);
    static_assert(known, "denim: LayerNorm: an option is not one of Epsilon<...>, NoGamma, NoBeta.");
    static_assert(detail::NormSettings<Options...>::agree, "denim: LayerNorm: an option stands twice.");
    using Settings = detail::NormSettings<Options...>;

    static constexpr auto parameters(Shape in) { return Settings::rows(in.channels); }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = LayerNormLayer<Arithmetic, Out, In, Settings>;
};

/// Normalisation of each pixel over its channels with Keras's epsilon, 1e-3.
struct LayerNorm : LayerNormOf<> {};

static_assert(check_layer<LayerNorm, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
