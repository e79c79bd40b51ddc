// SPDX-License-Identifier: MIT
#pragma once

// The plain twin of batch normalisation's passes over one sample: the definition, written as loops, for any numbers and any layouts.

#include <denim/kernel/normalisation.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// Told its pictures; a gamma that is null is 1, such a beta 0.
template <class Stored, class Computed = Stored>
struct PlainNormalisation {
    NormalisedPictures of;

    /// Each channel's mean, and sum of squared deviations from it.
    void moments(const Stored* x, Computed* mean, Computed* squares) const {
        std::fill_n(mean, of.channels(), Computed{0});
        std::fill_n(squares, of.channels(), Computed{0});
        each_number([&](std::size_t in, std::size_t, std::size_t c) { mean[c] += x[in]; });
        for (std::size_t c = 0; c < of.channels(); ++c) mean[c] /= static_cast<Computed>(of.pixels());
        each_number([&](std::size_t in, std::size_t, std::size_t c) { squares[c] += (x[in] - mean[c]) * (x[in] - mean[c]); });
    }

    /// y = gamma * (x - mean) * scale + beta
    void forward(const Stored* x, const Computed* mean, const Computed* scale, const Stored* gamma, const Stored* beta, Stored* y) const {
        each_number([&](std::size_t in, std::size_t out, std::size_t c) {
            y[out] = static_cast<Stored>((x[in] - mean[c]) * (gamma ? scale[c] * gamma[c] : scale[c]) + (beta ? beta[c] : Stored{0}));
        });
    }

    /// y = x * scale + shift
    void infer(const Stored* x, const Stored* scale, const Stored* shift, Stored* y) const {
        each_number([&](std::size_t in, std::size_t out, std::size_t c) { y[out] = static_cast<Stored>(Computed(x[in]) * scale[c] + shift[c]); });
    }

    /// Each channel's sum of dy, and of dy * (x - mean) * scale.
    void gradient_sums(const Stored* x, const Stored* dy, const Computed* mean, const Computed* scale, Computed* plain, Computed* scaled) const {
        std::fill_n(plain, of.channels(), Computed{0});
        std::fill_n(scaled, of.channels(), Computed{0});
        each_number([&](std::size_t in, std::size_t out, std::size_t c) {
            plain[c] += dy[out];
            scaled[c] += dy[out] * ((x[in] - mean[c]) * scale[c]);
        });
    }

    /// dx = (dx +) gamma * scale * (dy - share * (plain + normal * scaled)), where plain and scaled are the whole batch's sums, and share is one
    /// of its pixels: mean and deviation depend on all of them.
    void gradient(bool add, const Stored* x, const Stored* dy, const Computed* mean, const Computed* scale, const Stored* gamma, Computed share,
                  const Computed* plain, const Computed* scaled, Stored* dx) const {
        each_number([&](std::size_t in, std::size_t out, std::size_t c) {
            const Computed normal = (x[in] - mean[c]) * scale[c];
            const Computed gradient = (gamma ? gamma[c] * scale[c] : scale[c]) * (dy[out] - share * (plain[c] + normal * scaled[c]));
            dx[in] = static_cast<Stored>(add ? dx[in] + gradient : gradient);
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
