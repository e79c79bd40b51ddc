// SPDX-License-Identifier: MIT
#include "fashion/grids/grids.hpp"
#include "fashion/networks.hpp"

using namespace denim;

fashion::GridPoints fashion::primary_grid() {
    return sweep_points(Grid<Families<3>::Base, Values<3, 5, 7>, Values<32, 64, 96, 128>>{});
}
