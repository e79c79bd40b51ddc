// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <cmath>
#include <limits>

using namespace denim;
using testing::check_gradients;

static_assert(check_layer<MultiplicationOf<2>, Shape{2, 2, 8}, Shape{2, 2, 8}>());
static_assert(check_layer<MultiplicationOf<3>, Shape{2, 2, 8}, Shape{2, 2, 8}, Shape{2, 2, 8}>());

TEST_CASE("Product: what the branches give, number by number, and an empty one its input") {
    using Cubes = Network<Image<2, 1, 2>, Sequential<Product<Sequential<>, Sequential<>, Sequential<>>>>;
    CHECK(Cubes{}.predict(Array<float, 3>{{{1, 2}}, {{3, -4}}}) == Array<float, 1>{1, 8, 27, -64});
    Network<Image<1, 1, 2>, Sequential<Product<Conv<1, 3, Linear>, Dense<3>>>> network;
    network.edit([](auto& layers) {
        layers.template get<0, 0>().weights().fill(2);
        layers.template get<0, 1>().weights().fill(-1);
        layers.template get<0, 1>().bias()(2) = 10;
    });
    CHECK(network.predict(Array<float, 3>{{{3, 4}}}) == Array<float, 1>{-98, -98, 42});
}

TEST_CASE("Product: a NaN stays, an infinity times zero makes one") {
    using Net = Network<Image<1, 1, 1>, Sequential<Dense<4>, Product<Sequential<>, Activation<Clip<0, 1>>>>>;
    constexpr float infinity = std::numeric_limits<float>::infinity();
    Net network;
    network.edit([](auto& layers) { layers.template get<0>().bias() = Array<float, 1>{std::nanf(""), infinity, -infinity, 2}; });
    const auto y = network.predict(Array<float, 3>{{{0}}});
    CHECK(std::isnan(y(0)));
    CHECK(y(1) == infinity);
    CHECK(std::isnan(y(2)));
    CHECK(y(3) == 2);
}

TEST_CASE("Product: gradients, of two branches, of three, and of one value several times") {
    check_gradients<Image<5, 4, 2>, Sequential<Product<Conv<3, 5, Same, Linear>, Conv<1, 5, Sigmoid>>, MaxPool, Dense<3>>>(5);
    check_gradients<Image<4, 4, 3>, Sequential<Conv<1, 3>, Product<Sequential<>, Sequential<Conv<3, 3, Same>, BatchNorm>, Sequential<>>, Dense<3>>>(4);
    check_gradients<Image<4, 4, 2>, Sequential<Conv<3, 18, Tanh>, Product<Sequential<>, Sum<Sequential<>, Conv<1, 18>>>, Dense<2>>>(3);
}
