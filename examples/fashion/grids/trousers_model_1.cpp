// SPDX-License-Identifier: MIT
#include "fashion/grids/grids.hpp"
#include "fashion/networks.hpp"

using namespace denim;

fashion::GridPoints fashion::trousers_model_1() {
    return sweep_points(Grid<Families<4>::Model1, Values<3, 5, 7>, Values<32, 64, 96, 128>>{});
}
