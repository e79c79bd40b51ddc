// SPDX-License-Identifier: MIT
#pragma once

// Shape kept. Each channel: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, over the batch and all pixels in training
// (biased variance), by running statistics in a trained network. Ioffe and Szegedy (2015); Keras's constants unless others are asked for.

#include <denim/kernel/normalisation.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/norm_settings.hpp>
#include <denim/layer/options.hpp>
#include <denim/layer/pixels.hpp>
#include <denim/machine/peers.hpp>
#include <denim/machine/threads.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// Training: on the whole batch. Each sample has its sums (mean and squared deviations, which Chan's formula joins); those of a share are
/// joined in order, the shares' as join_in_pairs says. Where each of several peers has statistics of its own, see Peers, the running ones
/// move by their mean.
template <class Arithmetic, Layout Out, Layout In, class Settings = detail::NormSettings<>>
struct BatchNormLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr Works works = Works::on_batches;
    static constexpr std::size_t channels = In.shape.channels, pixels = In.shape.height * In.shape.width;
    static constexpr std::size_t scratch_size = 2 * channels;        // mean and 1 / deviation, kept for backward
    static constexpr std::size_t scratch_per_sample = 2 * channels;  // two sums of each sample
    static constexpr bool backward_reads_output = false, sums_with_peers = true;
    static constexpr std::size_t operations = 4 * In.shape.size();

    static void forward(const Forward<Scalar>& at) {
        const Scalar *running_mean = at.parameters + Settings::before_rest * channels, *running_variance = running_mean + channels;
        Scalar *mean = at.scratch, *scale = mean + channels, *sums = scale + channels;
        if (at.again) {
            // mean and scale are those of the first time
        } else if (at.settings->frozen) {
            std::copy_n(running_mean, channels, mean);
            for (std::size_t c = 0; c < channels; ++c) scale[c] = Scalar{1} / kernel::deviation(running_variance[c], Settings::epsilon);
        } else {
            each_sample(at.count, [&](std::size_t sample) { moments(at.input() + sample * In.size(), sums + sample * 2 * channels); });
            join_moments(sums, normalised_over(at), mean, scale);
            for (std::size_t c = 0; c < channels; ++c) scale[c] = Scalar{1} / kernel::deviation(scale[c], Settings::epsilon);
        }
        each_sample(at.count, [&](std::size_t sample) {
            const Scalar* x = at.input() + sample * In.size();
            Scalar* y = at.output + sample * Out.size();
            if constexpr (fast) {
                Channels factor{scale}, shift;
                for (std::size_t c = 0; c < channels; ++c) factor.numbers[c] *= gamma(at.parameters, c), shift.numbers[c] = beta(at.parameters, c);
                return Kernel::apply(x, Channels{mean}, factor, shift, y);
            }
            for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                for (std::size_t c = 0; c < channels; ++c)
                    y[out + c] = (x[in + c] - mean[c]) * (scale[c] * gamma(at.parameters, c)) + beta(at.parameters, c);
            });
        });
    }

    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        const Scalar *mean = at.scratch, *scale = mean + channels;
        Scalar* sums = at.scratch + 2 * channels;
        each_sample(at.count, [&](std::size_t sample) {
            const Scalar *x = at.input() + sample * In.size(), *dy = at.output_gradient + sample * Out.size();
            if constexpr (fast) {
                Scalar* to = sums + sample * 2 * channels;
                return Kernel::gradient_sums(x, dy, Channels{mean}, Channels{scale}, to, to + channels);
            }
            std::array<Scalar, channels> plain{}, scaled{};
            for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                for (std::size_t c = 0; c < channels; ++c) {
                    plain[c] += dy[out + c];
                    scaled[c] += dy[out + c] * ((x[in + c] - mean[c]) * scale[c]);
                }
            });
            std::copy_n(plain.data(), channels, sums + sample * 2 * channels);
            std::copy_n(scaled.data(), channels, sums + sample * 2 * channels + channels);
        });
        const BatchPart<Scalar> part = normalised_over(at);
        part.join(sums, 2 * channels, [](Scalar* to, const Scalar* from, std::size_t, std::size_t) {
            for (std::size_t n = 0; n < 2 * channels; ++n) to[n] += from[n];
        });
        const Scalar *to_beta = sums, *to_gamma = sums + channels;  // of all samples
        if constexpr (Settings::has_gamma) std::copy_n(to_gamma, channels, at.gradients);
        if constexpr (Settings::has_beta) std::copy_n(to_beta, channels, at.gradients + Settings::before_beta * channels);
        next_statistics(at);
        if (alone_among_peers(at)) sum_over_peers(at);
        if constexpr (Input != Gradient::none) {
            const Scalar share = at.settings->frozen ? Scalar{0} : Scalar{1} / static_cast<Scalar>(part.shares.samples * pixels);
            each_sample(at.count, [&](std::size_t sample) {
                const Scalar *x = at.input() + sample * In.size(), *dy = at.output_gradient + sample * Out.size();
                Scalar* dx = at.input_gradient() + sample * In.size();
                if constexpr (fast) {
                    Channels factor{scale}, slope{scale}, offset;
                    for (std::size_t c = 0; c < channels; ++c) {
                        factor.numbers[c] *= gamma(at.parameters, c);
                        slope.numbers[c] *= factor.numbers[c] * share * to_gamma[c];
                        offset.numbers[c] = factor.numbers[c] * share * to_beta[c];
                    }
                    return Kernel::template apply_gradient<Input == Gradient::add>(x, dy, Channels{mean}, factor, slope, offset, dx);
                }
                for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                    for (std::size_t c = 0; c < channels; ++c) {
                        const Scalar normal = (x[in + c] - mean[c]) * scale[c];
                        const Scalar gradient = gamma(at.parameters, c) * scale[c] * (dy[out + c] - share * (to_beta[c] + normal * to_gamma[c]));
                        dx[in + c] = Input == Gradient::add ? dx[in + c] + gradient : gradient;
                    }
                });
            });
        }
    }

