// SPDX-License-Identifier: MIT
#include "golden.hpp"
#include "messages.hpp"

#include <denim/metric/repeats.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace denim;

TEST_CASE("mean, deviation and confidence interval as scipy has them") {
    const Repeats result = repeats(golden::runs);
    CHECK(result.count == 10);
    CHECK(result.mean == doctest::Approx(golden::runs_summary[0]).epsilon(1e-12));
    CHECK(result.deviation == doctest::Approx(golden::runs_summary[1]).epsilon(1e-10));
    CHECK(result.low == doctest::Approx(golden::runs_summary[2]).epsilon(1e-10));
    CHECK(result.high == doctest::Approx(golden::runs_summary[3]).epsilon(1e-10));
    CHECK(result.least <= result.low);
    CHECK(result.text(2) == "0.73 +- 0.01");
}

TEST_CASE("one run has a mean and no spread, none is an error") {
    const Repeats one = repeats(std::vector<double>{0.5});
    CHECK(one.mean == 0.5);
    CHECK(one.deviation != one.deviation);
    CHECK(one.text(1) == "0.5");
    for (const auto& values : {std::vector<double>{NAN, 1, 2}, {1, NAN, 2}, {1, 2, NAN}}) {
        const Repeats none = repeats(values);
        CHECK(std::isnan(none.mean));
        CHECK(std::isnan(none.deviation));
        CHECK(std::isnan(none.least));
        CHECK(std::isnan(none.largest));
    }
    CHECK(message_of([] { repeats({}); }).find("at least 1 run") != std::string::npos);
}
