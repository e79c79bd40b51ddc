// SPDX-License-Identifier: MIT
#include <denim/optimizer/l2.hpp>

#include <doctest/doctest.h>

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
