// SPDX-License-Identifier: MIT
#pragma once

// The plain twin of the local response normalisation: the definition, written as loops, for any numbers. It finds the numbers of both pictures
// by itself, borders and padded channels included.

#include <denim/kernel/convolution.hpp>
#include <denim/tensor/layout.hpp>

#include <cmath>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// y = x / (bias + alpha / window * sum of squares)^beta, the sum over the channels of its pixel that are no more than window / 2 away.
template <Layout Out, Layout In, std::size_t Window, class Stored, class Computed = Stored>
struct PlainLocalResponseNorm {
    double alpha, beta, bias;

    void forward(const Stored* x, Stored* y) const {
        each_number([&](std::size_t in, std::size_t out, std::size_t c) {
            y[out + c] = static_cast<Stored>(x[in + c] * power(base(x + in, c), -beta));
        });
    }

    /// The gradient of the input is written, added to or left alone.
    template <Gradient Input>
    void backward(const Stored* x, const Stored* dy, Stored* dx) const {
        if constexpr (Input == Gradient::none) return;
        each_number([&](std::size_t in, std::size_t out, std::size_t c) {
            Computed gradient = dy[out + c] * power(base(x + in, c), -beta);
            each_near(c, [&](std::size_t other) {  // whose sum has this number's square
                const Computed slope = static_cast<Computed>(-2 * alpha * beta / static_cast<double>(Window)) * power(base(x + in, other), -beta - 1);
                gradient += Computed(dy[out + other]) * x[in + other] * slope * x[in + c];
            });
            dx[in + c] = static_cast<Stored>(Input == Gradient::add ? dx[in + c] + gradient : gradient);
        });
    }

private:
    Computed base(const Stored* pixel, std::size_t c) const {
        Computed squares{0};
        each_near(c, [&](std::size_t other) { squares += Computed(pixel[other]) * pixel[other]; });
        return static_cast<Computed>(bias) + static_cast<Computed>(alpha / static_cast<double>(Window)) * squares;
    }
    static Computed power(Computed number, double exponent) { return std::pow(number, static_cast<Computed>(exponent)); }

    template <class Each>
    static void each_near(std::size_t c, Each each) {
        for (std::size_t other = 0; other < In.shape.channels; ++other)
            if (other <= c + Window / 2 && c <= other + Window / 2) each(other);
    }
    template <class Each>
    static void each_number(Each each) {
        for (std::size_t y = 0; y < In.shape.height; ++y)
            for (std::size_t x = 0; x < In.shape.width; ++x)
                for (std::size_t c = 0; c < In.shape.channels; ++c) each(In.offset(y, x), Out.offset(y, x), c);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
