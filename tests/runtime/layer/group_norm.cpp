// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <cmath>
#include <limits>

using namespace denim;
using testing::check_gradients;

static_assert(check_layer<GroupNorm<2>, Shape{2, 2, 8}>());

TEST_CASE("GroupNorm: each run of channels over all pixels, of each picture by itself") {
    using Net = Network<Image<1, 2, 4>, Sequential<GroupNorm<2, Epsilon<0.75>>>>;
    Net network;
    network.edit([](auto& layers) {
        layers.template get<0>().gamma() = Array<float, 1>{1, 2, 1, 1};
        layers.template get<0>().beta() = Array<float, 1>{0, 0, 0, 10};
    });
    const Array<float, 4> pictures{{{{1, 2, 5, 5}, {3, 4, 5, 5}}}, {{{0, 0, 0, 0}, {0, 0, 0, 0}}}};
    const auto y = network.predict(pictures);  // mean 2.5, variance 1.25
    const double root = std::sqrt(2.0);
    CHECK(y(0, 0) == doctest::Approx(-1.5 / root));
    CHECK(y(0, 1) == doctest::Approx(-1 / root));
    CHECK(y(0, 2) == 0);
    CHECK(y(0, 3) == 10);
    CHECK(y(0, 4) == doctest::Approx(0.5 / root));
    CHECK(y(0, 5) == doctest::Approx(3 / root));
    CHECK(y(1, 0) == 0);
    CHECK(y(1, 7) == 10);
}

TEST_CASE("GroupNorm: a NaN, and squares that leave the range, make NaNs of their run alone") {
    Network<Image<1, 1, 1>, Sequential<Dense<6>, GroupNorm<3>>> network;
    network.edit([](auto& layers) { layers.template get<0>().bias() = Array<float, 1>{1, 2, 3, std::numeric_limits<float>::quiet_NaN(), 3e38f, -3e38f}; });
    const auto y = network.predict(Array<float, 3>{{{0}}});
    for (std::size_t n = 0; n < 6; ++n) CHECK(std::isnan(y(n)) == (n > 1));
}

TEST_CASE("gradients of GroupNorm and InstanceNorm, of whole vectors and of what is left, first, last and in a branch") {
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 6, Linear>, GroupNorm<3>, Dense<6>, GroupNorm<2, NoBeta>, Dense<3>>>(5);
    check_gradients<Image<5, 4, 4>, Sequential<GroupNorm<1>, Conv<3, 36, Linear>, GroupNorm<4, Epsilon<0.1>, NoGamma>, MaxPool, Dense<3>>>(4, 7);
    check_gradients<Image<5, 4, 3>, Sequential<Conv<3, 19, Linear>, InstanceNorm, MaxPool, Dense<3>>>(4, 3);
    check_gradients<Image<5, 4, 3>, Sequential<InstanceNormOf<NoGamma, NoBeta>, Residual<Conv<3, 3, Same>, InstanceNormOf<Epsilon<0.1>, NoGamma>>, Dense<3>>>(4);
}
