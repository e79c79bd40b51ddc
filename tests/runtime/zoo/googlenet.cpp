// SPDX-License-Identifier: MIT
#include "runtime/zoo/counted.hpp"

#include <denim/zoo/googlenet.hpp>

#include <doctest/doctest.h>

using namespace denim;
using denim::testing::counted;

TEST_CASE("GoogLeNet has as many parameters and multiply-adds as torchvision's") {
    const auto [trained, giga_multiply_adds] = counted<zoo::GoogLeNet<>>();
    CHECK(trained == 6624904);
    CHECK(giga_multiply_adds == 1.498);
}
