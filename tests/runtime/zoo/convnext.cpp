// SPDX-License-Identifier: MIT
#include "runtime/zoo/counted.hpp"

#include <denim/zoo/convnext.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace denim;
using denim::testing::counted;

TEST_CASE("ConvNeXtT has as many parameters and multiply-adds as torchvision's") {
    const auto [trained, giga_multiply_adds] = counted<zoo::ConvNeXtT<>>();
    CHECK(trained == 28589128);
    CHECK(giga_multiply_adds == 4.456);
}

TEST_CASE("every array of a ConvNeXt has the name that torchvision gives it, and stochastic depth rises") {
    Network<Image<32, 32, 3>, zoo::ConvNeXtT<10>> network;
    const auto names = zoo::convnext_names(network);
    CHECK(names.size() == network.rows().size());
    std::set<std::string> theirs;
    for (const auto& [ours, their] : names) theirs.insert(their);
    CHECK(theirs.size() == names.size());
    CHECK(names.at("0.bias") == "features.0.0.bias");
    CHECK(names.at("1.gamma") == "features.0.1.weight");
    CHECK(names.at("2.0.0.0.weights") == "features.1.0.block.0.weight");
    CHECK(names.at("2.2.0.1.beta") == "features.1.2.block.2.bias");
    CHECK(names.at("3.beta") == "features.2.0.bias");
    CHECK(names.at("10.weights") == "features.6.1.weight");
    CHECK(names.at("8.8.0.2.weights") == "features.5.8.block.3.weight");
    CHECK(names.at("11.1.0.3.bias") == "features.7.1.block.5.bias");
    CHECK(names.at("11.2.0.4.factor") == "features.7.2.layer_scale");
    CHECK(names.at("13.gamma") == "classifier.0.weight");
    CHECK(names.at("14.weights") == "classifier.2.weight");
    CHECK(network.settings<2, 0>().rate == 0.0f);
    CHECK(network.settings<2, 1>().rate == 0.006f);
    CHECK(network.settings<11, 2>().rate == 0.1f);
}
