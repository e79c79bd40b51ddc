// SPDX-License-Identifier: MIT
#include "runtime/zoo/counted.hpp"

#include <denim/zoo/shufflenet_v2.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace denim;
using denim::testing::counted;

TEST_CASE("ShuffleNetV2 has as many parameters and multiply-adds as torchvision's") {
    const auto whole = counted<zoo::ShuffleNetV2<>>();
    CHECK(whole.trained == 2278604);
    CHECK(whole.giga_multiply_adds == 0.145);
    const auto half = counted<zoo::ShuffleNetV2<1000, 50>>();
    CHECK(half.trained == 1366792);
    CHECK(half.giga_multiply_adds == 0.04);
    CHECK(counted<zoo::ShuffleNetV2<1000, 150>>().trained == 3503624);
    CHECK(counted<zoo::ShuffleNetV2<1000, 200>>().trained == 7393996);
}

TEST_CASE("every array of a ShuffleNetV2 has the name that torchvision gives it") {
    const Network<Image<32, 32, 3>, zoo::ShuffleNetV2<10, 50>> network;
    const auto names = zoo::shufflenet_v2_names(network);
    std::set<std::string> theirs;
    for (const auto& [ours, their] : names) theirs.insert(their);
    CHECK(names.size() == network.rows().size());
    CHECK(theirs.size() == names.size());
    CHECK(names.at("0.0.weights") == "conv1.0.weight");
    CHECK(names.at("2.0.0.0.0.1.mean") == "stage2.0.branch1.1.running_mean");
    CHECK(names.at("2.0.0.0.1.0.weights") == "stage2.0.branch1.2.weight");
    CHECK(names.at("3.0.0.1.1.0.weights") == "stage3.0.branch2.3.weight");
    CHECK(names.at("3.1.6.0.1.2.1.variance") == "stage3.7.branch2.6.running_var");
    CHECK(names.at("5.1.gamma") == "conv5.1.weight");
    CHECK(names.at("7.bias") == "fc.bias");
}
