// SPDX-License-Identifier: MIT
#include "runtime/zoo/counted.hpp"

#include <denim/zoo/resnet.hpp>

#include <doctest/doctest.h>

using namespace denim;
using denim::testing::counted;

TEST_CASE("ResNet18 has as many parameters and multiply-adds as torchvision's") {
    const auto [trained, giga_multiply_adds] = counted<zoo::ResNet18<>>();
    CHECK(trained == 11689512);
    CHECK(giga_multiply_adds == 1.814);
}

TEST_CASE("ResNet34 has as many parameters and multiply-adds as torchvision's") {
    const auto [trained, giga_multiply_adds] = counted<zoo::ResNet34<>>();
    CHECK(trained == 21797672);
    CHECK(giga_multiply_adds == 3.664);
}

TEST_CASE("ResNet50 has as many parameters and multiply-adds as torchvision's") {
    const auto [trained, giga_multiply_adds] = counted<zoo::ResNet50<>>();
    CHECK(trained == 25557032);
    CHECK(giga_multiply_adds == 4.089);
}
