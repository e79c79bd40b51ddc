// SPDX-License-Identifier: MIT
#include "gradients.hpp"

using namespace denim;
using testing::check_gradients;

TEST_CASE("Parallel: branches of one layer, of several, of none, one in the other") {
    check_gradients<
        Image<5, 4, 2>,
        Sequential<Conv<2, 3>, Parallel<Conv<1, 2>, Sequential<Conv<1, 3>, Conv<3, 4, Same, Linear>>, Sequential<>>, Dense<3>>>(
        4);
    check_gradients<Image<5, 4, 2>,
                    Sequential<Parallel<Conv<3, 5>, Sequential<Conv<2, 3>, Pool<Average, 2, Stride<1>>>>, MaxPool, Dense<3>>>(
        4);
    check_gradients<
        Image<4, 4, 2>,
        Sequential<Conv<1, 3>, Residual<Parallel<Conv<1, 1>, Parallel<Conv<3, 1, Same>, Sequential<BatchNorm, Conv<1, 1>>>>>,
                   Dense<3>>>(5);
    check_gradients<Image<3, 3, 2>, Sequential<Conv<1, 3>, Parallel<Sequential<>, Sequential<>>, Dense<3>>>(
        3);  // one value, read twice
}

TEST_CASE("Parallel: channels stand in the order of the branches") {
    using Both = Network<Image<2, 1, 2>, Sequential<Parallel<Sequential<>, Conv<1, 1, Linear>>>>;
    Both both;
    both.edit([](auto& layers) {
        layers.template get<0, 1>().weights()(0, 0, 0, 0) = 10;
        layers.template get<0, 1>().weights()(0, 0, 1, 0) = 100;
    });
    const Array<float, 3> picture{{{1, 2}}, {{3, 4}}};
    CHECK(both.predict(picture) == Array<float, 1>{1, 2, 210, 3, 4, 430});
    CHECK(describe(both).layers.back().layer == "Concatenated");
    CHECK(describe(both).layers.back().inputs == std::vector<std::size_t>{0, 1});
    CHECK(both.rows()[0].name == "0.1.weights");
}
