// SPDX-License-Identifier: MIT
#include "golden.hpp"

#include <denim/metric/calibration.hpp>

#include <doctest/doctest.h>

using namespace denim;

TEST_CASE("expected calibration error of 15 bins, and the temperature of least loss") {
    const std::vector<float> probabilities = softmax(golden::logits, 4);
    const Calibration result = calibration(probabilities, golden::labels, 4);
    CHECK(result.error == doctest::Approx(golden::calibration_error[0]).epsilon(1e-6));
    std::size_t count = 0;
    for (const ConfidenceBin& bin : result.bins) count += bin.count;
    CHECK(count == 40);
    CHECK(fit_temperature(golden::logits, golden::labels, 4) == doctest::Approx(golden::temperature[0]).epsilon(1e-6));
}

TEST_CASE("confidence of exactly 1 has a bin; logits that are always right go to the coldest temperature") {
    const std::vector<float> sure{1, 0, 0, 1};
    const std::vector<std::int32_t> labels{0, 0};
    const Calibration result = calibration(sure, labels, 2, 10);
    CHECK(result.bins.back().count == 2);
    CHECK(result.bins.back().accuracy == 0.5);
    CHECK(result.error == doctest::Approx(0.5));
    CHECK(fit_temperature(std::vector<float>{3, 1, 2, 1}, labels, 2) == doctest::Approx(0.01));
    CHECK(fit_temperature(std::vector<float>{1, 3, 1, 2}, labels, 2) == doctest::Approx(100));
}
