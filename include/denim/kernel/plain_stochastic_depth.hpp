// SPDX-License-Identifier: MIT
#pragma once

// The plain twin of stochastic depth: the definition, written as loops, for any numbers. It finds the numbers of both pictures by itself,
// borders and padded channels included.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/plain_place.hpp>
#include <denim/tensor/layout.hpp>

#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// y = x / (1 - rate) where `word`, which is random from 0 to 2^32, says that the sample is kept, else x times 0. The gradient of the input
/// is written, added to or left alone.
template <Layout Out, Layout In, class Stored, class Computed = Stored>
struct PlainStochasticDepth {
    static void forward(const Stored* x, double rate, std::uint32_t word, Stored* y) {
        for (std::size_t n = 0; n < In.shape.size(); ++n) y[plain_place(Out, n)] = static_cast<Stored>(passed(x[plain_place(In, n)], rate, word));
    }
    template <Gradient Input>
    static void backward(double rate, std::uint32_t word, const Stored* dy, Stored* dx) {
        for (std::size_t n = 0; n < In.shape.size(); ++n) {
            const Computed gradient = passed(dy[plain_place(Out, n)], rate, word);
            if constexpr (Input == Gradient::write) dx[plain_place(In, n)] = static_cast<Stored>(gradient);
            if constexpr (Input == Gradient::add) dx[plain_place(In, n)] = static_cast<Stored>(dx[plain_place(In, n)] + gradient);
        }
    }

private:
    static Computed passed(Computed number, double rate, std::uint32_t word) {
        const bool kept = static_cast<double>(word) / 4294967296.0 >= rate;
        return kept ? number / static_cast<Computed>(1 - rate) : number * Computed{0};
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
