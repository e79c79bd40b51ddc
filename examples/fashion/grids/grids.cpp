// SPDX-License-Identifier: MIT
#include "fashion/grids/grids.hpp"

#include <cstddef>
#include <limits>
#include <utility>

namespace fashion {

namespace {

constexpr std::size_t any = std::numeric_limits<std::size_t>::max();

/// The networks of all parts that have so many filters and such a second window at most.
GridPoints gather(GridPoints GridPart::*networks, std::size_t filters = any, std::size_t second = any) {
    GridPoints all;
    const auto add = [&](const GridPart& part) {
        for (const denim::SweepPoint& point : part.*networks)
            if (point.values[1] <= filters && point.values[2] <= second) all.push_back(point);
    };
    const auto add_windows = [&]<std::size_t Kernel, std::size_t... Second>(std::index_sequence<Kernel, Second...>) {
        (add(grid_part<Kernel, Second, 32, 64>()), ...);
        (add(grid_part<Kernel, Second, 96, 128>()), ...);
    };
    add_windows(std::index_sequence<3, 3, 5, 7>{});
    add_windows(std::index_sequence<5, 3, 5, 7>{});
    add_windows(std::index_sequence<7, 3, 5, 7>{});
    return all;
}

}  // namespace

GridPoints trousers_model_2() { return gather(&GridPart::model_2); }
GridPoints trousers_model_3() { return gather(&GridPart::model_3); }
GridPoints trousers_gender_grid() { return gather(&GridPart::model_3_of_2); }
GridPoints trousers_male_grid() { return gather(&GridPart::model_3_of_2, 64); }
GridPoints trousers_female_grid() { return gather(&GridPart::model_3_of_2, 64, 3); }
GridPoints shoes_gender_grid() { return trousers_female_grid(); }
GridPoints shoes_male_grid() { return gather(&GridPart::model_3_of_5); }
GridPoints shoes_female_grid() { return gather(&GridPart::model_3_of_6); }

}  // namespace fashion
