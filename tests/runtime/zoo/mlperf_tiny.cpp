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

TEST_CASE("VisualWakeWords has the parameters and multiply-adds of docs/zoo.md") {
    const auto [trained, giga_multiply_adds] = counted<zoo::VisualWakeWords<>, Image<96, 96, 3>>();
    CHECK(trained == 216322);
    CHECK(giga_multiply_adds == 0.007);
}

TEST_CASE("DSCNN has the parameters and multiply-adds of docs/zoo.md, and drops what MLPerf Tiny drops") {
    const auto [trained, giga_multiply_adds] = counted<zoo::DSCNN<>, Image<49, 10, 1>>();
    CHECK(trained == 23756);
    CHECK(giga_multiply_adds == 0.003);
    Network<Image<49, 10, 1>, zoo::DSCNN<>> network;
    CHECK(network.settings<3>().rate == 0.2f);
    CHECK(network.settings<5>().rate == 0.4f);
}
