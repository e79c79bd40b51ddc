// SPDX-License-Identifier: MIT
#include "gradients.hpp"

using namespace denim;
using testing::check_gradients;

TEST_CASE("GlobalPool") {
    check_gradients<Image<5, 4, 3>, Sequential<Conv<2, 5>, GlobalPool<Average>, Dense<3>>>(4);
    check_gradients<Image<5, 4, 3>, Sequential<Conv<2, 18>, GlobalPool<Max>, Dense<3>>>(4);
}

TEST_CASE("Flatten and LayerNorm") {
    check_gradients<Image<4, 4, 2>, Sequential<Conv<2, 5, Linear>, LayerNorm, Conv<2, 3>, Flatten, LayerNorm, Dense<3>>>(4);
    check_gradients<Image<4, 4, 2>, Sequential<LayerNorm, Residual<LayerNorm, Conv<1, 2, Linear>>, Dense<3>>>(4);
}
