// SPDX-License-Identifier: MIT
#include "runtime/zoo/counted.hpp"

#include <denim/zoo/densenet.hpp>

#include <doctest/doctest.h>

using namespace denim;
using denim::testing::counted;

TEST_CASE("DenseNet121 has as many parameters and multiply-adds as torchvision's") {
    const auto [trained, giga_multiply_adds] = counted<zoo::DenseNet121<>>();
    CHECK(trained == 7978856);
    CHECK(giga_multiply_adds == 2.834);
}
