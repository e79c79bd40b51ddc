// SPDX-License-Identifier: MIT
#pragma once

// Shape kept. Each pixel: y = gamma * (x - mean) / sqrt(variance + 1e-3) + beta, mean and biased variance over its channels.
// Ba, Kiros and Hinton (2016); Keras's axis and epsilon (PyTorch's is 1e-5).

#include <denim/kernel/normalisation.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/pixels.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

inline constexpr double layer_norm_epsilon = 1e-3;

/// A layer normalisation bound to its layouts; the accumulator is (gradient of gamma, gradient of beta).
template <class Arithmetic, Layout Out, Layout In>
struct LayerNormLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = In.shape.channels, accumulator_size = 2 * channels, operations = 8 * In.shape.size();
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        const Scalar *gamma = at.parameters, *beta = gamma + channels;
        detail::for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
            const auto [mean, scale] = moments(at.input() + in);
            for (std::size_t c = 0; c < channels; ++c) at.output[out + c] = (at.input()[in + c] - mean) * scale * gamma[c] + beta[c];
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        const Scalar* gamma = at.parameters;
        Scalar *to_gamma = at.accumulator, *to_beta = to_gamma + channels;
        detail::for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
            const Scalar *x = at.input() + in, *dy = at.output_gradient + out;
            const auto [mean, scale] = moments(x);
            Scalar sum{0}, along{0};
            for (std::size_t c = 0; c < channels; ++c) {
                const Scalar normal = (x[c] - mean) * scale;
                to_gamma[c] += dy[c] * normal;
                to_beta[c] += dy[c];
                sum += dy[c] * gamma[c];
                along += dy[c] * gamma[c] * normal;
            }
            if constexpr (Input != Gradient::none) {
                Scalar* dx = at.input_gradient() + in;
                const Scalar share = Scalar{1} / static_cast<Scalar>(channels);
                for (std::size_t c = 0; c < channels; ++c) {
                    const Scalar normal = (x[c] - mean) * scale;
                    const Scalar gradient = scale * (dy[c] * gamma[c] - share * (sum + normal * along));
                    dx[c] = Input == Gradient::add ? dx[c] + gradient : gradient;
                }
            }
        });
    }
    static void finish(const Finish<Scalar>& of, std::size_t /*part*/) { std::copy_n(of.accumulator, accumulator_size, of.gradients); }

private:
    struct Moments {
        Scalar mean, scale;  // 1 / deviation
    };
    static Moments moments(const Scalar* x) {
        Scalar sum{0}, squares{0};
        for (std::size_t c = 0; c < channels; ++c) sum += x[c];
        const Scalar mean = sum / static_cast<Scalar>(channels);
        for (std::size_t c = 0; c < channels; ++c) squares += (x[c] - mean) * (x[c] - mean);
        return {mean, Scalar{1} / kernel::deviation(squares / static_cast<Scalar>(channels), layer_norm_epsilon)};
    }
};

/// Normalisation of each pixel over its channels.
struct LayerNorm : SpecDefaults {
    static constexpr auto parameters(Shape in) {
        return std::array{Parameter{"gamma", {in.channels}, Initial::ones}, Parameter{"beta", {in.channels}}};
    }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = LayerNormLayer<Arithmetic, Out, In>;
};

static_assert(check_layer<LayerNorm, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
