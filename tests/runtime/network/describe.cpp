// SPDX-License-Identifier: MIT
#include <denim/network/describe.hpp>
#include <denim/denim.hpp>

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

using namespace denim;

namespace {

using Small = Network<Image<9, 8, 2>, Sequential<Conv<3, 4, Same>, Residual<Conv<3, 4, Same, Linear>, BatchNorm>, MaxPool, Dropout, Dense<3>>>;

}  // namespace

TEST_CASE("the description names layers, what they read, shapes and rows") {
    Small network;
    network.freeze<0>();
    const auto json = nlohmann::json::parse(describe(network).json());
    CHECK(json["input"] == nlohmann::json{9, 8, 2});
    CHECK(json["output"] == nlohmann::json{1, 1, 3});
    CHECK(json["parameters"] == Small::parameter_count);
    std::vector<std::string> layers, names;
    std::vector<std::vector<std::size_t>> inputs;
    for (const auto& layer : json["layers"]) {
        layers.push_back(layer["layer"]);
        names.push_back(layer["name"]);
        inputs.push_back(layer["inputs"]);
    }
    CHECK(layers == std::vector<std::string>{"Conv<3, 4, Same>", "Conv<3, 4, Same, Linear>", "BatchNorm", "Sum", "MaxPool", "Dropout", "Dense<3>"});
    CHECK(names == std::vector<std::string>{"0", "1.0", "1.1", "1", "2", "3", "4"});
    CHECK(inputs == std::vector<std::vector<std::size_t>>{{0}, {1}, {2}, {1, 3}, {4}, {5}, {6}});
    CHECK(json["layers"][4]["output"] == nlohmann::json{4, 4, 4});
    CHECK(json["layers"][1]["rows"][0] == nlohmann::json{{"name", "1.0.weights"}, {"shape", {3, 3, 4, 4}}, {"trained", true}});
    CHECK(json["layers"][0]["rows"][1]["trained"] == false);
    CHECK(json["layers"][0]["parameters"] == 76);
}

TEST_CASE("the picture has a node for each layer and an edge for each value that one reads") {
    const std::string dot = describe(Small{}).graphviz();
    const auto count = [&](const std::string& word) {
        std::size_t found = 0;
        for (std::size_t at = dot.find(word); at != dot.npos; at = dot.find(word, at + 1)) ++found;
        return found;
    };
    CHECK(count("[label=\"") == 9 + 9);
    CHECK(count(" -> ") == 9);
    CHECK(dot.find("layer1 -> layer4 [label=\" 9 x 8 x 4\"]") != dot.npos);
    CHECK(dot.find("layer7 [label=\"Dense<3>\\n195 parameters\"]") != dot.npos);
}
