// SPDX-License-Identifier: MIT
// Symmetric systems in blocks against their plain twin, the textbook's loops: bit for bit, since each number is the same sum.
#include "tuning/cholesky.hpp"

#include <denim/machine/random.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <vector>

namespace {

/// X'X of random rows, and `ridge` more on the diagonal.
std::vector<double> symmetric(std::size_t size, std::size_t rows, double ridge) {
    denim::Random random{denim::Seed{size}};
    std::vector<double> x(rows * size), matrix(size * size);
    for (double& number : x) number = static_cast<double>(random.bits() % 1000) / 1000 - 0.5;
    for (std::size_t r = 0; r < size; ++r)
        for (std::size_t c = 0; c < size; ++c) {
            for (std::size_t k = 0; k < rows; ++k) matrix[r * size + c] += x[k * size + r] * x[k * size + c];
            matrix[r * size + c] += r == c ? ridge : 0;
        }
    return matrix;
}

void plain_factor(std::span<double> f, std::size_t size) {
    for (std::size_t column = 0; column < size; ++column)
        for (std::size_t row = column; row < size; ++row) {
            double sum = f[column * size + row];
            for (std::size_t k = 0; k < column; ++k) sum -= f[k * size + column] * f[k * size + row];
            f[column * size + row] = row == column ? std::sqrt(std::max(sum, 1e-12)) : sum / f[column * size + column];
        }
}

void plain_solve(std::span<const double> f, std::size_t size, std::span<double> right) {
    const std::size_t columns = right.size() / size;
    for (std::size_t c = 0; c < columns; ++c) {
        for (std::size_t row = 0; row < size; ++row) {
            for (std::size_t k = 0; k < row; ++k) right[row * columns + c] -= f[k * size + row] * right[k * columns + c];
            right[row * columns + c] /= f[row * size + row];
        }
        for (std::size_t row = size; row-- > 0;) {
            for (std::size_t k = size; k-- > row + 1;) right[row * columns + c] -= f[row * size + k] * right[k * columns + c];
            right[row * columns + c] /= f[row * size + row];
        }
    }
}

}  // namespace

TEST_CASE("factors and answers are those of the plain loops, at sizes around blocks and tiles, and solve the equations") {
    for (const std::size_t size : {1u, 2u, 3u, 4u, 7u, 8u, 9u, 63u, 64u, 65u, 67u, 128u, 141u}) {
        CAPTURE(size);
        const std::vector<double> matrix = symmetric(size, size + 3, 0.1);
        std::vector<double> fast = matrix, plain = matrix;
        tuning::factor_symmetric(fast, size);
        plain_factor(plain, size);
        bool same = true;
        for (std::size_t r = 0; r < size; ++r)
            for (std::size_t c = r; c < size; ++c) same = same && fast[r * size + c] == plain[r * size + c];
        CHECK(same);
        for (const std::size_t columns : {1u, 5u, 17u}) {
            std::vector<double> right(size * columns);
            for (std::size_t n = 0; n < right.size(); ++n) right[n] = static_cast<double>(n % 13) - 6;
            std::vector<double> x = right, as_plain = right;
            tuning::solve_factored(fast, size, x);
            plain_solve(plain, size, as_plain);
            CHECK(x == as_plain);
            for (std::size_t r = 0; r < size; ++r)
                for (std::size_t c = 0; c < columns; ++c) {
                    double sum = 0;
                    for (std::size_t k = 0; k < size; ++k) sum += matrix[r * size + k] * x[k * columns + c];
                    CHECK(sum == doctest::Approx(right[r * columns + c]).epsilon(1e-6));
                }
        }
    }
}

TEST_CASE("a matrix without a root gives numbers all the same") {
    std::vector<double> zeros(9), right(3, 1);
    tuning::factor_symmetric(zeros, 3);
    tuning::solve_factored(zeros, 3, right);
    for (const double x : right) CHECK(std::isfinite(x));
}
