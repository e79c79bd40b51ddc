// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <cmath>
#include <limits>

using namespace denim;
using testing::check_gradients;

static_assert(check_layer<AdditionOf<3>, Shape{2, 2, 8}, Shape{2, 2, 8}, Shape{2, 2, 8}>());

TEST_CASE("Sum: what the branches give, number by number, and an empty one its input") {
    using Twice = Network<Image<2, 1, 2>, Sequential<Sum<Sequential<>, Sequential<>>>>;
    CHECK(Twice{}.predict(Array<float, 3>{{{1, 2}}, {{3, -4}}}) == Array<float, 1>{2, 4, 6, -8});
    using Three = Network<Image<1, 2, 2>, Sequential<Sum<Activation<ReLU>, Sequential<>, Activation<Clip<-1, 1>>>>>;
    CHECK(Three{}.predict(Array<float, 3>{{{0.5f, -3}, {4, -0.25f}}}) == Array<float, 1>{1.5f, -4, 9, -0.5f});
    Network<Image<1, 1, 2>, Sequential<Sum<Conv<1, 3, Linear>, Dense<3>>>> network;
    network.edit([](auto& layers) {
        layers.template get<0, 0>().weights().fill(2);
        layers.template get<0, 1>().weights().fill(-1);
        layers.template get<0, 1>().bias()(2) = 10;
    });
    CHECK(network.predict(Array<float, 3>{{{3, 4}}}) == Array<float, 1>{7, 7, 17});
}

TEST_CASE("Sum: a NaN stays, infinities of opposite signs make one") {
    using Net = Network<Image<1, 1, 1>, Sequential<Dense<3>, Sum<Sequential<>, Activation<Clip<-1, 1>>, Activation<Times<-1>>>>>;
    Net network;
    network.edit([](auto& layers) {
        constexpr float infinity = std::numeric_limits<float>::infinity();
        layers.template get<0>().bias() = Array<float, 1>{std::nanf(""), infinity, 2};
    });
    const auto y = network.predict(Array<float, 3>{{{0}}});
    CHECK(std::isnan(y(0)));
    CHECK(std::isnan(y(1)));
    CHECK(y(2) == 1);
}

TEST_CASE("Sum: gradients, of two branches, of eight, of one in the other, and behind what is fused") {
    check_gradients<Image<5, 4, 2>, Sequential<Sum<Conv<3, 5, Same>, Conv<1, 5, Linear>>, MaxPool, Dense<3>>>(5);
    check_gradients<Image<4, 4, 3>, Sequential<Sum<Sequential<>, Sequential<Conv<3, 3, Same>, BatchNorm>, Sequential<>>, Dense<3>>>(4);
    check_gradients<Image<3, 3, 2>, Sequential<Sum<Conv<1, 2>, Conv<1, 2>, Conv<1, 2>, Conv<1, 2>, Conv<1, 2>, Conv<1, 2>, Conv<1, 2>, Sequential<>>, Dense<2>>>(3);
    check_gradients<Image<6, 6, 2>, Sequential<Sum<Sequential<Conv<3, 4, Same>, MaxPool>, Sum<Conv<3, 4, Same, Stride<2>>, Sequential<Conv<1, 4>, Pool<Average, 2>>>>, Dense<3>>>(3);
}
