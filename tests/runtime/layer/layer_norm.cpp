// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <cmath>

using namespace denim;
using testing::check_gradients;

TEST_CASE("LayerNorm without gamma, without beta, with another epsilon: the formula, and only the rows that are left") {
    using Net = Network<Image<1, 1, 4>, Sequential<LayerNormOf<Epsilon<0.75>, NoGamma>>>;
    static_assert(Net::parameter_count == 4);
    static_assert(Network<Image<1, 1, 4>, Sequential<LayerNormOf<NoGamma, NoBeta>>>::parameter_count == 0);
    Net network;
    CHECK(network.rows()[0].name == "0.beta");
    network.edit([](auto& layers) { layers.template get<0>().beta() = Array<float, 1>{0, 0, 0, 10}; });
    const auto y = network.predict(Array<float, 3>{{{1, 2, 3, 4}}});  // mean 2.5, variance 1.25
    CHECK(y(0) == doctest::Approx(-1.5 / std::sqrt(2.0)));
    CHECK(y(3) == doctest::Approx(10 + 1.5 / std::sqrt(2.0)));
    Network<Image<1, 1, 4>, Sequential<LayerNormOf<NoBeta, Epsilon<0.75>>>> scaled;
    scaled.edit([](auto& layers) { layers.template get<0>().gamma() = Array<float, 1>{2, 1, 1, 1}; });
    CHECK(scaled.predict(Array<float, 3>{{{1, 2, 3, 4}}})(0) == doctest::Approx(-3 / std::sqrt(2.0)));
}

TEST_CASE("gradients of LayerNorm with its options") {
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 6, Linear>, LayerNormOf<NoGamma>, Dense<5>, LayerNormOf<Epsilon<0.1>, NoBeta>, Dense<3>>>(5);
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 19, Linear>, LayerNormOf<NoGamma, NoBeta>, MaxPool, Dense<3>>>(5, 3);
}