private:
    using Kernel = kernel::Normalisation<In, Out>;
    using Channels = typename Kernel::Channels;
    static constexpr bool fast = !Arithmetic::plain && Kernel::fits;

    // Whether the statistics of a call are of the samples here, though others have the rest of the batch.
    template <class Call>
    static bool alone_among_peers(const Call& at) {
        return at.part && !at.part->peers->statistics_of_all();
    }
    template <class Call>
    static BatchPart<Scalar> normalised_over(const Call& at) {
        return alone_among_peers(at) ? BatchPart<Scalar>{Shares{at.count}} : part_of(at);
    }
    // The gradients are those of all; of the running statistics each one's next values count as much as it has samples.
    static void sum_over_peers(const Backward<Scalar>& at) {
        constexpr std::size_t rest = Settings::before_rest * channels, numbers = rest + 2 * channels;
        const auto all = static_cast<Scalar>(at.part->shares.samples);
        const Scalar share = at.settings->frozen ? Scalar(at.part->own.first == 0) : static_cast<Scalar>(at.count) / all;
        for (std::size_t n = 0; n < 2 * channels; ++n) at.gradients[rest + n] *= share;
        at.part->sum_of_own(numbers, at.gradients, at.gradients);  // of who has no samples it is nothing
    }
    static Scalar gamma(const Scalar* parameters, std::size_t c) { return Settings::gamma(parameters, c); }
    static Scalar beta(const Scalar* parameters, std::size_t c) { return Settings::beta(parameters, channels, c); }

    template <class Each>
    static void each_sample(std::size_t count, Each each) {
        parallel_for(count, count * 4 * In.shape.size(), [&](std::size_t sample) { each(sample); });
    }
    // One sample's mean and sum of squared deviations, for each channel.
    static void moments(const Scalar* x, Scalar* result) {
        if constexpr (fast) return Kernel::moments(x, result, result + channels);
        std::array<Scalar, channels> mean{}, squares{};
        for_each_pixel<In, In>([&](std::size_t in, std::size_t) {
            for (std::size_t c = 0; c < channels; ++c) mean[c] += x[in + c];
        });
        for (std::size_t c = 0; c < channels; ++c) mean[c] /= static_cast<Scalar>(pixels);
        for_each_pixel<In, In>([&](std::size_t in, std::size_t) {
            for (std::size_t c = 0; c < channels; ++c) squares[c] += (x[in + c] - mean[c]) * (x[in + c] - mean[c]);
        });
        std::copy_n(mean.data(), channels, result);
        std::copy_n(squares.data(), channels, result + channels);
    }
    // The sums of all samples are left in the first one's place.
    static void join_moments(Scalar* sums, const BatchPart<Scalar>& part, Scalar* mean, Scalar* variance) {
        part.join(sums, 2 * channels, [](Scalar* joined, const Scalar* own, std::size_t before, std::size_t more) {
            Scalar* squares = joined + channels;
            const Scalar share = static_cast<Scalar>(more) / static_cast<Scalar>(before + more), weight = share * static_cast<Scalar>(before * pixels);
            for (std::size_t c = 0; c < channels; ++c) {
                const Scalar difference = own[c] - joined[c];
                joined[c] += difference * share;
                squares[c] += own[channels + c] + difference * difference * weight;
            }
        });
        std::copy_n(sums, channels, mean);
        for (std::size_t c = 0; c < channels; ++c) variance[c] = sums[channels + c] / static_cast<Scalar>(part.shares.samples * pixels);
    }
    // The running statistics' next values stand at their place among the gradients (Moved::by_layer).
    static void next_statistics(const Backward<Scalar>& at) {
        const Scalar *mean = at.scratch, *scale = mean + channels, *running = at.parameters + Settings::before_rest * channels;
        Scalar* next = at.gradients + Settings::before_rest * channels;
        const auto keep = static_cast<Scalar>(Settings::momentum), epsilon = static_cast<Scalar>(Settings::epsilon);
        for (std::size_t c = 0; c < channels; ++c) {
            const Scalar variance = Scalar{1} / (scale[c] * scale[c]) - epsilon;
            next[c] = at.settings->frozen ? running[c] : keep * running[c] + (Scalar{1} - keep) * mean[c];
            next[channels + c] = at.settings->frozen ? running[channels + c] : keep * running[channels + c] + (Scalar{1} - keep) * variance;
        }
    }
};

