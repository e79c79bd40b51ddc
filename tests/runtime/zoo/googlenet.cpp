// SPDX-License-Identifier: MIT
#include "runtime/zoo/counted.hpp"

#include <denim/zoo/googlenet.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace denim;
using denim::testing::counted;

TEST_CASE("GoogLeNet has as many parameters and multiply-adds as torchvision's") {
    const auto [trained, giga_multiply_adds] = counted<zoo::GoogLeNet<>>();
    CHECK(trained == 6624904);
    CHECK(giga_multiply_adds == 1.498);
}

TEST_CASE("every array of a GoogLeNet has the name that torchvision gives it") {
    const Network<Image<32, 32, 3>, zoo::GoogLeNet<10>> network;
    const auto names = zoo::googlenet_names(network);
    std::set<std::string> theirs;
    for (const auto& [ours, their] : names) theirs.insert(their);
    CHECK(names.size() == network.rows().size());
    CHECK(theirs.size() == names.size());
    CHECK(names.at("0.1.gamma") == "conv1.bn.weight");
    CHECK(names.at("3.0.weights") == "conv3.conv.weight");
    CHECK(names.at("5.0.0.0.weights") == "inception3a.branch1.conv.weight");
    CHECK(names.at("8.0.2.1.1.mean") == "inception4a.branch3.1.bn.running_mean");
    CHECK(names.at("15.0.3.1.0.weights") == "inception5b.branch4.1.conv.weight");
    CHECK(names.at("17.bias") == "fc.bias");
}
