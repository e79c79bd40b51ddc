// SPDX-License-Identifier: MIT
#pragma once

// A dense layer with few weights, one sample at a time: y[o] = bias[o] + sum over i of x[i] * w[o][i]. The prepared weights stand
// by output, so that everything runs along the inputs, which lie as the picture before them lies (borders and padding included:
// they are zero there, and so are the weights).

#include <denim/machine/simd.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// `Size` inputs as they lie in memory; outputs in groups of up to four share each load of x.
template <std::size_t Size, std::size_t Outputs>
struct SmallDense {
    static void forward(const float* x, const float* weights, const float* bias, float* y) {
        for_groups([&]<std::size_t Group>(std::size_t first) {
            simd::Vector<float> sums[Group];
#pragma GCC unroll 4  // else g++ leaves the sums in memory where it inlines this: a fifth as fast
            for (std::size_t o = 0; o < Group; ++o) sums[o] = simd::broadcast(0.0f);
            for (std::size_t i = 0; i < whole; i += lanes) {
                const auto input = simd::load(x + i);
#pragma GCC unroll 4
                for (std::size_t o = 0; o < Group; ++o) sums[o] = simd::fma(input, simd::load(weights + (first + o) * Size + i), sums[o]);
            }
#pragma GCC unroll 4
            for (std::size_t o = 0; o < Group; ++o) {
                float rest = bias[first + o];
                for (std::size_t n = whole; n < Size; ++n) rest += x[n] * weights[(first + o) * Size + n];
                y[first + o] = simd::sum(sums[o]) + rest;
            }
        });
    }

    /// dx[i] = sum over o of dy[o] * w[o][i], written or added; dw[o][i] += dy[o] * x[i]. One pass over all three.
    template <bool Write, bool Add>
    static void backward(const float* x, const float* weights, const float* dy, float* dx, float* dw) {
        bool first_group = true;
        for_groups([&]<std::size_t Group>(std::size_t first) {
            const auto step = [&](auto load, auto store, std::size_t i) {
                const auto input = load(x + i);
                auto sum = (Add || !first_group) && (Write || Add) ? load(dx + i) : simd::broadcast(0.0f);
#pragma GCC unroll 4
                for (std::size_t o = 0; o < Group; ++o) {
                    const auto gradient = simd::broadcast(dy[first + o]);
                    const std::size_t at = (first + o) * Size + i;
                    if constexpr (Write || Add) sum = simd::fma(gradient, load(weights + at), sum);
                    store(dw + at, simd::fma(gradient, input, load(dw + at)));
                }
                if constexpr (Write || Add) store(dx + i, sum);
            };
            for (std::size_t i = 0; i < whole; i += lanes)
                step([](const float* from) { return simd::load(from); }, [](float* to, auto value) { simd::store(to, value); }, i);
            if constexpr (whole < Size)
                step([](const float* from) { return simd::load_first(from, Size - whole); },
                     [](float* to, auto value) { simd::store_first(to, value, Size - whole); }, whole);
            first_group = false;
        });
    }

private:
    static constexpr std::size_t lanes = simd::lanes<float>, whole = Size / lanes * lanes;

    template <class Body>
    static void for_groups(Body body) {
        std::size_t first = 0;
        for (; first + 4 <= Outputs; first += 4) body.template operator()<4>(first);
        if constexpr (Outputs % 4 > 0) body.template operator()<Outputs % 4>(first);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
