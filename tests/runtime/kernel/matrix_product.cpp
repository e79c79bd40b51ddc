// SPDX-License-Identifier: MIT
#include "compare.hpp"

#include <denim/kernel/matrix_product.hpp>
#include "kept_threads.hpp"
#include "plain_matrix_product.hpp"

using namespace compare;
using denim::Shares;
using denim::kernel::MatrixProduct;
using denim::kernel::PlainMatrixProduct;

namespace {

struct Size {
    std::size_t inputs, outputs, batch;
};

constexpr float untouched = -12345.0f;

/// Rows `distance` apart, with a mark between them, one number off any alignment.
struct Rows {
    std::size_t width, distance;
    std::vector<float> all;
    Rows(std::size_t count, std::size_t numbers_in_row, std::uint64_t stream)
        : width(numbers_in_row), distance(numbers_in_row + 3), all(count * distance + 1, untouched) {
        const auto random = numbers(count * width, stream);
        for (std::size_t n = 0; n < count; ++n) std::copy_n(&random[n * width], width, data() + n * distance);
    }
    float* data() { return all.data() + 1; }
    [[nodiscard]] bool marks_stand() const {
        for (std::size_t i = 1; i < all.size(); ++i)
            if ((i - 1) % distance >= width && all[i] != untouched) return false;
        return all[0] == untouched;
    }
    [[nodiscard]] std::vector<double> doubles() const { return {all.begin() + 1, all.end()}; }
};

void check(Size of) {
    CAPTURE(of.inputs);
    CAPTURE(of.outputs);
    CAPTURE(of.batch);
    Rows x{of.batch, of.inputs, 1}, dy{of.batch, of.outputs, 2};
    const auto weights = numbers(of.inputs * of.outputs, 3), bias = numbers(of.outputs, 4);
    const std::vector<double> exact_weights(weights.begin(), weights.end()), exact_bias(bias.begin(), bias.end());
    const MatrixProduct fast{of.inputs, of.outputs};
    const PlainMatrixProduct<double> plain{of.inputs, of.outputs};
    std::vector<float> scratch(fast.scratch_size(of.batch));
    const double tolerance = 1e-6 * std::sqrt(static_cast<double>(of.inputs + of.outputs + of.batch));

    for (const bool biased : {true, false}) {
        Rows y{of.batch, of.outputs, 5};
        auto exact = y.doubles();
        fast.forward(x.data(), x.distance, weights.data(), biased ? bias.data() : nullptr, y.data(), y.distance, of.batch,
                     scratch.data());
        plain.forward(x.doubles().data(), x.distance, exact_weights.data(), biased ? exact_bias.data() : nullptr, exact.data(),
                      y.distance, of.batch);
        CHECK(y.marks_stand());
        CHECK(
            difference(inside(std::vector<float>(y.all.begin() + 1, y.all.end()), {{of.batch, 1, of.outputs}, {}, y.distance}),
                       inside(exact, {{of.batch, 1, of.outputs}, {}, y.distance})) < tolerance);
        // One row alone gives the same bits.
        std::vector<float> alone(of.outputs);
        const std::size_t last = of.batch - 1;
        fast.forward(x.data() + last * x.distance, x.distance, weights.data(), biased ? bias.data() : nullptr, alone.data(),
                     of.outputs, 1, scratch.data());
        CHECK(std::equal(alone.begin(), alone.end(), y.data() + last * y.distance));
    }
    for (const bool add : {false, true}) {
        Rows dx{of.batch, of.inputs, 6};
        auto exact = dx.doubles();
        fast.input_gradient(dy.data(), dy.distance, weights.data(), dx.data(), dx.distance, of.batch, add, scratch.data());
        plain.input_gradient(dy.doubles().data(), dy.distance, exact_weights.data(), exact.data(), dx.distance, of.batch, add);
        CHECK(dx.marks_stand());
        CHECK(difference(
                  inside(std::vector<float>(dx.all.begin() + 1, dx.all.end()), {{of.batch, 1, of.inputs}, {}, dx.distance}),
                  inside(exact, {{of.batch, 1, of.inputs}, {}, dx.distance})) < tolerance);
    }
    std::vector<float> dw(of.inputs * of.outputs + 1, untouched), db(of.outputs + 1, untouched);
    std::vector<double> exact_dw(of.inputs * of.outputs), exact_db(of.outputs);
    fast.weight_gradient(x.data(), x.distance, dy.data(), dy.distance, dw.data(), db.data(), Shares{of.batch}, scratch.data());
    plain.weight_gradient(x.doubles().data(), x.distance, dy.doubles().data(), dy.distance, exact_dw.data(), exact_db.data(),
                          Shares{of.batch});
    CHECK(dw.back() == untouched);
    CHECK(db.back() == untouched);
    CHECK(difference(dw, exact_dw) < tolerance);
    CHECK(difference(db, exact_db) < tolerance);
    // In the same precision, to the bit: the order of the additions is a promise.
    std::vector<float> bits(of.inputs * of.outputs), bias_bits(of.outputs);
    PlainMatrixProduct<float>{of.inputs, of.outputs}.weight_gradient(x.data(), x.distance, dy.data(), dy.distance, bits.data(), bias_bits.data(),
                                                                     Shares{of.batch});
    CHECK(std::equal(bits.begin(), bits.end(), dw.begin()));
    CHECK(std::equal(bias_bits.begin(), bias_bits.end(), db.begin()));
}

}  // namespace

TEST_CASE("matrix products at odd sizes") {
    for (const Size size : {Size{1, 1, 1}, Size{3, 5, 2}, Size{64, 32, 14}, Size{65, 33, 15}, Size{100, 17, 7},
                            Size{17, 100, 71}, Size{130, 70, 64}, Size{2000, 300, 5}, Size{5000, 3, 9}, Size{200, 1, 150},
                            Size{60, 40, 8}, Size{9, 33, 50}, Size{8, 8, 300}})
        check(size);
}

TEST_CASE("matrix products: any number of threads gives the same bits") {
    const testing::KeptThreads kept_threads;
    set_serial_threshold(0);
    const MatrixProduct product{3000, 200};
    const std::size_t batch = 20;
    const auto x = numbers(batch * 3000, 1), weights = numbers(3000 * 200, 2), dy = numbers(batch * 200, 3);
    std::vector<float> scratch(product.scratch_size(batch));
    std::vector<std::vector<float>> results;
    for (const std::size_t wanted : {1u, 2u, 5u}) {
        set_threads(wanted);
        std::vector<float> y(batch * 200), dx(batch * 3000), dw(3000 * 200);
        product.forward(x.data(), 3000, weights.data(), nullptr, y.data(), 200, batch, scratch.data());
        product.input_gradient(dy.data(), 200, weights.data(), dx.data(), 3000, batch, false, scratch.data());
        product.weight_gradient(x.data(), 3000, dy.data(), 200, dw.data(), nullptr, Shares{batch}, scratch.data());
        y.insert(y.end(), dx.begin(), dx.end());
        y.insert(y.end(), dw.begin(), dw.end());
        results.push_back(y);
    }
    CHECK(results[0] == results[1]);
    CHECK(results[0] == results[2]);
}
