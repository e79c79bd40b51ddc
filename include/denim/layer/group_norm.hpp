// SPDX-License-Identifier: MIT
#pragma once

// Shape kept. Channels in runs: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, mean and biased variance over all pixels and the
// channels of a run. Wu and He (2018); of one channel each, Ulyanov, Vedaldi and Lempitsky, "Instance normalization" (2016).

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

/// A normalisation of runs of channels, bound to its layouts. Sums go by channels, then by runs. The accumulator is (gradient of gamma,
/// gradient of beta), of those that it has.
template <class Arithmetic, Layout Out, Layout In, std::size_t Groups, class Settings>
struct GroupNormLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = In.shape.channels, pixels = In.shape.height * In.shape.width, run = channels / Groups;
    static constexpr std::size_t accumulator_size = Settings::before_rest * channels, operations = 8 * In.shape.size();
    static constexpr std::size_t scratch_size = 4 * channels;
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        Scalar *mean = at.scratch, *scale = mean + channels;
        moments(at.input(), mean, scale);
        if constexpr (fast) {
            Channels factor{scale}, shift;
            for (std::size_t c = 0; c < channels; ++c) factor.numbers[c] *= gamma(at.parameters, c), shift.numbers[c] = beta(at.parameters, c);
            return Kernel::apply(at.input(), Channels{mean}, factor, shift, at.output);
        }
        detail::for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
            for (std::size_t c = 0; c < channels; ++c)
                at.output[out + c] = (at.input()[in + c] - mean[c]) * (scale[c] * gamma(at.parameters, c)) + beta(at.parameters, c);
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        Scalar *mean = at.scratch, *scale = mean + channels, *plain = scale + channels, *scaled = plain + channels;
        const Scalar *x = at.input(), *dy = at.output_gradient;
        moments(x, mean, scale);
        if constexpr (fast) {
            Kernel::gradient_sums(x, dy, Channels{mean}, Channels{scale}, plain, scaled);
        } else {
            std::fill_n(plain, 2 * channels, Scalar{0});
            detail::for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                for (std::size_t c = 0; c < channels; ++c) {
                    plain[c] += dy[out + c];
                    scaled[c] += dy[out + c] * ((x[in + c] - mean[c]) * scale[c]);
                }
            });
        }
        for (std::size_t c = 0; c < channels; ++c) {
            if constexpr (Settings::has_gamma) at.accumulator[c] += scaled[c];
            if constexpr (Settings::has_beta) at.accumulator[Settings::before_beta * channels + c] += plain[c];
        }
        if constexpr (Input != Gradient::none) {
            // Of each run the sums of gamma dy, and of gamma dy along what is normal.
            for (std::size_t first = 0; first < channels; first += run) {
                Scalar sum{0}, along{0};
                for (std::size_t c = first; c < first + run; ++c) sum += gamma(at.parameters, c) * plain[c], along += gamma(at.parameters, c) * scaled[c];
                std::fill_n(plain + first, run, sum * share);
                std::fill_n(scaled + first, run, along * share);
            }
            Scalar* dx = at.input_gradient();
            if constexpr (fast) {
                Channels factor{scale}, slope{scale}, offset{scale};
                for (std::size_t c = 0; c < channels; ++c) {
                    factor.numbers[c] *= gamma(at.parameters, c);
                    slope.numbers[c] *= scale[c] * scaled[c];
                    offset.numbers[c] *= plain[c];
                }
                return Kernel::template apply_gradient<Input == Gradient::add>(x, dy, Channels{mean}, factor, slope, offset, dx);
            }
            detail::for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                for (std::size_t c = 0; c < channels; ++c) {
                    const Scalar normal = (x[in + c] - mean[c]) * scale[c];
                    const Scalar gradient = scale[c] * (gamma(at.parameters, c) * dy[out + c] - (plain[c] + normal * scaled[c]));
                    dx[in + c] = Input == Gradient::add ? dx[in + c] + gradient : gradient;
                }
            });
        }
    }
    static void finish(const Finish<Scalar>& of, std::size_t /*part*/) { std::copy_n(of.accumulator, accumulator_size, of.gradients); }

