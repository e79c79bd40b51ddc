// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <cmath>
#include <limits>

using namespace denim;
using testing::check_gradients;

using Photograph = Normalise<Mean<0.485, 0.456, 0.406>, Deviation<0.229, 0.224, 0.225>>;
static_assert(check_layer<Photograph, Shape{2, 2, 3}>() && check_layer<Normalise<Mean<0.5>, Deviation<0.25>>, Shape{2, 2, 8}>());
static_assert(!Photograph::accepts({2, 2, 1}) && !Photograph::accepts({2, 2, 4}) && Normalise<Mean<0.5>, Deviation<1, 2>>::accepts({2, 2, 2}));

TEST_CASE("Normalise: each channel less its mean, divided by its deviation") {
    using Net = Network<Image<2, 3, 3>, Sequential<Photograph>>;
    static_assert(Net::parameter_count == 0 && Net::output == Shape{2, 3, 3});
    Array<float, 3> picture({2, 3, 3});
    Random random{Seed{3}};
    for (float& number : picture) number = static_cast<float>(random.uniform());
    const auto y = Net{}.predict(picture);
    const double mean[]{0.485, 0.456, 0.406}, deviation[]{0.229, 0.224, 0.225};
    for (std::size_t n = 0; n < y.size(); ++n)
        CHECK(static_cast<double>(y(n)) == doctest::Approx((static_cast<double>(picture.data()[n]) - mean[n % 3]) / deviation[n % 3]).epsilon(1e-5));
}

TEST_CASE("Normalise: one number for all channels, in the mean, the deviation or both") {
    const Array<float, 3> picture{{{1, 2}, {-1, 4}}};
    CHECK(Network<Image<1, 2, 2>, Sequential<Normalise<Mean<1>, Deviation<0.5>>>>{}.predict(picture) == Array<float, 1>{0, 2, -4, 6});
    CHECK(Network<Image<1, 2, 2>, Sequential<Normalise<Mean<1>, Deviation<0.5, 0.25>>>>{}.predict(picture) == Array<float, 1>{0, 4, -4, 12});
    CHECK(Network<Image<1, 2, 2>, Sequential<Normalise<Mean<1, 2>, Deviation<0.5>>>>{}.predict(picture) == Array<float, 1>{0, 0, -4, 4});
}

TEST_CASE("Normalise: a NaN stays") {
    Network<Image<1, 1, 1>, Sequential<Dense<3>, Photograph>> network;
    network.edit([](auto& layers) { layers.template get<0>().bias() = Array<float, 1>{0.485f, std::numeric_limits<float>::quiet_NaN(), 0.406f}; });
    const auto y = network.predict(Array<float, 3>{{{0}}});
    CHECK(std::fabs(y(0)) < 1e-6f);
    CHECK(std::isnan(y(1)));
    CHECK(std::fabs(y(2)) < 1e-6f);
}

TEST_CASE("Normalise: gradients, first and behind others") {
    check_gradients<Image<5, 4, 3>, Sequential<Photograph, Conv<3, 5>, Normalise<Mean<0.1, 0.2, 0, -1, 3>, Deviation<2>>, Dense<3>>>(5);
    check_gradients<Image<4, 4, 2>, Sequential<Conv<3, 19>, Residual<Normalise<Mean<0.5>, Deviation<4>>>, Dense<3>>>(4, 7);
}
