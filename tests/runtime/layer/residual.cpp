// SPDX-License-Identifier: MIT
#include "gradients.hpp"

using namespace denim;
using testing::check_gradients;

TEST_CASE("Residual with a Shortcut: both branches' sum, and the shapes that they give") {
    using Net = Network<Image<2, 2, 1>, Sequential<Residual<Conv<1, 2, Stride<2>, Linear>, Conv<1, 2, Linear>, Shortcut<Conv<1, 2, Stride<2>, Linear>>>>>;
    CHECK(Net::output == Shape{1, 1, 2});
    Net network;
    network.edit([](auto& layers) {
        layers.template get<0, 0>().weights().fill(2);
        layers.template get<0, 1>().weights().fill(3);
        layers.template get<0, 2, 0>().weights().fill(-1);
        layers.template get<0, 2, 0>().bias()(1) = 0.5f;
    });
    CHECK(network.predict(Array<float, 3>{{{5}, {1}}, {{2}, {3}}}) == Array<float, 1>{55, 55.5f});  // 5 (2 * 3 + 2 * 3) - 5
    CHECK(network.rows()[4].name == "0.2.0.weights");
}

TEST_CASE("Residual: without inner layers or with an empty Shortcut the input itself") {
    CHECK(Network<Image<1, 1, 2>, Sequential<Residual<Shortcut<>>>>{}.predict(Array<float, 3>{{{3, 4}}}) == Array<float, 1>{6, 8});
    CHECK(Network<Image<1, 1, 2>, Sequential<Residual<Activation<ReLU>, Shortcut<>>>>{}.predict(Array<float, 3>{{{3, -4}}}) == Array<float, 1>{6, -4});
}

TEST_CASE("Residual scaled by a number") {
    using Net = Network<Image<1, 1, 2>, Sequential<Residual<Activation<ReLU>, Activation<Times<0.5>>>>>;
    CHECK(Net{}.predict(Array<float, 3>{{{3, -4}}}) == Array<float, 1>{4.5f, -4});
    check_gradients<Image<4, 4, 3>, Sequential<Residual<Conv<3, 3, Same>, Conv<3, 3, Same, Times<0.1>>>, Dense<3>>>(4);
}

TEST_CASE("Residual with a Shortcut: gradients") {
    check_gradients<Image<6, 6, 2>, Sequential<Residual<Conv<3, 4, Same, Stride<2>>, Conv<3, 4, Same, Linear>, BatchNorm,
                                                        Shortcut<Conv<1, 4, Same, Stride<2>, Linear>, BatchNorm>>, Activation<ReLU>, Dense<3>>>(4);
    check_gradients<Image<6, 6, 2>, Sequential<Conv<1, 3>, Residual<Conv<3, 3, Same>, MaxPool, Shortcut<Pool<Average, 2>>>, Dense<3>>>(4);
}
