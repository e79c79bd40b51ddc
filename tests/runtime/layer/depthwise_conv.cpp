// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <string>

using namespace denim;
using testing::check_gradients;

TEST_CASE("DepthwiseConv: strides, dilation, activations, first in a network too") {
    check_gradients<Image<6, 5, 3>, Sequential<DepthwiseConv<3>, Dense<3>>>(4);
    check_gradients<Image<7, 6, 2>, Sequential<Conv<1, 5>, DepthwiseConv<3, Same, Stride<2>, Linear>,
                                               DepthwiseConv<2, NoBias, GELU>, Dense<3>>>(4);
    check_gradients<Image<8, 7, 2>, Sequential<Conv<1, 18>, DepthwiseConv<3, Same, Dilation<2>>,
                                               Residual<DepthwiseConv<5, Same, Linear>>, Dense<3>>>(3, 5);
    check_gradients<Image<5, 4, 2>, Sequential<Conv<1, 4>, DepthwiseConv<3, Same, Linear>, BatchNorm, Dense<3>>>(4);
}

TEST_CASE("DepthwiseConv: takes its own kernel, and a predictor folds BatchNorm into it") {
    using Tested = Network<Image<8, 7, 3>, Sequential<DepthwiseConv<3, Same, Linear>, BatchNorm, Dense<2>>>;
    using Exact = Network<Image<8, 7, 3>, Sequential<DepthwiseConv<3, Same, Linear>, BatchNorm, Dense<2>>, Plain<double>>;
    CHECK(Tested{}.summary().find("depthwise") != std::string::npos);
    Tested network{Seed{3}};
    testing::scatter(network);
    Exact exact;
    exact.edit_parameters(
        [&](auto numbers) { std::copy(network.parameters().begin(), network.parameters().end(), numbers.begin()); });
    Array<float, 3> picture({8, 7, 3});
    float number = 0;
    for (float& value : picture) value = std::sin(number += 1);
    const auto quick = network.predict(picture);
    const auto right = exact.predict(picture);
    for (std::size_t k = 0; k < 2; ++k) CHECK(static_cast<double>(quick(k)) == doctest::Approx(right(k)).epsilon(1e-5));
    CHECK(Predictor<Tested>::Plan::count == 2);
    CHECK(network.rows()[0].extents.rank == 3);
}
