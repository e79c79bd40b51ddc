// SPDX-License-Identifier: MIT
#pragma once

// Shape kept. Channels in runs: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, mean and biased variance over all pixels and the
// channels of a run. Wu and He (2018); of one channel each, Ulyanov, Vedaldi and Lempitsky, "Instance normalization" (2016).

#include <denim/kernel/normalisation.hpp>
#include <denim/kernel/plain_group_norm.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/norm_settings.hpp>
#include <denim/layer/options.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// A normalisation of runs of channels, bound to its layouts. Sums go by channels, then by runs. The accumulator is (gradient of gamma,
/// gradient of beta), of those that it has.
template <class Arithmetic, Layout Out, Layout In, std::size_t Groups, class Settings>
struct GroupNormLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    using Computed = typename Arithmetic::Computed;
    static constexpr std::size_t channels = In.shape.channels, pixels = In.shape.height * In.shape.width, run = channels / Groups;
    static constexpr std::size_t accumulator_size = Settings::before_rest * channels, operations = 8 * In.shape.size();
    static constexpr std::size_t scratch_size = 7 * channels;
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        if constexpr (fast)
            normalise(at);
        else
            Twin::forward(at.input(), row<Settings::has_gamma, 0>(at.parameters), row<Settings::has_beta, Settings::before_beta>(at.parameters),
                          Settings::epsilon, at.output);
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        if constexpr (fast)
            go_back<Input>(at);
        else
            Twin::template backward<Input>(at.input(), row<Settings::has_gamma, 0>(at.parameters), Settings::epsilon, at.output_gradient,
                                           Input == Gradient::none ? nullptr : at.input_gradient(), row<Settings::has_gamma, 0>(at.accumulator),
                                           row<Settings::has_beta, Settings::before_beta>(at.accumulator));
    }
    static void finish(const Finish<Arithmetic>& of, std::size_t /*part*/) { std::copy_n(of.accumulator, accumulator_size, of.gradients); }

private:
    using Twin = kernel::PlainGroupNorm<Out, In, Groups, Stored, Computed>;
    static constexpr kernel::NormalisedPictures pictures{In, Out};
    static constexpr bool fast = Arithmetic::policy != Policy::plain && pictures.whole_vectors();
    static constexpr Computed share = Computed{1} / static_cast<Computed>(run * pixels);

    static Computed gamma(const Stored* parameters, std::size_t c) { return Settings::template gamma<Computed>(parameters, c); }
    template <bool There, std::size_t Before, class Number>
    static Number* row(Number* rows) {
        return There ? rows + Before * channels : nullptr;
    }

    static void normalise(const Forward<Arithmetic>& at) {
        Computed *mean = at.scratch, *scale = mean + channels, *factor = scale + channels;
        moments(at.input(), mean, scale);
        for (std::size_t c = 0; c < channels; ++c) factor[c] = scale[c] * gamma(at.parameters, c);
        kernel::normalise(pictures, at.input(), mean, factor, row<Settings::has_beta, Settings::before_beta>(at.parameters), at.output);
    }
    template <Gradient Input>
    static void go_back(const Backward<Arithmetic>& at) {
        Computed *mean = at.scratch, *scale = mean + channels, *plain = scale + channels, *scaled = plain + channels;
        Computed *factor = scaled + channels, *slope = factor + channels, *offset = slope + channels;
        const Stored *x = at.input(), *dy = at.output_gradient;
        moments(x, mean, scale);
        kernel::normal_gradient_sums(pictures, x, dy, mean, scale, plain, scaled);
        for (std::size_t c = 0; c < channels; ++c) {
            if constexpr (Settings::has_gamma) at.accumulator[c] += scaled[c];
            if constexpr (Settings::has_beta) at.accumulator[Settings::before_beta * channels + c] += plain[c];
        }
        if constexpr (Input == Gradient::none) return;
        for (std::size_t first = 0; first < channels; first += run) {
            Computed sum{0}, along{0};  // of the run, of gamma dy and of gamma dy along what is normal
            for (std::size_t c = first; c < first + run; ++c) sum += gamma(at.parameters, c) * plain[c], along += gamma(at.parameters, c) * scaled[c];
            for (std::size_t c = first; c < first + run; ++c) {
                factor[c] = scale[c] * gamma(at.parameters, c);
                slope[c] = scale[c] * (scale[c] * (along * share));
                offset[c] = scale[c] * (sum * share);
            }
        }
        kernel::normal_gradient(pictures, Input == Gradient::add, x, dy, mean, factor, slope, offset, at.input_gradient());
    }

    // For each channel the mean of its run, and 1 / deviation.
    static void moments(const Stored* x, Computed* mean, Computed* scale) {
        kernel::channel_moments(pictures, x, mean, scale);
        for (std::size_t first = 0; first < channels; first += run) {
            Computed middle{0}, squares{0};
            for (std::size_t c = first; c < first + run; ++c) middle += mean[c];
            middle /= static_cast<Computed>(run);
            for (std::size_t c = first; c < first + run; ++c) squares += scale[c] + (mean[c] - middle) * (mean[c] - middle) * static_cast<Computed>(pixels);
            std::fill_n(mean + first, run, middle);
            std::fill_n(scale + first, run, Computed{1} / kernel::deviation(squares * share, Settings::epsilon));
        }
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
