// SPDX-License-Identifier: MIT
#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace denim;

namespace {

struct Spread {
    double deviation, largest;
};

// The weights of the second layer of each network.
template <class Spec>
Spread spread() {
    const Network<Image<6, 6, 3>, Sequential<Conv<1, 20>, Spec>> network{Seed{4}};
    const auto weights = network.template layer<1>().weights();
    double squares = 0, largest = 0;
    for (const float weight : weights) {
        squares += static_cast<double>(weight) * static_cast<double>(weight);
        largest = std::max(largest, std::abs(static_cast<double>(weight)));
    }
    return {std::sqrt(squares / static_cast<double>(weights.size())), largest};
}

void check_uniform(Spread of, double variance) {
    CHECK(of.deviation == doctest::Approx(std::sqrt(variance)).epsilon(0.03));
    CHECK(of.largest <= std::sqrt(3 * variance));
    CHECK(of.largest > 0.99 * std::sqrt(3 * variance));
}
void check_normal(Spread of, double variance) {
    CHECK(of.deviation == doctest::Approx(std::sqrt(variance)).epsilon(0.03));
    CHECK(of.largest <= 2 * std::sqrt(variance) / 0.8796);
    CHECK(of.largest > 1.9 * std::sqrt(variance) / 0.8796);
}

}  // namespace

TEST_CASE("weights begin as the layer says") {
    const double in = 9 * 20, out = 9 * 30;
    check_uniform(spread<Conv<3, 30>>(), 2 / (in + out));
    check_uniform(spread<Conv<3, 30, GlorotUniform>>(), 2 / (in + out));
    check_normal(spread<Conv<3, 30, GlorotNormal>>(), 2 / (in + out));
    check_uniform(spread<Conv<3, 30, HeUniform>>(), 2 / in);
    check_normal(spread<Conv<3, 30, HeNormal>>(), 2 / in);
    check_uniform(spread<Conv<3, 30, HeUniform, Groups<2>>>(), 2 / (in / 2));
    check_normal(spread<Dense<10, GlorotNormal>>(), 2.0 / (720 + 10));
    check_uniform(spread<Dense<10, HeUniform>>(), 2.0 / 720);
}

TEST_CASE("windows of single channels count the fans of Keras") {
    const Network<Image<6, 6, 800>, Sequential<DepthwiseConv<3, HeNormal>>> network{Seed{4}};
    double squares = 0;
    for (const float weight : network.layer<0>().weights())
        squares += static_cast<double>(weight) * static_cast<double>(weight);
    CHECK(squares / 7200 == doctest::Approx(2.0 / 7200).epsilon(0.06));
}
