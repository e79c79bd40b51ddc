// SPDX-License-Identifier: MIT
#include "gradients.hpp"
#include "kept_threads.hpp"

#include <string>

using namespace denim;
using testing::check_gradients;

TEST_CASE("Conv: groups") {
    check_gradients<Image<6, 5, 4>, Sequential<Conv<3, 6, Groups<2>>, Conv<2, 3, Same, Groups<3>, GELU>, Dense<3>>>(4);
    check_gradients<Image<9, 8, 2>, Sequential<Conv<1, 4>, Conv<3, 8, Groups<4>, Same>, MaxPool,
                                               Conv<3, 4, Stride<2>, Groups<2>, NoBias, Linear>, Dense<3>>>(4, 3);
    check_gradients<Image<5, 4, 3>, Sequential<Conv<3, 3, Groups<3>>, MaxPool, Dense<3>>>(3);  // depthwise by another name
}

TEST_CASE("Conv: dilation") {
    check_gradients<Image<8, 7, 2>, Sequential<Conv<3, 4, Dilation<2>>, Conv<2, 3, Same, Dilation<3>, Linear>, Dense<3>>>(4);
    check_gradients<Image<8, 9, 2>,
                    Sequential<Conv<1, 4>, Residual<Conv<3, 4, Same, Dilation<2>, Groups<2>>>, MaxPool, BatchNorm, Dense<3>>>(
        4);
}

TEST_CASE("Conv: a picture says what it asked for, and the same bits alone and in a batch") {
    const testing::KeptThreads kept_threads;
    using Tested =
        Network<Image<14, 13, 3>, Sequential<Conv<3, 8, Same>, Conv<3, 8, Same, Dilation<2>>, Conv<3, 6, Groups<2>>, Dense<2>>>;
    const Tested network{Seed{2}};
    CHECK(network.summary().find("dilated, ") != std::string::npos);
    CHECK(network.summary().find("grouped, ") != std::string::npos);
    CHECK(network.summary().find("Conv<3, 8, Same, Dilation<2>") != std::string::npos);
    const testing::Problem problem{Tested::input, 5, Tested::heads};
    set_serial_threshold(0);
    const auto batch = network.predict(problem.images);
    const auto one =
        network.predict(view(problem.images.data() + 3 * Tested::input.size(), std::array<std::size_t, 3>{14, 13, 3}));
    CHECK(one(0) == batch(3, 0));
    CHECK(one(1) == batch(3, 1));
}
