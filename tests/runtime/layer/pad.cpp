// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <cmath>
#include <limits>

using namespace denim;
using testing::check_gradients;

static_assert(check_layer<Pad<1, 0, 0, 2>, Shape{2, 2, 8}>());

TEST_CASE("Pad: zeros all around, or so many above, to the left, below and to the right") {
    const Array<float, 3> picture{{{1, 2}, {3, 4}}};
    CHECK(Network<Image<1, 2, 2>, Sequential<Pad<1>>>{}.predict(picture) ==
          Array<float, 1>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    CHECK(Network<Image<1, 2, 2>, Sequential<Pad<0, 1, 1, 0>>>{}.predict(picture) == Array<float, 1>{0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0});
    CHECK(Network<Image<1, 2, 2>, Sequential<Pad<0>>>{}.predict(picture) == Array<float, 1>{1, 2, 3, 4});
    static_assert(Pad<2, 3, 5, 7>::output({10, 20, 4}) == Shape{17, 30, 4});
}

TEST_CASE("Pad in front of a convolution is the convolution's Padding") {
    using Apart = Network<Image<6, 5, 3>, Sequential<Conv<1, 19>, Pad<2, 0, 1, 2>, Conv<3, 4>, Dense<3>>>;
    using Within = Network<Image<6, 5, 3>, Sequential<Conv<1, 19>, Conv<3, 4, Padding<2, 0, 1, 2>>, Dense<3>>>;
    const Apart apart{Seed{3}};
    Within within{Seed{4}};
    within.edit_parameters([&](std::span<float> numbers) { std::ranges::copy(apart.parameters(), numbers.begin()); });
    Array<float, 3> picture({6, 5, 3});
    Random random{Seed{5}};
    for (float& number : picture) number = static_cast<float>(random.uniform(-1, 1));
    const auto a = apart.predict(picture), b = within.predict(picture);
    for (std::size_t n = 0; n < 3; ++n) CHECK(a(n) == doctest::Approx(b(n)).epsilon(1e-5));
}

TEST_CASE("Pad in front of a pool counts as zeros, where the pool's Padding does not count") {
    const Array<float, 3> picture{{{-1}, {-2}}};
    CHECK(Network<Image<1, 2, 1>, Sequential<Pad<0, 1, 0, 1>, Pool<Max, Window<1, 2>>>>{}.predict(picture) == Array<float, 1>{0, 0});
    CHECK(Network<Image<1, 2, 1>, Sequential<Pool<Max, Window<1, 2>, Padding<0, 1, 0, 1>>>>{}.predict(picture) == Array<float, 1>{-1, -2});
}

TEST_CASE("Pad: numbers pass as they are, NaNs and infinities too") {
    Network<Image<1, 1, 1>, Sequential<Dense<2>, Pad<0, 1, 0, 0>>> network;
    network.edit([](auto& layers) {
        layers.template get<0>().bias()(0) = std::numeric_limits<float>::quiet_NaN();
        layers.template get<0>().bias()(1) = -std::numeric_limits<float>::infinity();
    });
    const auto y = network.predict(Array<float, 3>{{{0}}});
    CHECK(y(0) == 0);
    CHECK(std::isnan(y(2)));
    CHECK(y(3) == -std::numeric_limits<float>::infinity());
}

TEST_CASE("gradients of Pad") {
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 7, Linear>, Pad<1, 0, 2, 1>, Conv<2, 3>, Pad<1>, MaxPool, Dense<3>>>(5);
    check_gradients<Image<3, 4, 2>, Sequential<Conv<1, 18>, Parallel<Sequential<Conv<3, 2>, Pad<1>>, Pad<0>>, Dense<3>>>(4, 3);
}
