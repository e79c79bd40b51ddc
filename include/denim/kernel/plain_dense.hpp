// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <denim/machine/target.hpp>

namespace denim::inline DENIM_TARGET::kernel {

/// The plain twin of the dense kernels, one sample: y[o] = bias[o] + sum over i of x[i] * w[i][o].
template <std::size_t Inputs, std::size_t Outputs, class Scalar>
struct PlainDense {
    static void forward(const Scalar* x, const Scalar* weights, const Scalar* bias, Scalar* y) {
        for (std::size_t o = 0; o < Outputs; ++o) y[o] = bias ? bias[o] : Scalar{0};
        for (std::size_t i = 0; i < Inputs; ++i)
            for (std::size_t o = 0; o < Outputs; ++o) y[o] += x[i] * weights[i * Outputs + o];
    }
    /// dx[i] = (dx[i] +) sum over o of dy[o] * w[i][o]
    static void input_gradient(const Scalar* weights, const Scalar* dy, Scalar* dx, bool add) {
        for (std::size_t i = 0; i < Inputs; ++i) {
            Scalar sum = add ? dx[i] : Scalar{0};
            for (std::size_t o = 0; o < Outputs; ++o) sum += dy[o] * weights[i * Outputs + o];
            dx[i] = sum;
        }
    }
    /// dw[i][o] += x[i] * dy[o], db[o] += dy[o]
    static void weight_gradient(const Scalar* x, const Scalar* dy, Scalar* dw, Scalar* db) {
        for (std::size_t i = 0; i < Inputs; ++i)
            for (std::size_t o = 0; o < Outputs; ++o) dw[i * Outputs + o] += x[i] * dy[o];
        for (std::size_t o = 0; db && o < Outputs; ++o) db[o] += dy[o];
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
