// SPDX-License-Identifier: MIT
#include "kept_threads.hpp"

#include <denim/machine/random.hpp>
#include <denim/optimizer/l2.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

using namespace denim;

TEST_CASE("L2 is the strength times the sum of squares, and its gradient twice the strength times the weight") {
    const std::vector<Row> rows{{.name = "0.weights", .extents = {3}, .offset = 0, .decays = true, .l2 = 0.25f},
                                {.name = "0.bias", .extents = {2}, .offset = 3},
                                {.name = "1.weights", .extents = {1}, .offset = 5, .decays = true, .l2 = 2.0f}};
    const std::vector<float> parameters{1, -2, 3, 100, 100, 0.5f};
    std::vector<float> gradients{10, 10, 10, 10, 10, 10};
    CHECK(add_l2(rows, parameters, gradients) == doctest::Approx(0.25 * (1 + 4 + 9) + 2 * 0.25));
    CHECK(gradients == std::vector<float>{10.5f, 9, 11.5f, 10, 10, 12});
}

TEST_CASE("L2 of a long row: every weight counts once, and threads change no bit") {
    const testing::KeptThreads kept_threads;
    set_serial_threshold(0);
    constexpr std::size_t before = 7;
    for (const std::size_t count : {1u, 15u, 16u, 17u, 16383u, 16384u, 16385u, 50'003u}) {
        const std::vector<Row> rows{{.name = "0.bias", .extents = {before}, .offset = 0},
                                    {.name = "1.weights", .extents = {count}, .offset = before, .decays = true, .l2 = 0.5f}};
        std::vector<float> parameters(before + count + 3), gradients(parameters.size());
        Random random{Seed{count}};
        for (float& number : parameters) number = static_cast<float>(random.uniform(-1, 1));
        for (float& number : gradients) number = static_cast<float>(random.uniform(-1, 1));
        std::vector<float> expected = gradients;
        double penalty = 0;
        for (std::size_t n = before; n < before + count; ++n) {
            expected[n] += parameters[n];
            penalty += 0.5 * static_cast<double>(parameters[n]) * static_cast<double>(parameters[n]);
        }
        double first = 0;
        for (const std::size_t threads : {1u, 2u, 5u}) {
            set_threads(threads);
            std::vector<float> got = gradients;
            const double given = add_l2(rows, parameters, got);
            CHECK(given == doctest::Approx(penalty).epsilon(1e-12));
            CHECK(got == expected);
            if (threads == 1) first = given;
            CHECK(given == first);
        }
    }
}
