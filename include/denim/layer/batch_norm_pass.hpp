// SPDX-License-Identifier: MIT
#pragma once

// What batch normalisation does with a batch, told where its pictures stand: one code for all its layers, on joined samples. Each sample gathers
// its sums (mean and squared deviations, which Chan's formula joins; on the way back those of two gradients); those of a share are joined in
// order, the shares' as join_in_pairs says. Where each of several peers has statistics of its own, see Peers, the running ones move by their mean.

#include <denim/kernel/normalisation.hpp>
#include <denim/kernel/plain_normalisation.hpp>
#include <denim/layer/concept.hpp>
#include <denim/machine/peers.hpp>

#include <cstddef>
#include <span>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

/// One BatchNorm: its pictures, whether the fast kernels may be used, and what its options say. Its rows are gamma and beta, as far as it has
/// them, then the running mean and variance.
template <class Stored, class Computed = Stored>
struct BatchNormPass {
    kernel::NormalisedPictures of;
    bool may_be_fast;
    bool has_gamma, has_beta;
    double epsilon, momentum;

    /// Numbers that stay from forward to backward: mean and 1 / deviation; then what each sample is multiplied with, and the joined sums.
    [[nodiscard]] constexpr std::size_t scratch_size() const { return 7 * of.channels() + 1; }
    /// Two sums of each sample.
    [[nodiscard]] constexpr std::size_t scratch_per_sample() const { return 2 * of.channels(); }

    void gather(const ForwardOf<Stored, Computed>& at) const;
    void join(const ForwardOf<Stored, Computed>& at) const;
    void forward(const ForwardOf<Stored, Computed>& at) const;
    void gather_back(const BackwardOf<Stored, Computed>& at) const;
    void join_back(const BackwardOf<Stored, Computed>& at) const;
    void backward(const BackwardOf<Stored, Computed>& at, Gradient input) const;

    /// In a trained network: factor and shift of each channel, by the running statistics.
    void prepare(const Stored* parameters, Stored* prepared) const;
    /// Into a convolution in front, whose weights have a filter for each channel as their last axis; no bias is zero. Weights, then biases, are
    /// written.
    void fold(const Stored* rows, std::span<const Stored> weights, const Stored* bias, Stored* folded) const;
    /// One sample, by what is prepared.
    void infer(const ForwardOf<Stored, Computed>& at) const;

private:
    static constexpr bool in_float = std::is_same_v<Stored, float> && std::is_same_v<Computed, float>;
    // Where rows stand, and what scratch holds.
    struct Rows;
    struct Scratch;

    // Whether the statistics of a call are of the samples here, though others have the rest of the batch.
    [[nodiscard]] static bool alone_among_peers(const auto& at) { return at.part && !at.part->peers->statistics_of_all(); }
    [[nodiscard]] static BatchPart<Computed> normalised_over(const auto& at) {
        return alone_among_peers(at) ? BatchPart<Computed>{Shares{at.count}} : part_of(at);
    }
    [[nodiscard]] bool fast() const { return may_be_fast && of.whole_vectors(); }
    [[nodiscard]] kernel::PlainNormalisation<Stored, Computed> plain() const { return {of}; }
    void join_moments(Computed* sums, const BatchPart<Computed>& part, Computed* mean, Computed* variance) const;
    void next_statistics(const BackwardOf<Stored, Computed>& at, const Computed* mean, const Computed* scale) const;
    void sum_over_peers(const BackwardOf<Stored, Computed>& at) const;
};

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <denim/tensor/aligned_array.hpp>

#include <algorithm>

namespace denim::inline DENIM_TARGET {

template <class Stored, class Computed>
struct BatchNormPass<Stored, Computed>::Rows {
    const Stored *gamma, *beta, *running_mean, *running_variance;  // the first two null where there are none

