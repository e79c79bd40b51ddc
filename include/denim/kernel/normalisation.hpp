// SPDX-License-Identifier: MIT
#pragma once

// The sums and the scaling of normalisations, one sample in float, vectors along the channels. Both pictures have their channels padded to
// whole vectors; arrays over channels have one number for each and nothing behind. The plain twin stands in plain_normalisation.hpp.

#include <denim/machine/finite.hpp>
#include <denim/machine/simd.hpp>
#include <denim/tensor/layout.hpp>

#include <cmath>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// sqrt(variance + epsilon); NaN where the variance has left the range: divided by infinity, every input would give one answer.
template <class Scalar>
Scalar deviation(Scalar variance, double epsilon) {
    return is_finite(variance) ? std::sqrt(variance + static_cast<Scalar>(epsilon)) : not_a_number<Scalar>();
}

/// The pictures of a normalisation: the same shape, each with its layout.
struct NormalisedPictures {
    Layout in, out;

    [[nodiscard]] constexpr std::size_t channels() const { return in.shape.channels; }
    [[nodiscard]] constexpr std::size_t pixels() const { return in.shape.height * in.shape.width; }
    /// True if the kernels below can be used: whole vectors in both pictures.
    [[nodiscard]] constexpr bool whole_vectors() const {
        constexpr std::size_t lanes = simd::lanes<float>;
        const std::size_t padded = round_up(channels(), lanes);
        return in.stride % lanes == 0 && out.stride % lanes == 0 && in.stride >= padded && out.stride >= padded;
    }
};

/// Each channel's mean, and sum of squared deviations from it.
void channel_moments(const NormalisedPictures& of, const float* x, float* mean, float* squares);

/// y = (x - mean) * factor + shift; no mean is zero, as is no shift.
void normalise(const NormalisedPictures& of, const float* x, const float* mean, const float* factor, const float* shift, float* y);

/// Each channel's sum of dy, and of dy * (x - mean) * scale.
void normal_gradient_sums(const NormalisedPictures& of, const float* x, const float* dy, const float* mean, const float* scale, float* plain,
                          float* scaled);

/// dx = (dx +) dy * factor - (x - mean) * slope - offset
void normal_gradient(const NormalisedPictures& of, bool add, const float* x, const float* dy, const float* mean, const float* factor,
                     const float* slope, const float* offset, float* dx);

}  // namespace denim::inline DENIM_TARGET::kernel

#if DENIM_BODIES

#include <algorithm>
#include <array>

namespace denim::inline DENIM_TARGET::kernel {

namespace detail {

/// Calls body.operator()<Count>(c) for `Count` vectors of channels from c on: four at a time share a pass over the pixels, then one.
template <class Body>
DENIM_INLINE void each_vectors(std::size_t channels, Body body) {
    constexpr std::size_t lanes = simd::lanes<float>;
    std::size_t c = 0;
    for (; c + 3 * lanes < channels; c += 4 * lanes) body.template operator()<4>(c);
    for (; c < channels; c += lanes) body.template operator()<1>(c);
}

/// Calls body(in, out) with the place of every pixel.
template <class Body>
DENIM_INLINE void each_pixel(const NormalisedPictures& of, Body body) {
    for (std::size_t y = 0; y < of.in.shape.height; ++y) {
        std::size_t in = of.in.offset(y, 0), out = of.out.offset(y, 0);
        for (std::size_t x = 0; x < of.in.shape.width; ++x, in += of.in.stride, out += of.out.stride) body(in, out);
    }
}

/// `Count` vectors of an array over channels, from c on; zeros behind its end, and where there is none.
template <std::size_t Count>
DENIM_INLINE std::array<simd::Vector<float>, Count> of_channels(const float* from, std::size_t c, std::size_t channels) {
    constexpr std::size_t lanes = simd::lanes<float>;
    std::array<simd::Vector<float>, Count> numbers;
    for (std::size_t v = 0; v < Count; ++v, c += lanes)
        numbers[v] = !from ? simd::broadcast(0.0f) : c + lanes <= channels ? simd::load(from + c) : simd::load_first(from + c, channels - c);
    return numbers;
}

/// Writes what stands below `channels`.
DENIM_INLINE void put_channels(float* to, std::size_t c, std::size_t channels, simd::Vector<float> value) {
    if (c + simd::lanes<float> <= channels)
        simd::store(to + c, value);
    else
        simd::store_first(to + c, value, channels - c);
}

}  // namespace detail

DENIM_KERNEL DENIM_ONCE void channel_moments(const NormalisedPictures& of, const float* x, float* mean, float* squares) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t channels = of.channels();
    detail::each_vectors(channels, [&]<std::size_t Count>(std::size_t c) {
        std::array<simd::Vector<float>, Count> sums, deviations;
        sums.fill(simd::broadcast(0.0f));
        deviations.fill(simd::broadcast(0.0f));
        detail::each_pixel(of, [&](std::size_t in, std::size_t) {
            for (std::size_t v = 0; v < Count; ++v) sums[v] = sums[v] + simd::load(x + in + c + v * lanes);
        });
        for (auto& sum : sums) sum = sum * simd::broadcast(1.0f / static_cast<float>(of.pixels()));
        detail::each_pixel(of, [&](std::size_t in, std::size_t) {
            for (std::size_t v = 0; v < Count; ++v) {
                const auto deviation = simd::load(x + in + c + v * lanes) - sums[v];
                deviations[v] = simd::fma(deviation, deviation, deviations[v]);
            }
        });
        for (std::size_t v = 0; v < Count; ++v) {
            detail::put_channels(mean, c + v * lanes, channels, sums[v]);
            detail::put_channels(squares, c + v * lanes, channels, deviations[v]);
        }
    });
}

