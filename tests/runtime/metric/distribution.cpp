// SPDX-License-Identifier: MIT
#include "golden.hpp"
#include "messages.hpp"

#include <denim/metric/distribution.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

using namespace denim;

TEST_CASE("quantiles of Student's t as scipy has them, and back") {
    for (std::size_t n = 0; n < golden::degrees.size(); ++n) {
        const double degrees = golden::degrees[n];
        CHECK(t_quantile(0.9, degrees) == doctest::Approx(golden::t_90[n]).epsilon(1e-10));
        CHECK(t_quantile(0.95, degrees) == doctest::Approx(golden::t_95[n]).epsilon(1e-10));
        CHECK(t_quantile(0.999, degrees) == doctest::Approx(golden::t_999[n]).epsilon(1e-9));
        CHECK(t_two_sided(golden::t_95[n], degrees) == doctest::Approx(0.05).epsilon(1e-9));
    }
    CHECK(t_two_sided(0, 5) == 1);
    CHECK(message_of([] { t_quantile(1, 5); }).find("between 0 and 1") != std::string::npos);
}

TEST_CASE("one degree of freedom is Cauchy's distribution: its quantiles are a tangent, near 0 too") {
    for (const double confidence : {0.01, 0.1, 0.25, 0.5, 0.75, 0.99})
        CHECK(t_quantile(confidence, 1) == doctest::Approx(std::tan(std::numbers::pi * confidence / 2)).epsilon(1e-10));
}

TEST_CASE("a fair coin") {
    CHECK(binomial_half(0, 3) == doctest::Approx(0.125));
    CHECK(binomial_half(1, 3) == doctest::Approx(0.5));
    CHECK(binomial_half(3, 3) == 1);
}
