// SPDX-License-Identifier: MIT
#include "golden.hpp"
#include "messages.hpp"

#include <denim/metric/roc.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace denim;

TEST_CASE("the curve and its area as scikit-learn draws them, ties included") {
    const Roc curve = roc(golden::roc_scores, golden::positive);
    CHECK(curve.area == doctest::Approx(golden::area[0]).epsilon(1e-12));
    REQUIRE(curve.points.size() == golden::false_rate.size());
    for (std::size_t n = 0; n < curve.points.size(); ++n) {
        CHECK(curve.points[n].false_rate == doctest::Approx(golden::false_rate[n]).epsilon(1e-12));
        CHECK(curve.points[n].true_rate == doctest::Approx(golden::true_rate[n]).epsilon(1e-12));
        if (n > 0) CHECK(curve.points[n].threshold == doctest::Approx(golden::thresholds[n - 1]).epsilon(1e-9));
    }
}

TEST_CASE("perfect, reversed and blind scores; what is no curve is an error") {
    const std::vector<std::int32_t> positive{0, 0, 1, 1};
    CHECK(roc(std::vector<float>{1, 2, 3, 4}, positive).area == 1);
    CHECK(roc(std::vector<float>{4, 3, 2, 1}, positive).area == 0);
    CHECK(roc(std::vector<float>{5, 5, 5, 5}, positive).area == 0.5);
    CHECK(message_of([&] {
              roc(std::vector<float>{1, 2, 3, 4}, std::vector<std::int32_t>(4, 1));
          }).find("4 of 4 are positive") != std::string::npos);
    CHECK(message_of([&] { roc(std::vector<float>{1, 2, 3, NAN}, positive); }).find("not a number") != std::string::npos);
    CHECK(message_of([&] { roc(std::vector<float>{1}, positive); }).find("but got 1") != std::string::npos);
}