DENIM_KERNEL DENIM_ONCE void normalise(const NormalisedPictures& of, const float* x, const float* mean, const float* factor, const float* shift,
                                       float* y) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t channels = of.channels();
    detail::each_vectors(channels, [&]<std::size_t Count>(std::size_t c) {
        const auto from = detail::of_channels<Count>(mean, c, channels), times = detail::of_channels<Count>(factor, c, channels),
                   plus = detail::of_channels<Count>(shift, c, channels);
        detail::each_pixel(of, [&](std::size_t in, std::size_t out) {
            for (std::size_t v = 0; v < Count; ++v)
                simd::store(y + out + c + v * lanes, simd::fma(simd::load(x + in + c + v * lanes) - from[v], times[v], plus[v]));
        });
    });
}

DENIM_KERNEL DENIM_ONCE void normal_gradient_sums(const NormalisedPictures& of, const float* x, const float* dy, const float* mean, const float* scale,
                                                  float* plain, float* scaled) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t channels = of.channels();
    detail::each_vectors(channels, [&]<std::size_t Count>(std::size_t c) {
        const auto from = detail::of_channels<Count>(mean, c, channels), times = detail::of_channels<Count>(scale, c, channels);
        std::array<simd::Vector<float>, Count> first, second;
        first.fill(simd::broadcast(0.0f));
        second.fill(simd::broadcast(0.0f));
        detail::each_pixel(of, [&](std::size_t in, std::size_t out) {
            for (std::size_t v = 0; v < Count; ++v) {
                const auto gradient = simd::load(dy + out + c + v * lanes);
                first[v] = first[v] + gradient;
                second[v] = simd::fma(gradient, simd::load(x + in + c + v * lanes) - from[v], second[v]);
            }
        });
        for (std::size_t v = 0; v < Count; ++v) {
            detail::put_channels(plain, c + v * lanes, channels, first[v]);
            detail::put_channels(scaled, c + v * lanes, channels, second[v] * times[v]);
        }
    });
}

DENIM_KERNEL DENIM_ONCE void normal_gradient(const NormalisedPictures& of, bool add, const float* x, const float* dy, const float* mean,
                                             const float* factor, const float* slope, const float* offset, float* dx) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t channels = of.channels();
    detail::each_vectors(channels, [&]<std::size_t Count>(std::size_t c) {
        const auto from = detail::of_channels<Count>(mean, c, channels), times = detail::of_channels<Count>(factor, c, channels),
                   along = detail::of_channels<Count>(slope, c, channels), less = detail::of_channels<Count>(offset, c, channels);
        const auto run = [&](auto there) {
            detail::each_pixel(of, [&](std::size_t in, std::size_t out) {
                for (std::size_t v = 0; v < Count; ++v) {
                    const std::size_t n = c + v * lanes;
                    const auto drift = simd::fma(simd::load(x + in + n) - from[v], along[v], less[v]);
                    simd::store(dx + in + n, there(simd::load(dy + out + n) * times[v] - drift, dx + in + n));
                }
            });
        };
        if (add)
            run([](auto gradient, const float* place) { return gradient + simd::load(place); });
        else
            run([](auto gradient, const float*) { return gradient; });
    });
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
