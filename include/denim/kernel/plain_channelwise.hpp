// SPDX-License-Identifier: MIT
#pragma once

// The plain twins of the layers with one learned number for each channel: the definitions, written as loops, for any numbers. They find the
// numbers of both pictures by themselves, borders and padded channels included.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/plain_place.hpp>
#include <denim/tensor/layout.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// y = x above 0, slope x elsewhere.
template <class Computed>
struct PlainSlope {
    Computed y, to_x, to_number;  ///< and the derivatives by x and by the slope

    PlainSlope(Computed x, Computed slope) : y(slope * x), to_x(slope), to_number(x) {
        if (x > 0) y = x, to_x = Computed{1}, to_number = Computed{0};
    }
};

/// y = factor x.
template <class Computed>
struct PlainFactor {
    Computed y, to_x, to_number;

    PlainFactor(Computed x, Computed factor) : y(factor * x), to_x(factor), to_number(x) {}
};

/// One of them, pixel by pixel; `numbers` are those of the channels.
template <Layout Out, Layout In, class Function, class Stored, class Computed = Stored>
struct PlainChannelwise {
    static void forward(const Stored* x, const Stored* numbers, Stored* y) {
        for (std::size_t n = 0; n < In.shape.size(); ++n)
            y[plain_place(Out, n)] = static_cast<Stored>(Function(x[plain_place(In, n)], numbers[channel(n)]).y);
    }

    /// Adds to the sums, which are the gradients of the numbers; that of the input is written, added to or left alone.
    template <Gradient Input>
    static void backward(const Stored* x, const Stored* numbers, const Stored* dy, Stored* dx, Computed* sums) {
        for (std::size_t n = 0; n < In.shape.size(); ++n) {
            const Function at(x[plain_place(In, n)], numbers[channel(n)]);
            const Computed gradient = dy[plain_place(Out, n)];
            sums[channel(n)] += gradient * at.to_number;
            if constexpr (Input != Gradient::none) {
                Stored& to = dx[plain_place(In, n)];
                to = static_cast<Stored>(Input == Gradient::add ? to + gradient * at.to_x : gradient * at.to_x);
            }
        }
    }

private:
    // Of number n in (H, W, C) order.
    static constexpr std::size_t channel(std::size_t n) { return n % In.shape.channels; }
};

}  // namespace denim::inline DENIM_TARGET::kernel
