// SPDX-License-Identifier: MIT
#include "golden.hpp"
#include "messages.hpp"

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

TEST_CASE("what is no probability, no whole picture, no temperature or no number is an error") {
    const std::vector<float> logits{2, -1, 0, 1}, over{0.5f, 0.5f, 1.5f, -0.5f};
    const std::vector<std::int32_t> labels{0, 1};
    CHECK(message_of([&] { calibration(logits, labels, 2); }) ==
          "denim: calibration: probabilities from 0 to 1 were expected, but one of picture 0 is 2; softmax makes them of logits");
    CHECK(message_of([&] { calibration(over, labels, 2); }).find("one of picture 1 is 1.5") != std::string::npos);
    CHECK(message_of([&] { softmax(logits, 0); }) ==
          "denim: softmax: logits of whole pictures, each for 0 classes, at least 1, and a temperature above 0 were expected, but got 4 numbers and 1");
    CHECK(message_of([&] { softmax(logits, 3); }).find("each for 3 classes") != std::string::npos);
    CHECK(message_of([&] { softmax(logits, 2, 0); }).find("but got 4 numbers and 0") != std::string::npos);
    CHECK(message_of([&] { softmax(logits, 2, -1); }).find("but got 4 numbers and -1") != std::string::npos);
    CHECK(message_of([] { fit_temperature({}, {}, 2); }) == "denim: fit_temperature: at least one picture was expected, but got none");
    const std::vector<float> infinite{1, std::numeric_limits<float>::infinity(), 0, 1};
    CHECK(message_of([&] { fit_temperature(infinite, labels, 2); }) == "denim: fit_temperature: finite logits were expected, but one is not");
}
