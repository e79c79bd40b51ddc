// SPDX-License-Identifier: MIT
#pragma once

// The plain twins of the layers with one learned number for each channel: the definitions, written as loops, for any scalar. They find the
// numbers of both pictures by themselves, borders and padded channels included.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/plain_place.hpp>
#include <denim/tensor/layout.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// y = x above 0, slope x elsewhere.
template <class Scalar>
struct PlainSlope {
    Scalar y, to_x, to_number;  ///< and the derivatives by x and by the slope

    PlainSlope(Scalar x, Scalar slope) : y(slope * x), to_x(slope), to_number(x) {
        if (x > 0) y = x, to_x = Scalar{1}, to_number = Scalar{0};
    }
};

/// y = factor x.
template <class Scalar>
struct PlainFactor {
    Scalar y, to_x, to_number;

    PlainFactor(Scalar x, Scalar factor) : y(factor * x), to_x(factor), to_number(x) {}
};

/// One of them, pixel by pixel; `numbers` are those of the channels.
template <Layout Out, Layout In, class Function, class Scalar>
struct PlainChannelwise {
    static void forward(const Scalar* x, const Scalar* numbers, Scalar* y) {
        for (std::size_t n = 0; n < In.shape.size(); ++n) y[plain_place(Out, n)] = Function(x[plain_place(In, n)], numbers[channel(n)]).y;
    }

    /// Adds to the sums, which are the gradients of the numbers; that of the input is written, added to or left alone.
    template <Gradient Input>
    static void backward(const Scalar* x, const Scalar* numbers, const Scalar* dy, Scalar* dx, Scalar* sums) {
        for (std::size_t n = 0; n < In.shape.size(); ++n) {
            const Function at(x[plain_place(In, n)], numbers[channel(n)]);
            const Scalar gradient = dy[plain_place(Out, n)];
            sums[channel(n)] += gradient * at.to_number;
            if constexpr (Input == Gradient::write) dx[plain_place(In, n)] = gradient * at.to_x;
            if constexpr (Input == Gradient::add) dx[plain_place(In, n)] += gradient * at.to_x;
        }
    }

private:
    // Of number n in (H, W, C) order.
    static constexpr std::size_t channel(std::size_t n) { return n % In.shape.channels; }
};

}  // namespace denim::inline DENIM_TARGET::kernel
