// SPDX-License-Identifier: MIT
#include "runtime/zoo/counted.hpp"

#include <denim/zoo/mobilenet_v3.hpp>

#include <doctest/doctest.h>

using namespace denim;
using denim::testing::counted;

TEST_CASE("MobileNetV3Small has as many parameters and multiply-adds as torchvision's") {
    const auto [trained, giga_multiply_adds] = counted<zoo::MobileNetV3Small<>>();
    CHECK(trained == 2542856);
    CHECK(giga_multiply_adds == 0.057);
}

TEST_CASE("MobileNetV3Large has as many parameters and multiply-adds as torchvision's") {
    const auto [trained, giga_multiply_adds] = counted<zoo::MobileNetV3Large<>>();
    CHECK(trained == 5483032);
    CHECK(giga_multiply_adds == 0.217);
}