    Rows(const BatchNormPass& pass, const Stored* rows)
        : gamma(pass.has_gamma ? rows : nullptr),
          beta(pass.has_beta ? rows + pass.has_gamma * pass.of.channels() : nullptr),
          running_mean(rows + (std::size_t{pass.has_gamma} + pass.has_beta) * pass.of.channels()),
          running_variance(running_mean + pass.of.channels()) {}
};

template <class Stored, class Computed>
struct BatchNormPass<Stored, Computed>::Scratch {
    Computed* mean;
    std::size_t channels;
    Computed *scale = mean + channels, *factor = scale + channels;  // what is kept for backward ends here
    Computed *slope = factor + channels, *offset = slope + channels;  // what the fast kernels multiply with
    Computed *to_beta = offset + channels, *to_gamma = to_beta + channels, *share = to_gamma + channels;  // of the batch; one pixel's share of it
};

template <class Stored, class Computed>
void BatchNormPass<Stored, Computed>::gather(const ForwardOf<Stored, Computed>& at) const {
    if (at.settings->frozen) return;
    if constexpr (in_float)
        if (fast()) return kernel::channel_moments(of, at.input(), at.gathered, at.gathered + of.channels());
    plain().moments(at.input(), at.gathered, at.gathered + of.channels());
}

template <class Stored, class Computed>
void BatchNormPass<Stored, Computed>::join(const ForwardOf<Stored, Computed>& at) const {
    const std::size_t channels = of.channels();
    const Rows rows{*this, at.parameters};
    const Scratch to{at.scratch, channels};
    if (at.settings->frozen) {
        std::copy_n(rows.running_mean, channels, to.mean);
        std::copy_n(rows.running_variance, channels, to.scale);
    } else {
        join_moments(at.gathered, normalised_over(at), to.mean, to.scale);
    }
    for (std::size_t c = 0; c < channels; ++c) {
        to.scale[c] = Computed{1} / kernel::deviation(to.scale[c], epsilon);
        to.factor[c] = rows.gamma ? to.scale[c] * rows.gamma[c] : to.scale[c];
    }
}

template <class Stored, class Computed>
void BatchNormPass<Stored, Computed>::forward(const ForwardOf<Stored, Computed>& at) const {
    const Rows rows{*this, at.parameters};
    const Scratch from{at.scratch, of.channels()};
    if constexpr (in_float)
        if (fast()) return kernel::normalise(of, at.input(), from.mean, from.factor, rows.beta, at.output);
    plain().forward(at.input(), from.mean, from.scale, rows.gamma, rows.beta, at.output);
}

template <class Stored, class Computed>
void BatchNormPass<Stored, Computed>::gather_back(const BackwardOf<Stored, Computed>& at) const {
    const Scratch from{at.scratch, of.channels()};
    if constexpr (in_float)
        if (fast()) return kernel::normal_gradient_sums(of, at.input(), at.output_gradient, from.mean, from.scale, at.gathered, at.gathered + of.channels());
    plain().gradient_sums(at.input(), at.output_gradient, from.mean, from.scale, at.gathered, at.gathered + of.channels());
}

template <class Stored, class Computed>
void BatchNormPass<Stored, Computed>::join_back(const BackwardOf<Stored, Computed>& at) const {
    const std::size_t channels = of.channels();
    const Scratch to{at.scratch, channels};
    const BatchPart<Computed> part = normalised_over(at);
    part.join(at.gathered, 2 * channels, [&](Computed* sums, const Computed* other, std::size_t, std::size_t) {
        for (std::size_t n = 0; n < 2 * channels; ++n) sums[n] += other[n];
    });
    std::copy_n(at.gathered, 2 * channels, to.to_beta);  // and to_gamma
    if (has_gamma) std::copy_n(to.to_gamma, channels, at.gradients);
    if (has_beta) std::copy_n(to.to_beta, channels, at.gradients + has_gamma * channels);
    next_statistics(at, to.mean, to.scale);
    if (alone_among_peers(at)) sum_over_peers(at);
    const Computed share = *to.share = at.settings->frozen ? Computed{0} : Computed{1} / static_cast<Computed>(part.shares.samples * of.pixels());
    for (std::size_t c = 0; c < channels; ++c) {
        to.slope[c] = to.scale[c] * (to.factor[c] * share * to.to_gamma[c]);
        to.offset[c] = to.factor[c] * share * to.to_beta[c];
    }
}

template <class Stored, class Computed>
void BatchNormPass<Stored, Computed>::backward(const BackwardOf<Stored, Computed>& at, Gradient input) const {
    if (input == Gradient::none) return;
    const Rows rows{*this, at.parameters};
    const Scratch from{at.scratch, of.channels()};
    const Stored *x = at.input(), *dy = at.output_gradient;
    Stored* dx = at.input_gradient();
    if constexpr (in_float)
        if (fast()) return kernel::normal_gradient(of, input == Gradient::add, x, dy, from.mean, from.factor, from.slope, from.offset, dx);
    plain().gradient(input == Gradient::add, x, dy, from.mean, from.scale, rows.gamma, *from.share, from.to_beta, from.to_gamma, dx);
}

// The sums of all samples are left in the first one's place.
template <class Stored, class Computed>
void BatchNormPass<Stored, Computed>::join_moments(Computed* sums, const BatchPart<Computed>& part, Computed* mean, Computed* variance) const {
    const std::size_t channels = of.channels();
    part.join(sums, 2 * channels, [&](Computed* joined, const Computed* own, std::size_t before, std::size_t more) {
        const Computed share = static_cast<Computed>(more) / static_cast<Computed>(before + more),
                     weight = share * static_cast<Computed>(before * of.pixels());
        for (std::size_t c = 0; c < channels; ++c) {
            const Computed difference = own[c] - joined[c];
            joined[c] += difference * share;
            joined[channels + c] += own[channels + c] + difference * difference * weight;
        }
    });
    std::copy_n(sums, channels, mean);
    for (std::size_t c = 0; c < channels; ++c) variance[c] = sums[channels + c] / static_cast<Computed>(part.shares.samples * of.pixels());
}

// The running statistics' next values stand at their place among the gradients (Moved::by_layer).
template <class Stored, class Computed>
void BatchNormPass<Stored, Computed>::next_statistics(const BackwardOf<Stored, Computed>& at, const Computed* mean, const Computed* scale) const {
    const std::size_t channels = of.channels();
    const Stored* running = Rows{*this, at.parameters}.running_mean;
    Stored* next = at.gradients + (running - at.parameters);
    const auto keep = static_cast<Computed>(momentum), added = static_cast<Computed>(epsilon);
    for (std::size_t c = 0; c < channels; ++c) {
        const Computed variance = Computed{1} / (scale[c] * scale[c]) - added;
        next[c] = at.settings->frozen ? running[c] : static_cast<Stored>(keep * running[c] + (Computed{1} - keep) * mean[c]);
        next[channels + c] = at.settings->frozen ? running[channels + c] : static_cast<Stored>(keep * running[channels + c] + (Computed{1} - keep) * variance);
    }
}

// The gradients are those of all; of the running statistics each one's next values count as much as it has samples.
template <class Stored, class Computed>
void BatchNormPass<Stored, Computed>::sum_over_peers(const BackwardOf<Stored, Computed>& at) const {
    const std::size_t channels = of.channels(), rest = (std::size_t{has_gamma} + has_beta) * channels, numbers = rest + 2 * channels;
    const Stored share = at.settings->frozen ? Stored(at.part->own.first == 0) : static_cast<Stored>(at.count) / static_cast<Stored>(at.part->shares.samples);
    for (std::size_t n = 0; n < 2 * channels; ++n) at.gradients[rest + n] *= share;
    at.part->sum_of_own(numbers, at.gradients, at.gradients);  // of who has no samples it is nothing
}

template <class Stored, class Computed>
void BatchNormPass<Stored, Computed>::prepare(const Stored* parameters, Stored* prepared) const {
    const std::size_t channels = of.channels();
    const Rows rows{*this, parameters};
    for (std::size_t c = 0; c < channels; ++c) {
        const Computed factor = (rows.gamma ? rows.gamma[c] : Stored{1}) / kernel::deviation(Computed(rows.running_variance[c]), epsilon);
        prepared[c] = static_cast<Stored>(factor);
        prepared[channels + c] = static_cast<Stored>((rows.beta ? rows.beta[c] : Stored{0}) - rows.running_mean[c] * factor);
    }
}

template <class Stored, class Computed>
void BatchNormPass<Stored, Computed>::fold(const Stored* rows, std::span<const Stored> weights, const Stored* bias, Stored* folded) const {
    const std::size_t channels = of.channels();
    AlignedArray<Stored> numbers(2 * channels);
    prepare(rows, numbers.data());
    const Stored *scale = numbers.data(), *shift = scale + channels;
    for (std::size_t first = 0; first < weights.size(); first += channels)
        for (std::size_t c = 0; c < channels; ++c) folded[first + c] = weights[first + c] * scale[c];
    for (std::size_t c = 0; c < channels; ++c) folded[weights.size() + c] = (bias ? bias[c] * scale[c] : Stored{0}) + shift[c];
}

template <class Stored, class Computed>
void BatchNormPass<Stored, Computed>::infer(const ForwardOf<Stored, Computed>& at) const {
    const Stored *scale = at.prepared, *shift = scale + of.channels();
    if constexpr (in_float)
        if (fast()) return kernel::normalise(of, at.input(), nullptr, scale, shift, at.output);
    kernel::PlainNormalisation<Stored, Computed>{of}.infer(at.input(), scale, shift, at.output);
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_TEMPLATE(struct BatchNormPass<float>);
DENIM_TEMPLATE(struct BatchNormPass<double>);
DENIM_TEMPLATE(struct BatchNormPass<float, double>);

}  // namespace denim::inline DENIM_TARGET
