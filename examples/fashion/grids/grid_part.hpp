// SPDX-License-Identifier: MIT
#pragma once

// What grid_part.cpp.in compiles.

#include "fashion/grids/grids.hpp"
#include "fashion/networks.hpp"

#include <type_traits>

namespace fashion {

template <std::size_t Kernel, std::size_t Second, std::size_t... Filters>
GridPart grid_part() {
    using namespace denim;
    const auto model_3 = []<std::size_t Classes>(std::integral_constant<std::size_t, Classes>) {
        return sweep_points(Grid<Families<Classes>::template Model3, Values<Kernel>, Values<Filters...>, Values<Second>,
                            Values<256, 512, 1024>>{});
    };
    GridPart part;
    part.model_3_of_2 = model_3(std::integral_constant<std::size_t, 2>{});
    if constexpr (Second <= 5) {
        part.model_2 = sweep_points(Grid<Families<4>::Model2, Values<Kernel>, Values<Filters...>, Values<Second>>{});
        part.model_3 = model_3(std::integral_constant<std::size_t, 4>{});
    }
    if constexpr (Second <= 3 && ((Filters <= 64) && ...)) {
        part.model_3_of_5 = model_3(std::integral_constant<std::size_t, 5>{});
        part.model_3_of_6 = model_3(std::integral_constant<std::size_t, 6>{});
    }
    return part;
}

}  // namespace fashion
