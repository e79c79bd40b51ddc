// SPDX-License-Identifier: MIT
#include "fashion/grids/grids.hpp"
#include "fashion/networks.hpp"

using namespace denim;

fashion::GridPoints fashion::glasses_grid() {
    return sweep_points(Grid<Families<2>::Base, Values<3, 5>, Values<32, 64>>{});
}