/// A trained network: on samples, one multiplication and one addition.
template <class Arithmetic, Layout Out, Layout In, class Settings = detail::NormSettings<>>
struct BatchNormInference : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = In.shape.channels, prepared_size = 2 * channels, operations = 2 * In.shape.size();
    static constexpr bool forward_reads_parameters = false;
    using Kernel = kernel::Normalisation<In, Out>;
    using Channels = typename Kernel::Channels;

    static void prepare(const Scalar* parameters, Scalar* prepared, std::size_t /*part*/) {
        const Scalar *mean = parameters + Settings::before_rest * channels, *variance = mean + channels;
        for (std::size_t c = 0; c < channels; ++c) {
            prepared[c] = Settings::gamma(parameters, c) / kernel::deviation(variance[c], Settings::epsilon);
            prepared[channels + c] = Settings::beta(parameters, channels, c) - mean[c] * prepared[c];
        }
    }
    static void forward(const Forward<Scalar>& at) {
        const Scalar *scale = at.prepared, *shift = scale + channels;
        if constexpr (!Arithmetic::plain && Kernel::fits)
            return Kernel::apply(at.input(), Channels{}, Channels{scale}, Channels{shift}, at.output);
        for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
            for (std::size_t c = 0; c < channels; ++c) at.output[out + c] = at.input()[in + c] * scale[c] + shift[c];
        });
    }
};

/// Batch normalisation over the channels. Options: Epsilon<0.001>, Momentum<0.99>, NoGamma, NoBeta.
template <class... Options>
struct BatchNormOf : SpecDefaults {
    static constexpr bool known = ((detail::is_epsilon<Options> || detail::is_momentum<Options> || detail::has<Options, NoGamma, NoBeta>) && ...);
    static_assert(known, "denim: BatchNorm: an option is not one of Epsilon<...>, Momentum<...>, NoGamma, NoBeta.");
    static_assert(detail::NormSettings<Options...>::agree, "denim: BatchNorm: an option stands twice.");
    using Settings = detail::NormSettings<Options...>;

    static constexpr auto parameters(Shape in) {
        return Settings::template rows<2>(in.channels, {Parameter{"mean", {in.channels}, Initial::zeros, false, Moved::by_layer},
                                                        Parameter{"variance", {in.channels}, Initial::ones, false, Moved::by_layer}});
    }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = BatchNormLayer<Arithmetic, Out, In, Settings>;
    template <class Arithmetic, Layout Out, Layout In>
    using InferenceLayer = BatchNormInference<Arithmetic, Out, In, Settings>;
};

/// Batch normalisation with Keras's constants: epsilon 1e-3, momentum 0.99.
struct BatchNorm : BatchNormOf<> {};

namespace detail {

template <class... Options>
std::true_type as_batch_norm(const BatchNormOf<Options...>&);
std::false_type as_batch_norm(...);
/// True of BatchNorm and of BatchNormOf.
template <class Type>
inline constexpr bool is_batch_norm = decltype(detail::as_batch_norm(std::declval<const Type&>()))::value;

}  // namespace detail

static_assert(check_layer<BatchNorm, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
