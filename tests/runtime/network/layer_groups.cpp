// SPDX-License-Identifier: MIT
#include "messages.hpp"

#include <denim/denim.hpp>
#include <denim/network/layer_groups.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

using namespace denim;

namespace {

using Net = Network<Image<6, 6, 1>, Sequential<Conv<3, 4>, Residual<Conv<3, 4, Same>, Conv<3, 4, Same, Linear>>, Dropout, Dense<2>>>;

const Row& row(const Net& network, const std::string& name) { return *std::ranges::find(network.rows(), name, &Row::name); }

// How far each row has moved after one step of plain descent.
float moved(const Net& from, const Net& to, const std::string& name) {
    const Row& of = row(from, name);
    float most = 0;
    for (std::size_t n = of.offset; n < of.offset + of.size(); ++n) most = std::max(most, std::abs(from.parameters()[n] - to.parameters()[n]));
    return most;
}
Net after_a_step(Net network) {
    Array<float, 4> images(std::array<std::size_t, 4>{4, 6, 6, 1});
    for (std::size_t n = 0; n < images.size(); ++n) images.data()[n] = static_cast<float>(n * 37 % 101) / 101;
    const Array<int, 1> labels{0, 1, 0, 1};
    network.settings<2>().rate = 0;
    fit(network, images, labels, {.batch = 4, .optimizer = Sgd{.rate = 0.5f}});
    return network;
}

}  // namespace

TEST_CASE("groups of layers by name learn at rates of their own, or not at all") {
    const Net begun{Seed{3}};
    Net network = begun;
    set_layer_groups(network, {{.layers = {"0", "1"}, .frozen = true}, {.layers = {"1.1"}, .rate_factor = 0.25f}});
    CHECK_FALSE(row(network, "0.weights").trained);
    CHECK_FALSE(row(network, "1.0.weights").trained);
    CHECK(row(network, "1.1.weights").trained);
    CHECK(row(network, "1.1.bias").rate_factor == 0.25f);
    CHECK(row(network, "3.weights").rate_factor == 1);
    CHECK(network.settings<1, 1>().rate_factor == 0.25f);
    const Net whole = after_a_step(begun), part = after_a_step(network);
    CHECK(moved(begun, part, "0.weights") == 0);
    CHECK(moved(begun, part, "1.0.bias") == 0);
    CHECK(moved(begun, part, "3.weights") == moved(begun, whole, "3.weights"));
    REQUIRE(moved(begun, whole, "1.1.weights") > 1e-4f);
    CHECK(moved(begun, part, "1.1.weights") == doctest::Approx(moved(begun, whole, "1.1.weights") / 4).epsilon(1e-3));
    freeze_layers(network, {"1"}, false);
    CHECK(row(network, "1.0.weights").trained);
    CHECK(row(network, "1.1.weights").rate_factor == 0.25f);
    freeze_layers(network, {"3"});
    CHECK_FALSE(row(network, "3.bias").trained);
}

TEST_CASE("names that there are not, and factors that make no sense, change nothing and are told") {
    Net network{Seed{3}};
    const auto fails = [&](const LayerGroup& second, const std::string& expected) {
        CHECK(message_of([&] { set_layer_groups(network, {{.layers = {"0"}, .frozen = true}, second}); }) == expected);
        CHECK(row(network, "0.weights").trained);
    };
    fails({.layers = {"4"}}, "denim: layers: '4' names no layer; names from '0' to '3' were expected, or of layers inside, as summary() lists them");
    fails({.layers = {"1.1.weights"}},
          "denim: layers: '1.1.weights' names no layer; names from '0' to '3' were expected, or of layers inside, as summary() lists them");
    fails({.layers = {"2"}}, "denim: layers: '2' has no parameters that could learn or stay as they are");
    fails({.layers = {"3"}, .rate_factor = -1}, "denim: layers: rate_factor was expected as a finite number of at least 0, but is -1");
    CHECK_THROWS_AS(freeze_layers(network, {"0", "x"}), std::invalid_argument);
    CHECK(row(network, "0.weights").trained);
    network.settings<0>().rate_factor = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_AS(after_a_step(network), std::invalid_argument);
}
