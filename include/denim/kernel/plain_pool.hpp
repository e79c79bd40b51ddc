// SPDX-License-Identifier: MIT
#pragma once

// The plain twins of pool.hpp, for any scalar.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/windows.hpp>
#include <denim/machine/finite.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

namespace detail {

template <Layout Out, Layout In, Windows Of>
struct PoolLoops {
    static constexpr std::size_t place(std::size_t y, std::size_t x, std::size_t c, std::size_t q) {
        return In.offset(y * Of.stride.rows + q / Of.size.columns - Of.top, x * Of.stride.columns + q % Of.size.columns - Of.left) + c;
    }
    /// Every number of the output, with its place in (H, W, C) order.
    template <class Each>
    static void for_each(Each each) {
        std::size_t n = 0;
        for (std::size_t y = 0; y < Out.shape.height; ++y)
            for (std::size_t x = 0; x < Out.shape.width; ++x)
                for (std::size_t c = 0; c < Out.shape.channels; ++c) each(y, x, c, n++);
    }
    template <class Scalar>
    static void clear(Scalar* input_gradient) {
        for (std::size_t y = 0; y < In.shape.height; ++y) std::fill_n(input_gradient + In.offset(y, 0), In.shape.width * In.stride, Scalar{0});
    }
};

}  // namespace detail

/// out(y, x, c) = the largest of in(y * stride.rows + i - top, x * stride.columns + j - left, c) over the window. The record keeps which of
/// them it is, i * size.columns + j, the first of equals. A NaN is larger than all, the first of them wins.
template <Layout Out, Layout In, Windows Of, class Scalar>
struct PlainMaxPool : private detail::PoolLoops<Out, In, Of> {
    using Loops = detail::PoolLoops<Out, In, Of>;
    static_assert(Of.size.count() <= 256, "denim: MaxPool: windows of more than 256 pixels are not supported.");
    static constexpr std::size_t bands = 1, record_size = Out.shape.size();  ///< bytes

    /// `record` may be null.
    static void forward(const Scalar* input, Scalar* output, std::uint8_t* record, std::size_t /*first*/, std::size_t /*last*/) {
        Loops::for_each([&](std::size_t y, std::size_t x, std::size_t c, std::size_t n) {
            std::size_t winner = Of.size.count();
            each_place<Of, In.shape.height, In.shape.width>(y, x, [&](std::size_t i, std::size_t j) {
                const std::size_t q = i * Of.size.columns + j;
                if (winner == Of.size.count() || outranks(input[Loops::place(y, x, c, q)], input[Loops::place(y, x, c, winner)])) winner = q;
            });
            output[Out.offset(y, x) + c] = input[Loops::place(y, x, c, winner)];
            if (record) record[n] = static_cast<std::uint8_t>(winner);
        });
    }

    /// Each gradient goes to the number that won.
    template <Gradient Input>
    static void backward(const Scalar* output_gradient, const std::uint8_t* record, Scalar* input_gradient) {
        if constexpr (Input == Gradient::none) return;
        if constexpr (Input == Gradient::write) Loops::clear(input_gradient);
        Loops::for_each([&](std::size_t y, std::size_t x, std::size_t c, std::size_t n) {
            input_gradient[Loops::place(y, x, c, record[n])] += output_gradient[Out.offset(y, x) + c];
        });
    }
};

/// out(y, x, c) = the mean of the window's numbers that lie inside the picture.
template <Layout Out, Layout In, Windows Of, class Scalar>
struct PlainAveragePool : private detail::PoolLoops<Out, In, Of> {
    using Loops = detail::PoolLoops<Out, In, Of>;
    static constexpr std::size_t bands = 1, record_size = 0;

    static void forward(const Scalar* input, Scalar* output, std::uint8_t* /*record*/, std::size_t /*first*/, std::size_t /*last*/) {
        Loops::for_each([&](std::size_t y, std::size_t x, std::size_t c, std::size_t) {
            Scalar sum{0};
            each_place<Of, In.shape.height, In.shape.width>(y, x, [&](std::size_t i, std::size_t j) {
                sum += input[Loops::place(y, x, c, i * Of.size.columns + j)];
            });
            output[Out.offset(y, x) + c] = sum / count(y, x);
        });
    }

    template <Gradient Input>
    static void backward(const Scalar* output_gradient, const std::uint8_t* /*record*/, Scalar* input_gradient) {
        if constexpr (Input == Gradient::none) return;
        if constexpr (Input == Gradient::write) Loops::clear(input_gradient);
        Loops::for_each([&](std::size_t y, std::size_t x, std::size_t c, std::size_t) {
            const Scalar gradient = output_gradient[Out.offset(y, x) + c] / count(y, x);
            each_place<Of, In.shape.height, In.shape.width>(
                y, x, [&](std::size_t i, std::size_t j) { input_gradient[Loops::place(y, x, c, i * Of.size.columns + j)] += gradient; });
        });
    }

private:
    static Scalar count(std::size_t y, std::size_t x) { return static_cast<Scalar>(Of.places(y, x, In.shape.height, In.shape.width)); }
};

}  // namespace denim::inline DENIM_TARGET::kernel
