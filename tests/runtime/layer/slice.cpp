// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <cmath>
#include <limits>

using namespace denim;
using testing::check_gradients;

static_assert(check_layer<Slice<2, 3>, Shape{2, 2, 8}>());

TEST_CASE("Slice: some of the channels, and with them what they hold") {
    const Array<float, 3> picture{{{1, 2, 3, 4}, {5, 6, 7, 8}}};
    CHECK(Network<Image<1, 2, 4>, Sequential<Slice<1, 2>>>{}.predict(picture) == Array<float, 1>{2, 3, 6, 7});
    CHECK(Network<Image<1, 2, 4>, Sequential<Slice<0, 1>>>{}.predict(picture) == Array<float, 1>{1, 5});
    Network<Image<1, 1, 1>, Sequential<Dense<4>, Slice<1, 2>>> network;
    network.edit([](auto& layers) {
        layers.template get<0>().bias()(0) = std::numeric_limits<float>::infinity();
        layers.template get<0>().bias()(2) = std::numeric_limits<float>::quiet_NaN();
    });
    const auto y = network.predict(Array<float, 3>{{{0}}});
    CHECK(y(0) == 0);
    CHECK(std::isnan(y(1)));
    static_assert(Slice<3, 5>::accepts({2, 2, 8}) && !Slice<4, 5>::accepts({2, 2, 8}) && !Slice<9, 1>::accepts({2, 2, 8}));
    static_assert(!Slice<1, static_cast<std::size_t>(-1)>::accepts({2, 2, 8}));  // whose sum would be 0
}

TEST_CASE("gradients of Slice") {
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 7, Linear>, Slice<2, 4>, Conv<2, 3>, Dense<6>, Slice<1, 4>, Dense<3>>>(5);
    check_gradients<Image<3, 4, 2>, Sequential<Conv<1, 36>, Parallel<Slice<30, 6>, Slice<0, 17>, Sequential<Slice<10, 20>, Conv<3, 2, Same>>>, Dense<3>>>(4, 3);
}
