// SPDX-License-Identifier: MIT
#include <denim/network/network.hpp>
#include <denim/zoo/resnet.hpp>
#include <denim/zoo/resnet_names.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace denim;

TEST_CASE("every array of a ResNet has the name that torchvision gives it") {
    const Network<Image<32, 32, 3>, zoo::ResNet18<10, 8>> basic;
    const auto names = zoo::resnet_names(basic);
    CHECK(names.size() == basic.rows().size());
    std::set<std::string> theirs;
    for (const auto& [ours, their] : names) theirs.insert(their);
    CHECK(theirs.size() == names.size());
    CHECK(names.at("0.0.0.weights") == "conv1.weight");
    CHECK(names.at("0.0.1.mean") == "bn1.running_mean");
    CHECK(names.at("1.0.0.0.0.weights") == "layer1.0.conv1.weight");
    CHECK(names.at("1.1.0.1.1.beta") == "layer1.1.bn2.bias");
    CHECK(names.at("2.0.1.0.weights") == "layer2.0.conv2.weight");
    CHECK(names.at("2.0.2.0.weights") == "layer2.0.downsample.0.weight");
    CHECK(names.at("2.0.2.1.variance") == "layer2.0.downsample.1.running_var");
    CHECK(names.at("7.0.0.1.1.gamma") == "layer4.1.bn2.weight");
    CHECK(names.at("9.bias") == "fc.bias");

    const Network<Image<32, 32, 3>, zoo::ResNet50<10, 8>> deep;
    const auto others = zoo::resnet_names(deep);
    CHECK(others.size() == deep.rows().size());
    CHECK(others.at("1.0.3.0.weights") == "layer1.0.downsample.0.weight");
    CHECK(others.at("2.0.0.2.0.weights") == "layer1.1.conv3.weight");
    CHECK(others.at("6.4.0.0.1.mean") == "layer3.5.bn1.running_mean");
}
