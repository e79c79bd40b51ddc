// SPDX-License-Identifier: MIT
#pragma once

// The plain twin of pool.hpp, for any scalar.

#include <denim/kernel/convolution.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// out(y, x, c) = the largest of in(y * Stride + i, x * Stride + j, c) over i, j < Window. The record keeps which of them it
/// is, i * Window + j, the first of equals.
template <Layout Out, Layout In, std::size_t Window, std::size_t Stride, class Scalar>
struct PlainMaxPool {
    static_assert(Window <= 16, "denim: MaxPool: windows of more than 16 x 16 are not supported.");
    static constexpr std::size_t record_size = Out.shape.size();  ///< bytes

    /// `record` may be null.
    static void forward(const Scalar* input, Scalar* output, std::uint8_t* record) {
        for_each([&](std::size_t y, std::size_t x, std::size_t c, std::size_t n) {
            std::size_t winner = 0;
            for (std::size_t q = 1; q < Window * Window; ++q)
                if (input[place(y, x, c, q)] > input[place(y, x, c, winner)]) winner = q;
            output[Out.offset(y, x) + c] = input[place(y, x, c, winner)];
            if (record) record[n] = static_cast<std::uint8_t>(winner);
        });
    }

    /// Each gradient goes to the number that won.
    template <Gradient Input>
    static void backward(const Scalar* output_gradient, const std::uint8_t* record, Scalar* input_gradient) {
        if constexpr (Input == Gradient::none) return;
        if constexpr (Input == Gradient::write)
            for (std::size_t y = 0; y < In.shape.height; ++y)
                std::fill_n(input_gradient + In.offset(y, 0), In.shape.width * In.stride, Scalar{0});
        for_each([&](std::size_t y, std::size_t x, std::size_t c, std::size_t n) {
            input_gradient[place(y, x, c, record[n])] += output_gradient[Out.offset(y, x) + c];
        });
    }

private:
    static constexpr std::size_t place(std::size_t y, std::size_t x, std::size_t c, std::size_t q) {
        return In.offset(y * Stride + q / Window, x * Stride + q % Window) + c;
    }

    template <class Each>
    static void for_each(Each each) {
        std::size_t n = 0;
        for (std::size_t y = 0; y < Out.shape.height; ++y)
            for (std::size_t x = 0; x < Out.shape.width; ++x)
                for (std::size_t c = 0; c < Out.shape.channels; ++c) each(y, x, c, n++);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
