// SPDX-License-Identifier: MIT
#include "runtime/zoo/counted.hpp"

#include <denim/zoo/regnet.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace denim;
using denim::testing::counted;

TEST_CASE("RegNetY400MF has as many parameters and multiply-adds as torchvision's") {
    const auto [trained, giga_multiply_adds] = counted<zoo::RegNetY400MF<>>();
    CHECK(trained == 4344144);
    CHECK(giga_multiply_adds == 0.402);
}

TEST_CASE("every array of a RegNetY400MF has the name that torchvision gives it") {
    const Network<Image<32, 32, 3>, zoo::RegNetY400MF<10>> network;
    const auto names = zoo::regnet_names(network);
    std::set<std::string> theirs;
    for (const auto& [ours, their] : names) theirs.insert(their);
    CHECK(names.size() == network.rows().size());
    CHECK(theirs.size() == names.size());
    CHECK(names.at("0.1.beta") == "stem.1.bias");
    CHECK(names.at("1.0.0.0.weights") == "trunk_output.block1.block1-0.f.a.0.weight");
    CHECK(names.at("1.0.2.1.bias") == "trunk_output.block1.block1-0.f.se.fc1.bias");
    CHECK(names.at("2.0.4.1.mean") == "trunk_output.block2.block2-0.proj.1.running_mean");
    CHECK(names.at("3.1.0.3.0.weights") == "trunk_output.block2.block2-2.f.c.0.weight");
    CHECK(names.at("7.4.0.2.2.weights") == "trunk_output.block4.block4-5.f.se.fc2.weight");
    CHECK(names.at("9.weights") == "fc.weight");
}
