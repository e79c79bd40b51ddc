// SPDX-License-Identifier: MIT
#include "gradients.hpp"

using namespace denim;
using testing::check_gradients;

TEST_CASE("Conv and Dense") {
    check_gradients<Image<6, 5, 2>, Sequential<Conv<3, 4>, Dense<3>>>(5);
    check_gradients<Image<6, 5, 1>, Sequential<Conv<3, 3, Same, Linear>, Conv<2, 5, NoBias>, Dense<4, NoBias>>>(3);
    check_gradients<Image<7, 6, 3>, Sequential<Conv<3, 4, Same, Stride<2>>, Conv<1, 3>, Dense<5, ReLU>, Dense<3>>>(4);
}

TEST_CASE("Conv and MaxPool, fused and alone") {
    check_gradients<Image<9, 8, 3>, Sequential<Conv<3, 5>, MaxPool, Conv<2, 4, Same>, Dense<3>>>(9);
    check_gradients<Image<9, 8, 2>, Sequential<Conv<3, 5, Linear>, Pool<Max, 3, Stride<2>>, Dense<2>>>(4);
}

TEST_CASE("Pools of averages, and windows that reach beyond the picture") {
    check_gradients<Image<9, 8, 3>, Sequential<Conv<3, 5, Same>, Pool<Average, 3, Same, Stride<2>>, Pool<Max, 3, Same, Stride<1>>, Dense<3>>>(4);
}

TEST_CASE("BatchNorm, between layers and at both ends") {
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 4, Linear>, BatchNorm, Dense<3>>>(6);
    check_gradients<Image<5, 4, 2>, Sequential<BatchNorm, Conv<3, 4>, MaxPool, Dense<3>, BatchNorm>>(6);
}

TEST_CASE("a frozen BatchNorm takes its running statistics for constants") {
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 4, Linear>, BatchNorm, Dense<3>>>(6, 1, [](auto& network) { network.template freeze<1>(); });
}

TEST_CASE("Dropout draws the same mask again") {
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 6>, Dropout, Dense<8, ReLU>, Dropout, Dense<3>>>(6);
}

TEST_CASE("Residual, with and without BatchNorm inside, and one in the other") {
    check_gradients<Image<5, 4, 3>, Sequential<Residual<Conv<3, 3, Same>, Conv<3, 3, Same, Linear>>, Dense<3>>>(4);
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 4, Same>, Residual<BatchNorm, Conv<3, 4, Same>, Conv<1, 4, Linear>>, MaxPool, Dense<3>>>(4);
    check_gradients<Image<4, 4, 2>, Sequential<Residual<Conv<3, 2, Same>, Residual<Conv<3, 2, Same>>>, Dense<3>>>(4);
}

TEST_CASE("a wide Dense and a last partial share") {
    check_gradients<Image<8, 8, 3>, Sequential<Dense<400, ReLU>, Dense<3>>>(19, 997);
    check_gradients<Image<8, 8, 1>, Sequential<Conv<3, 5, Same>, Dense<300, ReLU>, Dense<3>>>(9, 997);
}

TEST_CASE("convolutions that take the whole batch: transformed, and windows side by side at both strides") {
    using Wide = Sequential<Conv<1, 64>, Conv<3, 64, Same>, BatchNorm, Conv<3, 456, Same, Stride<2>, Linear>, BatchNorm, Conv<1, 576, NoBias>, Dense<3>>;
    using Plan = denim::Plan<Network<Image<5, 5, 3>, Wide>::Graph, Fast, Mode::training>;
    static_assert(Plan::LayerAt<0>::works == Works::on_samples && Plan::LayerAt<1>::works == Works::on_batches && Plan::LayerAt<3>::works == Works::on_batches);
    static_assert(Plan::LayerAt<5>::works == Works::on_batches);
    check_gradients<Image<5, 5, 3>, Wide>(9, 99'991);
}
