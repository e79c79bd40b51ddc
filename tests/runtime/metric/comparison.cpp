// SPDX-License-Identifier: MIT
#include "golden.hpp"
#include "messages.hpp"

#include <denim/metric/comparison.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace denim;

TEST_CASE("McNemar's test as scipy computes its parts") {
    for (std::size_t n = 0; n < golden::mcnemar_exact.size(); ++n) {
        const McNemar result = mcnemar(golden::mcnemar_pairs[2 * n], golden::mcnemar_pairs[2 * n + 1]);
        CHECK(result.exact == doctest::Approx(golden::mcnemar_exact[n]).epsilon(1e-9));
        CHECK(result.chi_squared == doctest::Approx(golden::mcnemar_chi_squared[n]).epsilon(1e-9));
    }
    CHECK(mcnemar(0, 0).exact == 1);
    const std::vector<int> first{1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 3}, second{1, 1, 0, 0, 0, 1, 0, 0, 2, 1, 1};  // both 4, none 2
    const McNemar counted = mcnemar(first, second);
    CHECK(counted.first_only == 3);
    CHECK(counted.second_only == 2);
    CHECK(message_of([&] { mcnemar(first, std::span{second}.first(2)); }).find("11 and 2") != std::string::npos);
}

TEST_CASE("Welch's t test as scipy has it") {
    const WelchTest result = welch_test(repeats(std::span{golden::others}.first(7)), repeats(golden::runs));
    CHECK(result.t == doctest::Approx(golden::welch[0]).epsilon(1e-9));
    CHECK(result.degrees == doctest::Approx(golden::welch[1]).epsilon(1e-9));
    CHECK(result.probability == doctest::Approx(golden::welch[2]).epsilon(1e-8));
    const std::vector<double> same{1, 1}, more{2, 2};
    CHECK(welch_test(repeats(same), repeats(same)).probability == 1);
    CHECK(welch_test(repeats(more), repeats(same)).probability == 0);
    CHECK(message_of([&] { welch_test(repeats(same), repeats(std::span{more}.first(1))); }).find("2 and 1") != std::string::npos);
}

TEST_CASE("the paired t test as scipy has it") {
    const PairedTest result = paired_test(golden::others, golden::runs);
    CHECK(result.t == doctest::Approx(golden::paired[0]).epsilon(1e-9));
    CHECK(result.probability == doctest::Approx(golden::paired[1]).epsilon(1e-8));
    CHECK(result.difference.low == doctest::Approx(golden::paired[2]).epsilon(1e-9));
    CHECK(result.difference.high == doctest::Approx(golden::paired[3]).epsilon(1e-9));
    const std::vector<double> same{1, 2}, more{2, 3};
    CHECK(paired_test(same, same).probability == 1);
    CHECK(paired_test(more, same).probability == 0);
    CHECK(message_of([] { paired_test(std::vector<double>{1}, std::vector<double>{2}); }).find("at least 2 seeds") !=
          std::string::npos);
}
