// SPDX-License-Identifier: MIT
#pragma once

// The plain twin of batch normalisation's passes over one sample: the definition, written as loops, for any scalar and any layouts.

#include <denim/kernel/normalisation.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// Told its pictures; a gamma that is null is 1, such a beta 0.
template <class Scalar>
struct PlainNormalisation {
    NormalisedPictures of;

    /// Each channel's mean, and sum of squared deviations from it.
    void moments(const Scalar* x, Scalar* mean, Scalar* squares) const {
        std::fill_n(mean, of.channels(), Scalar{0});
        std::fill_n(squares, of.channels(), Scalar{0});
        each_number([&](std::size_t in, std::size_t, std::size_t c) { mean[c] += x[in]; });
        for (std::size_t c = 0; c < of.channels(); ++c) mean[c] /= static_cast<Scalar>(of.pixels());
        each_number([&](std::size_t in, std::size_t, std::size_t c) { squares[c] += (x[in] - mean[c]) * (x[in] - mean[c]); });
    }

    /// y = gamma * (x - mean) * scale + beta
    void forward(const Scalar* x, const Scalar* mean, const Scalar* scale, const Scalar* gamma, const Scalar* beta, Scalar* y) const {
        each_number([&](std::size_t in, std::size_t out, std::size_t c) {
            y[out] = (x[in] - mean[c]) * (gamma ? scale[c] * gamma[c] : scale[c]) + (beta ? beta[c] : Scalar{0});
        });
    }

    /// y = x * scale + shift
    void infer(const Scalar* x, const Scalar* scale, const Scalar* shift, Scalar* y) const {
        each_number([&](std::size_t in, std::size_t out, std::size_t c) { y[out] = x[in] * scale[c] + shift[c]; });
    }

    /// Each channel's sum of dy, and of dy * (x - mean) * scale.
    void gradient_sums(const Scalar* x, const Scalar* dy, const Scalar* mean, const Scalar* scale, Scalar* plain, Scalar* scaled) const {
        std::fill_n(plain, of.channels(), Scalar{0});
        std::fill_n(scaled, of.channels(), Scalar{0});
        each_number([&](std::size_t in, std::size_t out, std::size_t c) {
            plain[c] += dy[out];
            scaled[c] += dy[out] * ((x[in] - mean[c]) * scale[c]);
        });
    }

    /// dx = (dx +) gamma * scale * (dy - share * (plain + normal * scaled)), where plain and scaled are the whole batch's sums, and share is one
    /// of its pixels: mean and deviation depend on all of them.
    void gradient(bool add, const Scalar* x, const Scalar* dy, const Scalar* mean, const Scalar* scale, const Scalar* gamma, Scalar share,
                  const Scalar* plain, const Scalar* scaled, Scalar* dx) const {
        each_number([&](std::size_t in, std::size_t out, std::size_t c) {
            const Scalar normal = (x[in] - mean[c]) * scale[c];
            const Scalar gradient = (gamma ? gamma[c] * scale[c] : scale[c]) * (dy[out] - share * (plain[c] + normal * scaled[c]));
            dx[in] = add ? dx[in] + gradient : gradient;
        });
    }

private:
    // Calls each(in, out, channel) for every number of the pictures.
    template <class Each>
    void each_number(Each each) const {
        for (std::size_t y = 0; y < of.in.shape.height; ++y)
            for (std::size_t x = 0; x < of.in.shape.width; ++x)
                for (std::size_t c = 0; c < of.channels(); ++c) each(of.in.offset(y, x) + c, of.out.offset(y, x) + c, c);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
