// SPDX-License-Identifier: MIT
#include "runtime/zoo/counted.hpp"

#include <denim/zoo/regnet.hpp>

#include <doctest/doctest.h>

using namespace denim;
using denim::testing::counted;

TEST_CASE("RegNetY400MF has as many parameters and multiply-adds as torchvision's") {
    const auto [trained, giga_multiply_adds] = counted<zoo::RegNetY400MF<>>();
    CHECK(trained == 4344144);
    CHECK(giga_multiply_adds == 0.402);
}
