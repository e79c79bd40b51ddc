// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <cmath>
#include <limits>

using namespace denim;
using testing::check_gradients;

static_assert(check_layer<LocalResponseNorm<5>, Shape{2, 2, 8}>());

TEST_CASE("LocalResponseNorm: the formula, windows cut at both ends") {
    using Net = Network<Image<1, 2, 4>, Sequential<LocalResponseNormOf<3, 6, 0.75, 2>>>;
    const auto y = Net{}.predict(Array<float, 3>{{{1, -2, 3, 0.5f}, {0, 0, 0, 7}}});
    const auto expected = [](double x, double squares) { return doctest::Approx(x / std::pow(2 + 2 * squares, 0.75)); };
    CHECK(y(0) == expected(1, 5));
    CHECK(y(1) == expected(-2, 14));
    CHECK(y(2) == expected(3, 13.25));
    CHECK(y(3) == expected(0.5, 9.25));
    CHECK(y(6) == 0);
    CHECK(y(7) == expected(7, 49));
    using Wide = Network<Image<1, 1, 2>, Sequential<LocalResponseNorm<7>>>;  // wider than there are channels
    const auto wide = Wide{}.predict(Array<float, 3>{{{30, 40}}});
    CHECK(wide(1) == doctest::Approx(40 / std::pow(1 + 2500 * 0.0001 / 7, 0.75)));
}

TEST_CASE("LocalResponseNorm: a NaN makes NaNs of the channels around it, an infinity one of itself") {
    for (const float wrong : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        Network<Image<1, 1, 1>, Sequential<Dense<20>, LocalResponseNorm<5>>> network;
        network.edit([&](auto& layers) { layers.template get<0>().bias()(9) = wrong; });
        const auto y = network.predict(Array<float, 3>{{{0}}});
        CHECK(std::isnan(y(9)));
        for (std::size_t n = 0; n < 20; ++n) CHECK((n < 7 || n > 11 || std::isnan(y(n)) || (wrong > 0 && y(n) == 0)));
        CHECK(y(6) == 0);
        CHECK(y(12) == 0);
    }
}

TEST_CASE("gradients of LocalResponseNorm") {
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 7, Linear>, LocalResponseNormOf<3, 2, 0.75, 1>, Dense<5>, LocalResponseNormOf<5, 1, 0.5, 2>, Dense<3>>>(5);
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 19, Linear>, Residual<LocalResponseNormOf<5, 0.5, 1, 0.5>>, MaxPool, Dense<3>>>(4, 3);
}
