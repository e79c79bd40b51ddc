// SPDX-License-Identifier: MIT
#include "runtime/zoo/counted.hpp"

#include <denim/zoo/efficientnet.hpp>

#include <doctest/doctest.h>

using namespace denim;
using denim::testing::counted;

TEST_CASE("EfficientNetB0 has as many parameters and multiply-adds as torchvision's") {
    const auto [trained, giga_multiply_adds] = counted<zoo::EfficientNetB0<>>();
    CHECK(trained == 5288548);
    CHECK(giga_multiply_adds == 0.386);
}

TEST_CASE("EfficientNetLite0 has the parameters and multiply-adds of B0 without squeeze and excitation") {
    const auto [trained, giga_multiply_adds] = counted<zoo::EfficientNetLite0<>>();
    CHECK(trained == 4652008);
    CHECK(giga_multiply_adds == 0.385);
}
