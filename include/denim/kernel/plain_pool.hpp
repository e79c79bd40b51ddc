// SPDX-License-Identifier: MIT
#pragma once

// The plain twins of pool.hpp, for any numbers.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/windows.hpp>
#include <denim/machine/finite.hpp>

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
    /// The gradient of each number of the input, as `Input` says: the sum of part(y, x, c, q) over the windows (y, x) in which it stands at place q.
    template <Gradient Input, class Stored, class Part>
    static void for_each_sum(Stored* input_gradient, Part part) {
        if constexpr (Input == Gradient::none) return;
        for (std::size_t row = 0; row < In.shape.height; ++row)
            for (std::size_t column = 0; column < In.shape.width; ++column)
                for (std::size_t c = 0; c < In.shape.channels; ++c) {
                    Stored& to = input_gradient[In.offset(row, column) + c];
                    using Computed = decltype(part(row, column, c, c));
                    Computed sum = Input == Gradient::add ? to : Stored{0};
                    for (std::size_t i = Of.size.rows; i-- > 0;)
                        for (std::size_t j = Of.size.columns; j-- > 0;) {
                            const std::size_t down = row + Of.top - i, right = column + Of.left - j;  // may wrap below zero
                            const std::size_t y = down / Of.stride.rows, x = right / Of.stride.columns;
                            if (down % Of.stride.rows == 0 && right % Of.stride.columns == 0 && y < Out.shape.height && x < Out.shape.width)
                                sum += part(y, x, c, i * Of.size.columns + j);
                        }
                    to = static_cast<Stored>(sum);
                }
    }
};

}  // namespace detail

/// out(y, x, c) = the largest of in(y * stride.rows + i - top, x * stride.columns + j - left, c) over the window. The record keeps which of
/// them it is, i * size.columns + j, the first of equals. A NaN is larger than all, the first of them wins.
template <Layout Out, Layout In, Windows Of, class Stored, class Computed = Stored>
struct PlainMaxPool : private detail::PoolLoops<Out, In, Of> {
    using Loops = detail::PoolLoops<Out, In, Of>;
    static_assert(Of.size.count() <= 256, "denim: MaxPool: windows of more than 256 pixels are not supported.");
    static constexpr std::size_t bands = 1, record_size = Out.shape.size();  ///< bytes

    /// `record` may be null.
    static void forward(const Stored* input, Stored* output, std::uint8_t* record, std::size_t /*first*/, std::size_t /*last*/) {
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
    static void backward(const Stored* output_gradient, const std::uint8_t* record, Stored* input_gradient) {
        Loops::template for_each_sum<Input>(input_gradient, [&](std::size_t y, std::size_t x, std::size_t c, std::size_t q) {
            const bool won = record[(y * Out.shape.width + x) * Out.shape.channels + c] == q;
            return won ? Computed(output_gradient[Out.offset(y, x) + c]) : Computed{0};
        });
    }
};

/// out(y, x, c) = the mean of the window's numbers that lie inside the picture.
template <Layout Out, Layout In, Windows Of, class Stored, class Computed = Stored>
struct PlainAveragePool : private detail::PoolLoops<Out, In, Of> {
    using Loops = detail::PoolLoops<Out, In, Of>;
    static constexpr std::size_t bands = 1, record_size = 0;

    static void forward(const Stored* input, Stored* output, std::uint8_t* /*record*/, std::size_t /*first*/, std::size_t /*last*/) {
        Loops::for_each([&](std::size_t y, std::size_t x, std::size_t c, std::size_t) {
            Computed sum{0};
            each_place<Of, In.shape.height, In.shape.width>(y, x, [&](std::size_t i, std::size_t j) {
                sum += input[Loops::place(y, x, c, i * Of.size.columns + j)];
            });
            output[Out.offset(y, x) + c] = static_cast<Stored>(sum / count(y, x));
        });
    }

    template <Gradient Input>
    static void backward(const Stored* output_gradient, const std::uint8_t* /*record*/, Stored* input_gradient) {
        Loops::template for_each_sum<Input>(input_gradient, [&](std::size_t y, std::size_t x, std::size_t c, std::size_t) {
            return output_gradient[Out.offset(y, x) + c] / count(y, x);
        });
    }

private:
    static Computed count(std::size_t y, std::size_t x) { return static_cast<Computed>(Of.places(y, x, In.shape.height, In.shape.width)); }
};

}  // namespace denim::inline DENIM_TARGET::kernel