private:
    using Kernel = kernel::Normalisation<In, Out>;
    using Channels = typename Kernel::Channels;
    static constexpr bool fast = !Arithmetic::plain && Kernel::fits;
    static constexpr Scalar share = Scalar{1} / static_cast<Scalar>(run * pixels);

    static Scalar gamma(const Scalar* parameters, std::size_t c) { return Settings::gamma(parameters, c); }
    static Scalar beta(const Scalar* parameters, std::size_t c) { return Settings::beta(parameters, channels, c); }

    // For each channel the mean of its run, and 1 / deviation.
    static void moments(const Scalar* x, Scalar* mean, Scalar* scale) {
        if constexpr (fast) {
            Kernel::moments(x, mean, scale);
            for (std::size_t first = 0; first < channels; first += run) {
                Scalar middle{0}, squares{0};
                for (std::size_t c = first; c < first + run; ++c) middle += mean[c];
                middle /= static_cast<Scalar>(run);
                for (std::size_t c = first; c < first + run; ++c)
                    squares += scale[c] + (mean[c] - middle) * (mean[c] - middle) * static_cast<Scalar>(pixels);
                put(mean, scale, first, middle, squares);
            }
        } else {
            for (std::size_t first = 0; first < channels; first += run) {
                Scalar middle{0}, squares{0};
                each_of_run(x, first, [&](Scalar number) { middle += number; });
                middle *= share;
                each_of_run(x, first, [&](Scalar number) { squares += (number - middle) * (number - middle); });
                put(mean, scale, first, middle, squares);
            }
        }
    }
    static void put(Scalar* mean, Scalar* scale, std::size_t first, Scalar middle, Scalar squares) {
        std::fill_n(mean + first, run, middle);
        std::fill_n(scale + first, run, Scalar{1} / kernel::deviation(squares * share, Settings::epsilon));
    }
    template <class Each>
    static void each_of_run(const Scalar* x, std::size_t first, Each each) {
        detail::for_each_pixel<In, In>([&](std::size_t in, std::size_t) {
            for (std::size_t c = first; c < first + run; ++c) each(x[in + c]);
        });
    }
};

namespace detail {

template <class... Options>
inline constexpr bool norm_options = ((is_epsilon<Options> || has<Options, NoGamma, NoBeta>) && ...);

}  // namespace detail

/// Normalisation over all pixels and the channels of each of so many runs, of each picture by itself: PyTorch's GroupNorm(Groups, C). Options:
/// Epsilon<0.001>, NoGamma, NoBeta; PyTorch's epsilon is 1e-5. Rows "gamma" and "beta", (C) each. A NaN makes NaNs of its run.
template <std::size_t Groups, class... Options>
struct GroupNorm : SpecDefaults {
    static_assert(Groups > 0, "denim: GroupNorm: there must be at least one group.");
    static_assert(detail::norm_options<Options...>, "denim: GroupNorm: an option is not one of Epsilon<...>, NoGamma, NoBeta.");
    static_assert(detail::NormSettings<Options...>::agree, "denim: GroupNorm: an option stands twice.");
    using Settings = detail::NormSettings<Options...>;

    static constexpr bool channels_in_order = Groups > 1;  // a picture that was flattened otherwise has other groups
    static constexpr bool accepts(Shape in) { return in.channels % std::max<std::size_t>(Groups, 1) == 0; }
    static constexpr auto parameters(Shape in) { return Settings::rows(in.channels); }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = GroupNormLayer<Arithmetic, Out, In, std::max<std::size_t>(Groups, 1), Settings>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In), "denim: GroupNorm: the groups must divide the channels that it gets; each has as many as the others.");
    };
};

// The closing line stands in tests/runtime/layer/group_norm.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
