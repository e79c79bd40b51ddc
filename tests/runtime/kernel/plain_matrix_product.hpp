// SPDX-License-Identifier: MIT
#pragma once

// The plain twin of matrix_product.hpp, for any scalar.

#include <denim/machine/shares.hpp>
#include <denim/machine/simd.hpp>

#include <array>
#include <cstddef>
#include <vector>

namespace denim::inline DENIM_TARGET::kernel {

/// The products of a dense layer on a batch, with the interface of MatrixProduct. Row n of x, y, dx and dy begins `distance` numbers after row n - 1; weights are
/// (inputs, outputs).
template <class Scalar>
struct PlainMatrixProduct {
    std::size_t inputs = 0, outputs = 0;

    [[nodiscard]] static constexpr std::size_t scratch_size(std::size_t /*batch*/) { return 0; }

    /// y[n][o] = bias[o] + sum over i of x[n][i] * weights[i][o]; `bias` may be null.
    void forward(const Scalar* x, std::size_t x_distance, const Scalar* weights, const Scalar* bias, Scalar* y,
                 std::size_t y_distance, std::size_t batch, Scalar* /*scratch*/ = nullptr) const {
        for (std::size_t n = 0; n < batch; ++n)
            for (std::size_t o = 0; o < outputs; ++o) {
                Scalar sum = bias ? bias[o] : Scalar{0};
                for (std::size_t i = 0; i < inputs; ++i) sum += x[n * x_distance + i] * weights[i * outputs + o];
                y[n * y_distance + o] = sum;
            }
    }

    /// dx[n][i] = (dx[n][i] +) sum over o of dy[n][o] * weights[i][o].
    void input_gradient(const Scalar* dy, std::size_t dy_distance, const Scalar* weights, Scalar* dx, std::size_t dx_distance,
                        std::size_t batch, bool add, Scalar* /*scratch*/ = nullptr) const {
        for (std::size_t n = 0; n < batch; ++n)
            for (std::size_t i = 0; i < inputs; ++i) {
                Scalar sum = add ? dx[n * dx_distance + i] : Scalar{0};
                for (std::size_t o = 0; o < outputs; ++o) sum += dy[n * dy_distance + o] * weights[i * outputs + o];
                dx[n * dx_distance + i] = sum;
            }
    }

    /// dw[i][o] = sum over n of x[n][i] * dy[n][o]; db[o] = sum over n of dy[n][o], unless `db` is null: each share's by itself, then
    /// the shares' in pairs.
    void weight_gradient(const Scalar* x, std::size_t x_distance, const Scalar* dy, std::size_t dy_distance, Scalar* dw,
                         Scalar* db, const Shares& shares, Scalar* /*scratch*/ = nullptr) const {
        const auto sum = [&](auto product) {
            std::vector<Scalar> sums(shares.count);
            for (std::size_t n = 0; n < shares.samples; ++n) sums[n / shares.each] = product(n, sums[n / shares.each]);
            while (sums.size() > 1) {
                std::vector<Scalar> pairs;
                for (std::size_t share = 0; share < sums.size(); share += 2)
                    pairs.push_back(share + 1 < sums.size() ? sums[share] + sums[share + 1] : sums[share]);
                sums = pairs;
            }
            return sums[0];
        };
        for (std::size_t i = 0; i < inputs; ++i)
            for (std::size_t o = 0; o < outputs; ++o)
                dw[i * outputs + o] =
                    sum([&](std::size_t n, Scalar before) { return grown(before, x[n * x_distance + i], dy[n * dy_distance + o]); });
        for (std::size_t o = 0; db && o < outputs; ++o)
            db[o] = sum([&](std::size_t n, Scalar before) { return before + dy[n * dy_distance + o]; });
    }

private:
    // sum + a * b, rounded as the vectors of the target round it.
    static Scalar grown(Scalar sum, Scalar a, Scalar b) {
        std::array<Scalar, simd::lanes<Scalar>> all;
        simd::store(all.data(), simd::fma(simd::broadcast(a), simd::broadcast(b), simd::broadcast(sum)));
        return all[0];
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
