// SPDX-License-Identifier: MIT
#include "runtime/zoo/counted.hpp"

#include <denim/zoo/mlperf_tiny.hpp>

#include <doctest/doctest.h>

using namespace denim;
using denim::testing::counted;

TEST_CASE("ResNet8 has the parameters and multiply-adds of docs/zoo.md") {
    const auto [trained, giga_multiply_adds] = counted<zoo::ResNet8<>, Image<32, 32, 3>>();
    CHECK(trained == 78186);
    CHECK(giga_multiply_adds == 0.013);
}
