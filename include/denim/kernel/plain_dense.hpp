// SPDX-License-Identifier: MIT
#pragma once

// The plain twin of every dense layer: the definition, written as loops, for any numbers. It finds the numbers of both pictures by
// itself, borders and padded channels included.

#include <denim/kernel/convolution.hpp>
#include <denim/machine/shares.hpp>
#include <denim/tensor/layout.hpp>

#include <bit>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// y[o] = bias[o] + sum over the numbers i of the picture, in (H, W, C) order, of x[i] * weights[i][o]. Parameters are (weights, bias).
template <Layout Out, Layout In, bool Bias, class Stored, class Computed = Stored>
struct PlainDense {
    static constexpr std::size_t inputs = In.shape.size(), outputs = Out.shape.channels;

    static void forward(const Stored* x, const Stored* parameters, Stored* y) {
        for (std::size_t o = 0; o < outputs; ++o) {
            Computed sum = Bias ? parameters[inputs * outputs + o] : Stored{0};
            for (std::size_t i = 0; i < inputs; ++i) sum += Computed(x[place(i)]) * parameters[i * outputs + o];
            y[output(o)] = static_cast<Stored>(sum);
        }
    }

    /// One sample: the gradient of the input is written, added to or left alone.
    template <Gradient Input>
    static void backward(const Stored* parameters, const Stored* dy, Stored* dx) {
        for (std::size_t i = 0; Input != Gradient::none && i < inputs; ++i) {
            Computed sum{0};
            for (std::size_t o = 0; o < outputs; ++o) sum += Computed(parameters[i * outputs + o]) * dy[output(o)];
            dx[place(i)] = static_cast<Stored>(Input == Gradient::add ? dx[place(i)] + sum : sum);
        }
    }

    /// All samples, one after the other: the gradients of the parameters, each share summed in the order of its samples, then the
    /// shares in pairs.
    template <class Number>
    static void gradients(const Stored* x, const Stored* dy, const Shares& shares, Number* to) {
        const auto sum = [&](auto product) {
            const auto of_share = [&](std::size_t share) {
                Computed all{0};
                for (std::size_t n = shares.first(share); n < shares.last(share); ++n) all += product(n);
                return all;
            };
            // Of `count` shares from `first` on: as many as 2^k as a whole, and the rest.
            const auto tree = [&](auto& self, std::size_t first, std::size_t count) -> Computed {
                if (count == 1) return of_share(first);
                const std::size_t left = std::bit_ceil(count) / 2;
                return self(self, first, left) + self(self, first + left, count - left);
            };
            return static_cast<Number>(tree(tree, 0, shares.count));
        };
        for (std::size_t i = 0; i < inputs; ++i)
            for (std::size_t o = 0; o < outputs; ++o)
                to[i * outputs + o] = sum([&](std::size_t n) { return Computed(x[n * In.size() + place(i)]) * dy[n * Out.size() + output(o)]; });
        for (std::size_t o = 0; Bias && o < outputs; ++o)
            to[inputs * outputs + o] = sum([&](std::size_t n) { return dy[n * Out.size() + output(o)]; });
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
