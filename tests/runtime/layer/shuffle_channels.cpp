// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <cmath>
#include <limits>

using namespace denim;
using testing::check_gradients;

static_assert(check_layer<ShuffleChannels<2>, Shape{2, 2, 8}>());

TEST_CASE("ShuffleChannels: the first of every group, then the second of every group") {
    const Array<float, 3> picture{{{0, 1, 2, 3, 4, 5}, {10, 11, 12, 13, 14, 15}}};
    CHECK(Network<Image<1, 2, 6>, Sequential<ShuffleChannels<2>>>{}.predict(picture) == Array<float, 1>{0, 3, 1, 4, 2, 5, 10, 13, 11, 14, 12, 15});
    CHECK(Network<Image<1, 2, 6>, Sequential<ShuffleChannels<3>>>{}.predict(picture) == Array<float, 1>{0, 2, 4, 1, 3, 5, 10, 12, 14, 11, 13, 15});
    CHECK(Network<Image<1, 2, 6>, Sequential<ShuffleChannels<3>, ShuffleChannels<2>>>{}.predict(picture) ==
          Network<Image<1, 2, 6>, Sequential<ShuffleChannels<1>>>{}.predict(picture));  // there and back
}

TEST_CASE("ShuffleChannels: numbers move as they are, NaNs and infinities too") {
    Network<Image<1, 1, 1>, Sequential<Dense<4>, ShuffleChannels<2>>> network;
    network.edit([](auto& layers) {
        layers.template get<0>().bias()(1) = std::numeric_limits<float>::quiet_NaN();
        layers.template get<0>().bias()(2) = -std::numeric_limits<float>::infinity();
    });
    const auto y = network.predict(Array<float, 3>{{{0}}});
    CHECK(y(0) == 0);
    CHECK(y(1) == -std::numeric_limits<float>::infinity());
    CHECK(std::isnan(y(2)));
    CHECK(y(3) == 0);
}

TEST_CASE("gradients of ShuffleChannels") {
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 6, Linear>, ShuffleChannels<3>, Conv<2, 4, Groups<2>>, Dense<6>, ShuffleChannels<2>, Dense<3>>>(5);
    check_gradients<Image<3, 4, 2>, Sequential<Conv<1, 36>, Residual<ShuffleChannels<4>>, Conv<3, 2, Groups<2>>, Dense<3>>>(4, 3);
}
