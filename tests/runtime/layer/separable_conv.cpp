// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <algorithm>
#include <type_traits>

using namespace denim;
using testing::check_gradients;

static_assert(std::is_same_v<SeparableConv<3, 8>::Expanded, List<DepthwiseConv<3, NoBias, Linear>, Conv<1, 8>>>);
static_assert(std::is_same_v<SeparableConv<Window<1, 5>, 8, GELU, Same, HeNormal, Stride<1, 2>, NoBias>::Expanded,
                             List<DepthwiseConv<Window<1, 5>, Same, HeNormal, Stride<1, 2>, NoBias, Linear>, Conv<1, 8, GELU, HeNormal, NoBias>>>);
static_assert(std::is_same_v<SeparableConv<3, 8, Linear, Padding<1>, Dilation<2>>::Expanded,
                             List<DepthwiseConv<3, Padding<1>, Dilation<2>, NoBias, Linear>, Conv<1, 8, Linear>>>);

TEST_CASE("SeparableConv is a window a channel without a bias, then a convolution of each pixel with bias and activation") {
    using Net = Network<Image<7, 6, 5>, Sequential<SeparableConv<3, 4, Same, Stride<2>>, Dense<3>>>;
    Net network{Seed{2}};
    static_assert(Net::parameter_count == 9 * 5 + 5 * 4 + 4 + 4 * 3 * 4 * 3 + 3);
    REQUIRE(network.rows().size() == 5);
    CHECK(network.rows()[0].name == "0.0.weights");
    CHECK(network.rows()[1].name == "0.1.weights");
    CHECK(network.rows()[2].name == "0.1.bias");
    testing::scatter(network);
    Network<Image<7, 6, 5>, Sequential<DepthwiseConv<3, Same, Stride<2>, NoBias, Linear>, Conv<1, 4>, Dense<3>>> apart;
    apart.edit_parameters([&](std::span<float> numbers) { std::ranges::copy(network.parameters(), numbers.begin()); });
    Array<float, 3> picture({7, 6, 5});
    Random random{Seed{4}};
    for (float& number : picture) number = static_cast<float>(random.uniform(-1, 1));
    CHECK(network.predict(picture) == apart.predict(picture));
}

TEST_CASE("SeparableConv: gradients, first and behind others, with windows by axis") {
    check_gradients<Image<6, 5, 3>, Sequential<SeparableConv<3, 4>, SeparableConv<Window<3, 1>, 5, Same, Tanh, NoBias>, Dense<3>>>(4);
    check_gradients<Image<7, 6, 2>, Sequential<Conv<1, 17>, Residual<SeparableConv<3, 17, Padding<1>, Linear>>, SeparableConv<3, 8, Stride<2>>, Dense<3>>>(3, 11);
}
