// SPDX-License-Identifier: MIT
// The grids that --grid trains are the study's, network by network.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "fashion/grids/grids.hpp"

using namespace fashion;

namespace {

/// How many different networks a grid has; each has a value for every axis, and its type says these and the classes.
std::size_t networks(const GridPoints& grid, std::size_t axes, std::size_t classes) {
    std::set<std::string> types;
    std::set<std::vector<std::size_t>> values;
    for (const denim::SweepPoint& point : grid) {
        CHECK(point.values.size() == axes);
        const std::string first = "Conv<" + std::to_string(point.values[0]) + ", " + std::to_string(point.values[1]) + ">",
                          last = "Dense<" + std::to_string(classes) + ">>";
        CHECK_MESSAGE(point.architecture.find(first) != std::string::npos, point.architecture);
        CHECK_MESSAGE(point.architecture.find(last) != std::string::npos, point.architecture);
        types.insert(point.architecture);
        values.insert(point.values);
    }
    CHECK(types.size() == grid.size());
    CHECK(values.size() == grid.size());
    return types.size();
}

}  // namespace

TEST_CASE("the grids of trousers and shoes have the study's numbers of settings, and all are different") {
    CHECK(networks(trousers_model_2(), 3, 4) == 24);
    CHECK(networks(trousers_model_3(), 4, 4) == 72);
    CHECK(networks(trousers_gender_grid(), 4, 2) == 108);
    CHECK(networks(trousers_male_grid(), 4, 2) == 54);
    CHECK(networks(trousers_female_grid(), 4, 2) == 18);
    CHECK(networks(shoes_gender_grid(), 4, 2) == 18);
    CHECK(networks(shoes_male_grid(), 4, 5) == 18);
    CHECK(networks(shoes_female_grid(), 4, 6) == 18);
}

TEST_CASE("each grid has the setting that the task trains without it") {
    const std::vector<std::size_t> own{3, 64, 3, 512};
    for (const GridPoints& grid : {trousers_model_3(), trousers_gender_grid(), trousers_male_grid(), trousers_female_grid(),
                                   shoes_male_grid(), shoes_female_grid()})
        CHECK(std::ranges::count(grid, own, &denim::SweepPoint::values) == 1);
}
