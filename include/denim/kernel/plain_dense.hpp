// SPDX-License-Identifier: MIT
#pragma once

// The plain twin of every dense layer: the definition, written as loops, for any scalar. It finds the numbers of both pictures by
// itself, borders and padded channels included.

#include <denim/kernel/convolution.hpp>
#include <denim/tensor/layout.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// y[o] = bias[o] + sum over the numbers i of the picture, in (H, W, C) order, of x[i] * weights[i][o]. Parameters are (weights, bias).
template <Layout Out, Layout In, bool Bias, class Scalar>
struct PlainDense {
    static constexpr std::size_t inputs = In.shape.size(), outputs = Out.shape.channels;

    static void forward(const Scalar* x, const Scalar* parameters, Scalar* y) {
        for (std::size_t o = 0; o < outputs; ++o) y[output(o)] = Bias ? parameters[inputs * outputs + o] : Scalar{0};
        for (std::size_t i = 0; i < inputs; ++i) {
            const Scalar number = x[place(i)];
            for (std::size_t o = 0; o < outputs; ++o) y[output(o)] += number * parameters[i * outputs + o];
        }
    }

    /// One sample: the gradients of the parameters grow, and that of the input is written, added to or left alone.
    template <Gradient Input>
    static void backward(const Scalar* x, const Scalar* parameters, const Scalar* dy, Scalar* dx, Scalar* gradients) {
        for (std::size_t o = 0; Bias && o < outputs; ++o) gradients[inputs * outputs + o] += dy[output(o)];
        for (std::size_t i = 0; i < inputs; ++i) {
            const Scalar number = x[place(i)];
            Scalar sum{0};
            for (std::size_t o = 0; o < outputs; ++o) {
                gradients[i * outputs + o] += number * dy[output(o)];
                sum += parameters[i * outputs + o] * dy[output(o)];
            }
            if constexpr (Input == Gradient::write) dx[place(i)] = sum;
            if constexpr (Input == Gradient::add) dx[place(i)] += sum;
        }
    }

private:
    // Where number i of the picture lies: below rows of the border, right of its columns.
    static constexpr std::size_t place(std::size_t i) {
        const std::size_t channel = i % In.shape.channels, pixel = i / In.shape.channels;
        const std::size_t row = In.border.top + pixel / In.shape.width, column = In.border.left + pixel % In.shape.width;
        return (row * (In.border.left + In.shape.width + In.border.right) + column) * In.stride + channel;
    }
    // Where output o lies: the one pixel inside of its border.
    static constexpr std::size_t output(std::size_t o) {
        return (Out.border.top * (Out.border.left + 1 + Out.border.right) + Out.border.left) * Out.stride + o;
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
