// SPDX-License-Identifier: MIT
#pragma once

// Convolution by evaluating polynomials at points (Toom and Cook; Winograd, "Arithmetic complexity of computations", 1980):
// y = A^T ((G g) * (B^T d)) gives y[k] = sum over j of d[k + j] g[j] for 8 numbers d, Taps numbers g and 9 - Taps numbers y.
// B^T depends on the points alone, so one transform of the input serves every window size and every direction.

#include <denim/machine/target.hpp>

#include <array>
#include <cstddef>
#include <numeric>

namespace denim::inline DENIM_TARGET::kernel {

/// An exact fraction in lowest terms, for deriving matrices at compile time.
class Rational {
public:
    constexpr Rational(long long numerator = 0, long long denominator = 1) {
        const long long common = std::gcd(numerator, denominator) * (denominator < 0 ? -1 : 1);
        numerator_ = numerator / common;
        denominator_ = denominator / common;
    }
    constexpr explicit operator float() const { return static_cast<float>(numerator_) / static_cast<float>(denominator_); }

    friend constexpr Rational operator+(Rational a, Rational b) {
        return {a.numerator_ * b.denominator_ + b.numerator_ * a.denominator_, a.denominator_ * b.denominator_};
    }
    friend constexpr Rational operator-(Rational a) { return {-a.numerator_, a.denominator_}; }
    friend constexpr Rational operator-(Rational a, Rational b) { return a + -b; }
    friend constexpr Rational operator*(Rational a, Rational b) {
        return {a.numerator_ * b.numerator_, a.denominator_ * b.denominator_};
    }
    friend constexpr Rational operator/(Rational a, Rational b) { return a * Rational{b.denominator_, b.numerator_}; }
    friend constexpr bool operator==(Rational, Rational) = default;

private:
    long long numerator_, denominator_;
};

/// Rows and columns of a tile in the transform domain.
inline constexpr std::size_t tile = 8;

/// The points that are finite, zero first, then pairs of opposite sign; infinity is the eighth.
inline constexpr std::array<Rational, tile - 1> points{0, 1, -1, 2, -2, Rational{1, 2}, Rational{-1, 2}};

template <std::size_t Rows, std::size_t Columns, class Number = Rational>
using Matrix = std::array<std::array<Number, Columns>, Rows>;

/// B^T: row i holds the coefficients of the polynomial that is zero at every finite point but the i-th, the lowest first.
constexpr Matrix<tile, tile> input_matrix() {
    Matrix<tile, tile> rows{};
    for (std::size_t i = 0; i < tile; ++i) {
        rows[i][0] = 1;
        for (std::size_t j = 0; j < points.size(); ++j)
            if (j != i)  // times (x - point)
                for (std::size_t n = tile; n-- > 0;)
                    rows[i][n] = (n > 0 ? rows[i][n - 1] : Rational{0}) - points[j] * rows[i][n];
    }
    return rows;
}

/// G: the values of a polynomial of `Taps` coefficients at the points, divided by the product of the distances to the others.
template <std::size_t Taps>
constexpr Matrix<tile, Taps> weight_matrix() {
    Matrix<tile, Taps> rows{};
    for (std::size_t i = 0; i < points.size(); ++i) {
        Rational value = 1;
        for (std::size_t j = 0; j < points.size(); ++j)
            if (j != i) value = value / (points[i] - points[j]);
        for (std::size_t n = 0; n < Taps; ++n, value = value * points[i]) rows[i][n] = value;
    }
    rows[tile - 1][Taps - 1] = 1;
    return rows;
}

/// A^T: row k holds the k-th power of each point.
template <std::size_t Outputs>
constexpr Matrix<Outputs, tile> output_matrix() {
    Matrix<Outputs, tile> rows{};
    for (std::size_t i = 0; i < points.size(); ++i) {
        Rational value = 1;
        for (std::size_t k = 0; k < Outputs; ++k, value = value * points[i]) rows[k][i] = value;
    }
    rows[Outputs - 1][tile - 1] = 1;
    return rows;
}

/// The same matrix in single precision.
template <std::size_t Rows, std::size_t Columns>
constexpr Matrix<Rows, Columns, float> rounded(const Matrix<Rows, Columns>& exact) {
    Matrix<Rows, Columns, float> result{};
    for (std::size_t i = 0; i < Rows; ++i)
        for (std::size_t j = 0; j < Columns; ++j) result[i][j] = static_cast<float>(exact[i][j]);
    return result;
}

}  // namespace denim::inline DENIM_TARGET::kernel
