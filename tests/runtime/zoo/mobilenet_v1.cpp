// SPDX-License-Identifier: MIT
#include "runtime/zoo/counted.hpp"

#include <denim/zoo/mobilenet_v1.hpp>

#include <doctest/doctest.h>

using namespace denim;
using denim::testing::counted;

TEST_CASE("MobileNetV1 has the parameters and multiply-adds of docs/zoo.md") {
    const auto [trained, giga_multiply_adds] = counted<zoo::MobileNetV1<>>();
    CHECK(trained == 4231976);
    CHECK(giga_multiply_adds == 0.569);
}
