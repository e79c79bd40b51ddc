// SPDX-License-Identifier: MIT
#pragma once

// The plain twins of the layers whose numbers stand in their types: the definitions, written as loops, for any numbers. They find the numbers of
// both pictures by themselves, borders and padded channels included.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/plain_place.hpp>
#include <denim/tensor/layout.hpp>

#include <cstddef>
#include <span>

namespace denim::inline DENIM_TARGET::kernel {

/// y = factor x + offset. The gradient of the input is written, added to or left alone.
template <Layout Out, Layout In, class Stored, class Computed = Stored>
struct PlainRescale {
    static void forward(const Stored* x, double factor, double offset, Stored* y) {
        for (std::size_t n = 0; n < In.shape.size(); ++n)
            y[plain_place(Out, n)] = static_cast<Stored>(static_cast<Computed>(factor) * x[plain_place(In, n)] + static_cast<Computed>(offset));
    }
    template <Gradient Input>
    static void backward(double factor, const Stored* dy, Stored* dx) {
        for (std::size_t n = 0; n < In.shape.size(); ++n) {
            const Computed gradient = static_cast<Computed>(factor) * dy[plain_place(Out, n)];
            if constexpr (Input == Gradient::write) dx[plain_place(In, n)] = static_cast<Stored>(gradient);
            if constexpr (Input == Gradient::add) dx[plain_place(In, n)] = static_cast<Stored>(dx[plain_place(In, n)] + gradient);
        }
    }
};

/// y = (x - mean) / deviation, by a number for each channel or one for all.
template <Layout Out, Layout In, class Stored, class Computed = Stored>
struct PlainNormalise {
    static void forward(const Stored* x, std::span<const double> means, std::span<const double> deviations, Stored* y) {
        for (std::size_t n = 0; n < In.shape.size(); ++n)
            y[plain_place(Out, n)] = static_cast<Stored>((x[plain_place(In, n)] - of_channel(means, n)) / of_channel(deviations, n));
    }
    template <Gradient Input>
    static void backward(std::span<const double> deviations, const Stored* dy, Stored* dx) {
        for (std::size_t n = 0; n < In.shape.size(); ++n) {
            const Computed gradient = dy[plain_place(Out, n)] / of_channel(deviations, n);
            if constexpr (Input == Gradient::write) dx[plain_place(In, n)] = static_cast<Stored>(gradient);
            if constexpr (Input == Gradient::add) dx[plain_place(In, n)] = static_cast<Stored>(dx[plain_place(In, n)] + gradient);
        }
    }

private:
    static Computed of_channel(std::span<const double> numbers, std::size_t n) {
        return static_cast<Computed>(numbers[n % In.shape.channels % numbers.size()]);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
