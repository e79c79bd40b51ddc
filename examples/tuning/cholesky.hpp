// SPDX-License-Identifier: MIT
#pragma once

// Linear equations with a symmetric matrix, in blocks that stay in the cache. Each number is a sum in one order, that of the rows, so blocks and the
// width of vectors change no bit of it. On the calling thread: several systems are solved side by side.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace tuning {

namespace detail {

/// to (High, Wide) -= left' * right, summed over `depth` rows; rows of all three are `stride` apart.
template <std::size_t High, std::size_t Wide>
void subtract_tile(double* to, const double* left, const double* right, std::size_t depth, std::size_t stride) {
    double sum[High][Wide];
    for (std::size_t r = 0; r < High; ++r)
        for (std::size_t c = 0; c < Wide; ++c) sum[r][c] = to[r * stride + c];
    for (std::size_t k = 0; k < depth; ++k, left += stride, right += stride)
        for (std::size_t r = 0; r < High; ++r)
            for (std::size_t c = 0; c < Wide; ++c) sum[r][c] -= left[r] * right[c];
    for (std::size_t r = 0; r < High; ++r)
        for (std::size_t c = 0; c < Wide; ++c) to[r * stride + c] = sum[r][c];
}

/// Subtracts from rows `row` to `row` + High, from the diagonal on, what the rows from `first` to `end` give.
template <std::size_t High>
void subtract_rows(double* factor, std::size_t size, std::size_t row, std::size_t first, std::size_t end) {
    constexpr std::size_t wide = 8;
    const auto tile = [&]<std::size_t Wide>(std::size_t column) {
        subtract_tile<High, Wide>(factor + row * size + column, factor + first * size + row, factor + first * size + column, end - first, size);
    };
    std::size_t column = row;
    for (; column + wide <= size; column += wide) tile.template operator()<wide>(column);
    for (; column < size; ++column) tile.template operator()<1>(column);
}

}  // namespace detail

/// Turns the upper triangle of a symmetric matrix (size, size) into U with U'U = matrix; what is below has no meaning afterwards.
/// A matrix that rounding has left without a root there gets one of 1e-6.
inline void factor_symmetric(std::span<double> matrix, std::size_t size) {
    constexpr std::size_t block = 64, high = 4;
    double* const factor = matrix.data();
    for (std::size_t first = 0; first < size; first += block) {
        const std::size_t end = std::min(first + block, size);
        for (std::size_t row = first; row < end; ++row) {
            double* const own = factor + row * size;
            for (std::size_t k = first; k < row; ++k) {
                const double part = factor[k * size + row];
                for (std::size_t c = row; c < size; ++c) own[c] -= part * factor[k * size + c];
            }
            own[row] = std::sqrt(std::max(own[row], 1e-12));
            for (std::size_t c = row + 1; c < size; ++c) own[c] /= own[row];
        }
        std::size_t row = end;
        for (; row + high <= size; row += high) detail::subtract_rows<high>(factor, size, row, first, end);
        for (; row < size; ++row) detail::subtract_rows<1>(factor, size, row, first, end);
    }
}

/// Solves U'U x = right for a U of factor_symmetric: right (size, columns) becomes x.
inline void solve_factored(std::span<const double> factor, std::size_t size, std::span<double> right) {
    const std::size_t columns = right.size() / size;
    const auto row = [&](std::size_t n) { return right.data() + n * columns; };
    const auto subtract = [&](double* to, double part, const double* from) {
        for (std::size_t c = 0; c < columns; ++c) to[c] -= part * from[c];
    };
    const auto divide = [&](std::size_t n) {
        for (std::size_t c = 0; c < columns; ++c) row(n)[c] /= factor[n * size + n];
    };
    for (std::size_t n = 0; n < size; ++n) {
        divide(n);
        for (std::size_t k = n + 1; k < size; ++k) subtract(row(k), factor[n * size + k], row(n));
    }
    for (std::size_t n = size; n-- > 0;) {
        for (std::size_t k = size; k-- > n + 1;) subtract(row(n), factor[n * size + k], row(k));
        divide(n);
    }
}

}  // namespace tuning
