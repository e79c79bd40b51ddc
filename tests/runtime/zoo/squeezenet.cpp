// SPDX-License-Identifier: MIT
#include "runtime/zoo/counted.hpp"

#include <denim/zoo/squeezenet.hpp>

#include <doctest/doctest.h>

using namespace denim;
using denim::testing::counted;

TEST_CASE("SqueezeNet has as many parameters and multiply-adds as torchvision's") {
    const auto [trained, giga_multiply_adds] = counted<zoo::SqueezeNet<>>();
    CHECK(trained == 1235496);
    CHECK(giga_multiply_adds == 0.349);
}
