// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <cmath>
#include <limits>

using namespace denim;
using testing::check_gradients;

static_assert(check_layer<Scale, Shape{2, 2, 8}>());

TEST_CASE("Scale: a factor for each channel, which begins at 1 or where it is told to") {
    using Net = Network<Image<1, 2, 2>, Sequential<Scale>>;
    static_assert(Net::parameter_count == 2);
    Net network;
    const Array<float, 3> picture{{{1, -1}, {-2, 3}}};
    CHECK(network.predict(picture) == Array<float, 1>{1, -1, -2, 3});
    network.edit([](auto& layers) { layers.template get<0>().factor() = Array<float, 1>{0.5f, -2}; });
    CHECK(network.predict(picture) == Array<float, 1>{0.5f, 2, -1, -6});
    const Network<Image<1, 3, 3>, Sequential<Residual<Conv<1, 3>, ScaleOf<1e-6>>>> convnext;
    CHECK(convnext.layer<0, 1>().factor() == Array<float, 1>{1e-6f, 1e-6f, 1e-6f});
    CHECK(convnext.rows()[2].name == "0.1.factor");
    CHECK_FALSE(convnext.rows()[2].decays);
}

TEST_CASE("Scale: a NaN stays, and an infinity times 0 makes one") {
    Network<Image<1, 1, 1>, Sequential<Dense<3>, Scale>> network;
    network.edit([](auto& layers) {
        layers.template get<0>().bias() = Array<float, 1>{std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 3};
        layers.template get<1>().factor() = Array<float, 1>{0, 0, 2};
    });
    const auto y = network.predict(Array<float, 3>{{{0}}});
    CHECK(std::isnan(y(0)));
    CHECK(std::isnan(y(1)));
    CHECK(y(2) == 6);
}

TEST_CASE("Scale: gradients, of one channel, of whole vectors and of what is left, first, last and in a branch") {
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 5>, Scale, Dense<3>>>(5);
    check_gradients<Image<5, 4, 1>, Sequential<ScaleOf<-2>, Conv<3, 37>, ScaleOf<0.5>, MaxPool, Dense<3>>>(4, 7);
    check_gradients<Image<4, 4, 3>, Sequential<Residual<Conv<3, 3, Same>, ScaleOf<0.001>>, Dense<16>, Scale>>(11);
}
