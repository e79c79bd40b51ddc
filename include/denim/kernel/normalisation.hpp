// SPDX-License-Identifier: MIT
#pragma once

// The sums and the scaling of batch normalisation, one sample in float, vectors along the channels. Pictures whose channels are
// padded to whole vectors; arrays over channels are padded too. The plain twin stands in layer/batch_norm.hpp.

#include <denim/kernel/convolution.hpp>
#include <denim/machine/finite.hpp>
#include <denim/machine/simd.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// sqrt(variance + epsilon); NaN where the variance has left the range: divided by infinity, every input would give one answer.
template <class Scalar>
Scalar deviation(Scalar variance, double epsilon) {
    return is_finite(variance) ? std::sqrt(variance + static_cast<Scalar>(epsilon)) : not_a_number<Scalar>();
}

template <Layout In, Layout Out>
struct Normalisation {
    static constexpr std::size_t lanes = simd::lanes<float>, channels = In.shape.channels, padded = round_up(channels, lanes);
    /// True if this kernel can be used: whole vectors in both pictures.
    static constexpr bool fits = In.stride % lanes == 0 && Out.stride % lanes == 0 && In.stride >= padded && Out.stride >= padded;

    /// One number for each channel, padded with zeros.
    struct Channels {
        alignas(64) std::array<float, padded> numbers{};

        Channels() = default;
        explicit Channels(const float* from) { std::copy_n(from, channels, numbers.begin()); }
        [[nodiscard]] auto at(std::size_t c) const { return simd::load(numbers.data() + c); }
    };

    /// Each channel's mean, and sum of squared deviations from it.
    static void moments(const float* x, float* mean, float* squares) {
        each_vectors([&]<std::size_t Count>(std::size_t c) {
            std::array<Vector, Count> sums, deviations;
            sums.fill(simd::broadcast(0.0f));
            deviations.fill(simd::broadcast(0.0f));
            each_pixel([&](std::size_t in, std::size_t) {
                for (std::size_t v = 0; v < Count; ++v) sums[v] = sums[v] + simd::load(x + in + c + v * lanes);
            });
            for (Vector& sum : sums) sum = sum * simd::broadcast(1.0f / static_cast<float>(In.shape.height * In.shape.width));
            each_pixel([&](std::size_t in, std::size_t) {
                for (std::size_t v = 0; v < Count; ++v) {
                    const Vector deviation = simd::load(x + in + c + v * lanes) - sums[v];
                    deviations[v] = simd::fma(deviation, deviation, deviations[v]);
                }
            });
            for (std::size_t v = 0; v < Count; ++v) {
                put(mean, c + v * lanes, sums[v]);
                put(squares, c + v * lanes, deviations[v]);
            }
        });
    }

    /// y = (x - mean) * factor + shift
    static void apply(const float* x, const Channels& mean, const Channels& factor, const Channels& shift, float* y) {
        each_vectors([&]<std::size_t Count>(std::size_t c) {
            each_pixel([&](std::size_t in, std::size_t out) {
                for (std::size_t v = 0; v < Count; ++v) {
                    const std::size_t n = c + v * lanes;
                    simd::store(y + out + n, simd::fma(simd::load(x + in + n) - mean.at(n), factor.at(n), shift.at(n)));
                }
            });
        });
    }

    /// Each channel's sum of dy, and of dy * (x - mean) * scale.
    static void gradient_sums(const float* x, const float* dy, const Channels& mean, const Channels& scale, float* plain, float* scaled) {
        each_vectors([&]<std::size_t Count>(std::size_t c) {
            std::array<Vector, Count> first, second;
            first.fill(simd::broadcast(0.0f));
            second.fill(simd::broadcast(0.0f));
            each_pixel([&](std::size_t in, std::size_t out) {
                for (std::size_t v = 0; v < Count; ++v) {
                    const std::size_t n = c + v * lanes;
                    const Vector gradient = simd::load(dy + out + n);
                    first[v] = first[v] + gradient;
                    second[v] = simd::fma(gradient, simd::load(x + in + n) - mean.at(n), second[v]);
                }
            });
            for (std::size_t v = 0; v < Count; ++v) {
                put(plain, c + v * lanes, first[v]);
                put(scaled, c + v * lanes, second[v] * scale.at(c + v * lanes));
            }
        });
    }

    /// dx = (dx +) dy * factor - (x - mean) * slope - offset
    template <bool Add>
    static void apply_gradient(const float* x, const float* dy, const Channels& mean, const Channels& factor, const Channels& slope,
                               const Channels& offset, float* dx) {
        each_vectors([&]<std::size_t Count>(std::size_t c) {
            each_pixel([&](std::size_t in, std::size_t out) {
                for (std::size_t v = 0; v < Count; ++v) {
                    const std::size_t n = c + v * lanes;
                    const Vector drift = simd::fma(simd::load(x + in + n) - mean.at(n), slope.at(n), offset.at(n));
                    Vector gradient = simd::load(dy + out + n) * factor.at(n) - drift;
                    if constexpr (Add) gradient = gradient + simd::load(dx + in + n);
                    simd::store(dx + in + n, gradient);
                }
            });
        });
    }

private:
    using Vector = simd::Vector<float>;

    // Four vectors of channels at a time share a pass over the pixels, then one at a time.
    template <class Body>
    static void each_vectors(Body body) {
        std::size_t c = 0;
        for (; c + 4 * lanes <= padded; c += 4 * lanes) body.template operator()<4>(c);
        for (; c < padded; c += lanes) body.template operator()<1>(c);
    }
    template <class Body>
    static void each_pixel(Body body) {
        for (std::size_t y = 0; y < In.shape.height; ++y)
            for (std::size_t x = 0; x < In.shape.width; ++x) body(In.offset(y, x), Out.offset(y, x));
    }
    // Writes what stands below `channels`.
    static void put(float* to, std::size_t c, Vector value) {
        if constexpr (channels % lanes == 0)
            simd::store(to + c, value);
        else
            simd::store_first(to + c, value, std::min(lanes, channels - c));
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
