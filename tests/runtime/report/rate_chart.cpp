// SPDX-License-Identifier: MIT
#include <denim/report/rate_chart.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace denim;

TEST_CASE("the loss stands over the logarithm of the rate, and a dot where it falls fastest") {
    const RateCurve curve{.rates = {0.001, 0.01, 0.1, 1}, .losses = {2, 1.5, 0.5, 4}, .steepest = 0.1, .lowest = 0.1};
    const std::string chart = rate_chart(curve);
    CHECK(chart.find("loss: 0.5 at -1<") != std::string::npos);
    CHECK(chart.find("falls fastest at 0.1: 0.5 at -1<") != std::string::npos);
    CHECK(chart.find("logarithm of the rate, base 10") != std::string::npos);
}

TEST_CASE("a loss that never fell has a curve and no dot; a search that ended at once has no chart") {
    const RateCurve rising{.rates = {0.001, 0.01}, .losses = {1, 2}, .steepest = not_a_number<double>(), .lowest = 0.001};
    CHECK(rate_chart(rising).find("falls fastest") == std::string::npos);
    CHECK(rate_chart(rising).find("loss: 2 at -2<") != std::string::npos);
    CHECK(rate_chart({}).find("no numbers for Loss by learning rate") != std::string::npos);
}
