// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <cmath>
#include <limits>
#include <vector>

using namespace denim;
using testing::check_gradients;

static_assert(check_layer<Rescale<2, -1>, Shape{2, 2, 8}>());

TEST_CASE("Rescale: a factor and an offset for all numbers, which stand in the type") {
    using Net = Network<Image<1, 2, 2>, Sequential<Rescale<2, -1>>>;
    static_assert(Net::parameter_count == 0 && Net::output == Shape{1, 2, 2});
    CHECK(Net{}.predict(Array<float, 3>{{{0, 1}, {0.5f, -2}}}) == Array<float, 1>{-1, 1, 0, -5});
    CHECK(Network<Image<1, 1, 2>, Sequential<Rescale<0.25>>>{}.predict(Array<float, 3>{{{4, -2}}}) == Array<float, 1>{1, -0.5f});
    CHECK(Net{}.summary().find("Rescale<2, -1>") != std::string::npos);
}

TEST_CASE("Rescale: zeros around a picture stay zeros, as it stands in front of them") {
    Network<Image<1, 1, 1>, Sequential<Rescale<1, 5>, Conv<3, 1, Same, Linear>>> network;
    network.edit([](auto& layers) { layers.template get<1>().weights().fill(1); });
    CHECK(network.predict(Array<float, 3>{{{2}}}) == Array<float, 1>{7});
}

TEST_CASE("Rescale: a NaN stays, and an infinity times 0 makes one") {
    Network<Image<1, 1, 1>, Sequential<Dense<3>, Rescale<0, 2>>> network;
    network.edit([](auto& layers) {
        layers.template get<0>().bias() = Array<float, 1>{std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 3};
    });
    const auto y = network.predict(Array<float, 3>{{{0}}});
    CHECK(std::isnan(y(0)));
    CHECK(std::isnan(y(1)));
    CHECK(y(2) == 2);
}

TEST_CASE("Rescale: gradients, first, in a branch and last") {
    check_gradients<Image<5, 4, 3>, Sequential<Rescale<-0.5, 0.25>, Conv<3, 5>, Residual<Rescale<0.1>>, Dense<3>, Rescale<3, 1>>>(5);
    check_gradients<Image<4, 4, 2>, Sequential<Conv<3, 37>, Residual<Conv<1, 37>, Rescale<0.17>>, Dense<3>>>(4, 7);
}

namespace {

// Between borders and padded channels, each number of the fast layer is that of the plain twin.
template <class Spec>
void compare_with_twin() {
    constexpr Layout inner{{3, 2, 19}, {1, 1, 0, 2}, 32}, outer{{3, 2, 19}, {0, 0, 1, 1}, 19};
    using Quick = typename Spec::template Layer<Fast, outer, inner>;
    using Twin = typename Spec::template Layer<Plain<float>, outer, inner>;
    Random random{Seed{6}};
    std::vector<float> x(inner.size()), dy(outer.size());
    for (float& number : x) number = static_cast<float>(random.uniform(-3, 3));
    for (float& number : dy) number = static_cast<float>(random.uniform(-3, 3));
    const auto passed = [&]<class Layer>(Layer /*layer*/) {
        std::vector<float> all(outer.size(), 7), written(inner.size(), 7), added(inner.size(), 7);
        Layer::forward({.inputs = {x.data()}, .output = all.data(), .last_band = Layer::bands});
        Layer::template backward<Gradient::write>({.inputs = {x.data()}, .input_gradients = {written.data()}, .output_gradient = dy.data()});
        Layer::template backward<Gradient::add>({.inputs = {x.data()}, .input_gradients = {added.data()}, .output_gradient = dy.data()});
        all.insert(all.end(), written.begin(), written.end());
        all.insert(all.end(), added.begin(), added.end());
        return all;
    };
    const std::vector<float> fast = passed(Quick{}), plain = passed(Twin{});
    for (std::size_t n = 0; n < fast.size(); ++n) CHECK(std::fabs(fast[n] - plain[n]) <= 4e-6f * std::fabs(plain[n]) + 2e-6f);
}

}  // namespace

TEST_CASE("Rescale and Normalise: fast against the plain twins") {
    compare_with_twin<Rescale<-0.5, 0.25>>();
    compare_with_twin<Rescale<3>>();
    compare_with_twin<Normalise<Mean<0.5>, Deviation<0.3>>>();
    compare_with_twin<Normalise<Mean<-0.25>, Deviation<0.3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0.1, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 11>>>();
    compare_with_twin<Normalise<Mean<0.3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0.1, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 11>, Deviation<2>>>();
}
