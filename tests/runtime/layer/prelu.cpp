// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <cmath>
#include <limits>

using namespace denim;
using testing::check_gradients;

static_assert(check_layer<PReLU, Shape{2, 2, 8}>());

TEST_CASE("PReLU: a slope for each channel, which begins at 0 or where it is told to") {
    using Net = Network<Image<1, 3, 2>, Sequential<PReLU>>;
    static_assert(Net::parameter_count == 2);
    Net network;
    CHECK(network.layer<0>().slope() == Array<float, 1>{0, 0});
    const Array<float, 3> picture{{{1, -1}, {-2, 3}, {0, -4}}};
    CHECK(network.predict(picture) == Array<float, 1>{1, 0, 0, 3, 0, 0});
    network.edit([](auto& layers) { layers.template get<0>().slope() = Array<float, 1>{0.5f, -2}; });
    CHECK(network.predict(picture) == Array<float, 1>{1, 2, -1, 3, 0, 8});
    const Network<Image<1, 3, 3>, Sequential<PReLUOf<0.25>>> quarter;
    CHECK(quarter.layer<0>().slope() == Array<float, 1>{0.25f, 0.25f, 0.25f});
    CHECK(quarter.rows()[0].name == "0.slope");
    CHECK_FALSE(quarter.rows()[0].decays);
    CHECK(quarter.summary().find("PReLUOf<0.25>") != std::string::npos);
}

TEST_CASE("PReLU: a NaN stays, in each lane and in the last channels") {
    Network<Image<1, 1, 1>, Sequential<Dense<37>, PReLUOf<0.25>>> network;
    network.edit([](auto& layers) {
        auto bias = layers.template get<0>().bias();
        for (std::size_t n = 0; n < bias.size(); ++n) bias(n) = n % 3 == 0 ? std::numeric_limits<float>::quiet_NaN() : -1.0f;
    });
    const auto y = network.predict(Array<float, 3>{{{0}}});
    for (std::size_t n = 0; n < y.size(); ++n) CHECK(std::isnan(y(n)) == (n % 3 == 0));
}

TEST_CASE("PReLU: gradients, of one channel, of whole vectors and of what is left, first, last and in a branch") {
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 5, Linear>, PReLU, Dense<3>>>(5);
    check_gradients<Image<5, 4, 1>, Sequential<PReLUOf<0.25>, Conv<3, 37, Linear>, PReLUOf<-0.5>, MaxPool, Dense<3>>>(4, 7);
    check_gradients<Image<4, 4, 3>, Sequential<Residual<Conv<3, 3, Same, Linear>, PReLU>, Dense<16>, PReLUOf<0.25>>>(11);
}
