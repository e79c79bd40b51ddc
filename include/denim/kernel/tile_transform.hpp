// SPDX-License-Identifier: MIT
#pragma once

// The matrices of toom_cook.hpp applied to vectors of channels. Rows of opposite points share their even and odd parts, so a
// transform of 8 numbers takes 24 operations.

#include <denim/kernel/toom_cook.hpp>
#include <denim/machine/simd.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

using Channels = simd::Vector<float>;  // as many channels of one pixel as a register holds

namespace detail {

inline constexpr auto input_rows = rounded(input_matrix());
template <std::size_t Taps>
inline constexpr auto weight_rows = rounded(weight_matrix<Taps>());
template <std::size_t Outputs>
inline constexpr auto output_rows = rounded(output_matrix<Outputs>());

static_assert(points[1] == Rational{1}, "output_transform takes the powers of the first pair of points to be one");

DENIM_INLINE Channels plus(Channels sum, float factor, Channels value) {
    return simd::fma(simd::broadcast(factor), value, sum);
}

}  // namespace detail

/// v = B^T d for 8 numbers.
DENIM_INLINE void input_transform(const Channels* d, Channels* v) {
    using namespace detail;
    const auto& rows = input_rows;
    v[0] = plus(plus(plus(d[6], rows[0][4], d[4]), rows[0][2], d[2]), rows[0][0], d[0]);
#pragma GCC unroll 3
    for (std::size_t i = 1; i < tile - 1; i += 2) {
        const float point = rows[i][5];  // each row is x (x + point) times a polynomial in x^2
        const Channels even = plus(plus(d[6], rows[i][4], d[4]), rows[i][2], d[2]);
        const Channels odd = plus(plus(d[5], rows[i][3] / point, d[3]), rows[i][1] / point, d[1]);
        v[i] = plus(even, point, odd);
        v[i + 1] = plus(even, -point, odd);
    }
    v[7] = plus(plus(plus(d[7], rows[7][5], d[5]), rows[7][3], d[3]), rows[7][1], d[1]);
}

/// u = G g for `Taps` numbers.
template <std::size_t Taps>
DENIM_INLINE void weight_transform(const Channels* g, Channels* u) {
    const auto& rows = detail::weight_rows<Taps>;
    u[0] = simd::broadcast(rows[0][0]) * g[0];
#pragma GCC unroll 3
    for (std::size_t i = 1; i < tile - 1; i += 2) {
        Channels even = simd::broadcast(rows[i][0]) * g[0], odd = simd::broadcast(rows[i][1]) * g[1];
#pragma GCC unroll 8
        for (std::size_t n = 2; n < Taps; ++n) (n % 2 ? odd : even) = detail::plus(n % 2 ? odd : even, rows[i][n], g[n]);
        u[i] = even + odd;
        u[i + 1] = even - odd;
    }
    u[7] = g[Taps - 1];
}

/// y = A^T m for `Outputs` numbers.
template <std::size_t Outputs>
DENIM_INLINE void output_transform(const Channels* m, Channels* y) {
    const auto& rows = detail::output_rows<Outputs>;
    const Channels even[3] = {m[1] + m[2], m[3] + m[4], m[5] + m[6]}, odd[3] = {m[1] - m[2], m[3] - m[4], m[5] - m[6]};
    y[0] = (m[0] + even[0]) + (even[1] + even[2]);
#pragma GCC unroll 8
    for (std::size_t k = 1; k < Outputs; ++k) {
        const Channels* part = k % 2 ? odd : even;
        y[k] = detail::plus(detail::plus(part[0], rows[k][3], part[1]), rows[k][5], part[2]);
    }
    y[Outputs - 1] = y[Outputs - 1] + m[7];
}

/// B^T d B for 8 x 8 numbers: `load(i, j)` gives those of row i and column j, `store(i, j, v)` takes the result.
template <class Load, class Store>
DENIM_INLINE void transform_input_tile(Load load, Store store) {
    Channels half[tile][tile];
    for (std::size_t j = 0; j < tile; ++j) {
        Channels d[tile], v[tile];
        for (std::size_t i = 0; i < tile; ++i) d[i] = load(i, j);
        input_transform(d, v);
        for (std::size_t i = 0; i < tile; ++i) half[i][j] = v[i];
    }
    for (std::size_t i = 0; i < tile; ++i) {
        Channels v[tile];
        input_transform(half[i], v);
        for (std::size_t j = 0; j < tile; ++j) store(i, j, v[j]);
    }
}

/// G g G^T for `Taps` x `Taps` numbers, 8 x 8 results.
template <std::size_t Taps, class Load, class Store>
DENIM_INLINE void transform_weight_tile(Load load, Store store) {
    Channels half[tile][Taps];
    for (std::size_t j = 0; j < Taps; ++j) {
        Channels g[Taps], u[tile];
        for (std::size_t i = 0; i < Taps; ++i) g[i] = load(i, j);
        weight_transform<Taps>(g, u);
        for (std::size_t i = 0; i < tile; ++i) half[i][j] = u[i];
    }
    for (std::size_t i = 0; i < tile; ++i) {
        Channels u[tile];
        weight_transform<Taps>(half[i], u);
        for (std::size_t j = 0; j < tile; ++j) store(i, j, u[j]);
    }
}

/// The first half of A^T m A: the columns of 8 x 8 numbers. `output_transform` of each row of `half` completes it.
template <std::size_t Outputs, class Load>
DENIM_INLINE void transform_output_columns(Load load, Channels (&half)[Outputs][tile]) {
    for (std::size_t j = 0; j < tile; ++j) {
        Channels m[tile], y[Outputs];
        for (std::size_t i = 0; i < tile; ++i) m[i] = load(i, j);
        output_transform<Outputs>(m, y);
        for (std::size_t i = 0; i < Outputs; ++i) half[i][j] = y[i];
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
