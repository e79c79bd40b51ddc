// SPDX-License-Identifier: MIT
#pragma once

// The plain twins of the layers whose numbers stand in their types: the definitions, written as loops, for any scalar. They find the numbers of
// both pictures by themselves, borders and padded channels included.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/plain_place.hpp>
#include <denim/tensor/layout.hpp>

#include <cstddef>
#include <span>

namespace denim::inline DENIM_TARGET::kernel {

/// y = factor x + offset. The gradient of the input is written, added to or left alone.
template <Layout Out, Layout In, class Scalar>
struct PlainRescale {
    static void forward(const Scalar* x, double factor, double offset, Scalar* y) {
        for (std::size_t n = 0; n < In.shape.size(); ++n)
            y[plain_place(Out, n)] = static_cast<Scalar>(factor) * x[plain_place(In, n)] + static_cast<Scalar>(offset);
    }
    template <Gradient Input>
    static void backward(double factor, const Scalar* dy, Scalar* dx) {
        for (std::size_t n = 0; n < In.shape.size(); ++n) {
            if constexpr (Input == Gradient::write) dx[plain_place(In, n)] = static_cast<Scalar>(factor) * dy[plain_place(Out, n)];
            if constexpr (Input == Gradient::add) dx[plain_place(In, n)] += static_cast<Scalar>(factor) * dy[plain_place(Out, n)];
        }
    }
};

/// y = (x - mean) / deviation, by a number for each channel or one for all.
template <Layout Out, Layout In, class Scalar>
struct PlainNormalise {
    static void forward(const Scalar* x, std::span<const double> means, std::span<const double> deviations, Scalar* y) {
        for (std::size_t n = 0; n < In.shape.size(); ++n)
            y[plain_place(Out, n)] = (x[plain_place(In, n)] - of_channel(means, n)) / of_channel(deviations, n);
    }
    template <Gradient Input>
    static void backward(std::span<const double> deviations, const Scalar* dy, Scalar* dx) {
        for (std::size_t n = 0; n < In.shape.size(); ++n) {
            if constexpr (Input == Gradient::write) dx[plain_place(In, n)] = dy[plain_place(Out, n)] / of_channel(deviations, n);
            if constexpr (Input == Gradient::add) dx[plain_place(In, n)] += dy[plain_place(Out, n)] / of_channel(deviations, n);
        }
    }

private:
    static Scalar of_channel(std::span<const double> numbers, std::size_t n) {
        return static_cast<Scalar>(numbers[n % In.shape.channels % numbers.size()]);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
