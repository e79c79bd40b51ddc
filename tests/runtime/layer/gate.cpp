// SPDX-License-Identifier: MIT
#include "gradients.hpp"

using namespace denim;
using testing::check_gradients;

TEST_CASE("Gate: one number for each channel, one for each number, and of a picture by itself") {
    check_gradients<Image<5, 4, 2>, Sequential<Conv<2, 8>, SqueezeExcite<8, 4>, MaxPool, Dense<3>>>(4);
    check_gradients<Image<5, 4, 2>, Sequential<Conv<2, 5>, Gate<Conv<3, 5, Same, Sigmoid>>, Dense<3>>>(4);
    check_gradients<
        Image<4, 4, 2>,
        Sequential<Conv<1, 3>, Residual<DepthwiseConv<3, Same>, SqueezeExcite<3, 2>, Conv<1, 3, Linear>>, Dense<3>>>(4);
    check_gradients<Image<4, 4, 2>, Sequential<Gate<BatchNorm, GlobalPool<Max>>, Dense<3>>>(4);
    check_gradients<Image<3, 3, 2>, Sequential<Conv<1, 3>, Gate<>, Dense<3>>>(4);  // the square
}

TEST_CASE("Gate: the input times the gate") {
    using Squares = Network<Image<2, 1, 2>, Sequential<Gate<>>>;
    CHECK(Squares{}.predict(Array<float, 3>{{{1, 2}}, {{3, -4}}}) == Array<float, 1>{1, 4, 9, 16});
    using Largest = Network<Image<2, 1, 2>, Sequential<Gate<GlobalPool<Max>>>>;
    CHECK(Largest{}.predict(Array<float, 3>{{{1, 2}}, {{3, -4}}}) == Array<float, 1>{3, 4, 9, -8});
}
