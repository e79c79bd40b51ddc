// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <cmath>
#include <limits>

using namespace denim;
using testing::check_gradients;

static_assert(check_layer<Crop<1, 0, 0, 1>, Shape{2, 2, 8}>());

TEST_CASE("Crop: without pixels all around, or so many above, to the left, below and to the right") {
    Array<float, 3> picture({3, 4, 2});
    std::iota(picture.begin(), picture.end(), 0.0f);
    CHECK(Network<Image<3, 4, 2>, Sequential<Crop<1>>>{}.predict(picture) == Array<float, 1>{10, 11, 12, 13});
    CHECK(Network<Image<3, 4, 2>, Sequential<Crop<0, 3, 1, 0>>>{}.predict(picture) == Array<float, 1>{6, 7, 14, 15});
    CHECK(Network<Image<3, 4, 2>, Sequential<Crop<2, 0, 0, 2>>>{}.predict(picture) == Array<float, 1>{16, 17, 18, 19});
    static_assert(Crop<2, 3, 5, 7>::output({10, 20, 4}) == Shape{3, 10, 4} && !Crop<2, 3, 5, 7>::accepts({7, 20, 4}) && !Crop<1>::accepts({9, 2, 4}));
}

TEST_CASE("Crop takes away what Pad has put around, and what was wrong there with it") {
    using Net = Network<Image<1, 3, 1>, Sequential<Pad<2, 1, 0, 3>, Crop<2, 1, 0, 3>>>;
    CHECK(Net{}.predict(Array<float, 3>{{{1}, {2}, {3}}}) == Array<float, 1>{1, 2, 3});
    Network<Image<1, 3, 1>, Sequential<Conv<1, 1, Linear>, Crop<0, 1, 0, 0>>> network;
    network.edit([](auto& layers) { layers.template get<0>().weights()(0, 0, 0, 0) = std::numeric_limits<float>::infinity(); });
    const auto y = network.predict(Array<float, 3>{{{0}, {2}, {0}}});  // an infinity between two NaNs
    CHECK(y(0) == std::numeric_limits<float>::infinity());
    CHECK(std::isnan(y(1)));
}

TEST_CASE("gradients of Crop") {
    check_gradients<Image<7, 6, 2>, Sequential<Conv<3, 7, Linear>, Crop<1, 0, 2, 1>, Conv<2, 3, Same>, Dense<3>>>(5);
    check_gradients<Image<6, 5, 2>, Sequential<Conv<1, 18>, Parallel<Conv<3, 2>, Crop<1>, Crop<2, 1, 0, 1>>, MaxPool, Dense<3>>>(4, 3);
}
