// SPDX-License-Identifier: MIT
#include "runtime/zoo/counted.hpp"

#include <denim/zoo/mobilenet_v2.hpp>

#include <doctest/doctest.h>

using namespace denim;
using denim::testing::counted;

TEST_CASE("MobileNetV2 has as many parameters and multiply-adds as torchvision's") {
    const auto [trained, giga_multiply_adds] = counted<zoo::MobileNetV2<>>();
    CHECK(trained == 3504872);
    CHECK(giga_multiply_adds == 0.301);
}
