// SPDX-License-Identifier: MIT
#include "fashion/wardrobe/coverage.hpp"

#include <doctest/doctest.h>

#include <numeric>

using namespace denim::wardrobe;

namespace {

double area(const Mask& mask) { return std::accumulate(mask.value.begin(), mask.value.end(), 0.0); }

}  // namespace

TEST_CASE("the pixels of a polygon are covered by its exact area") {
    const Path triangle{{1.25, 1.5}, {17.75, 4.25}, {6.5, 18.875}};
    const Mask mask = rasterise({triangle}, 20, 20);
    CHECK(area(mask) == doctest::Approx(std::abs(signed_area(triangle))).epsilon(1e-5));
    for (const float value : mask.value) {
        CHECK(value >= 0);
        CHECK(value <= 1);
    }
}

TEST_CASE("single pixels: half a pixel to the right, a corner, a thin upright line") {
    const Mask half = rasterise({{{2.5, 1}, {4, 1}, {4, 2}, {2.5, 2}}}, 8, 8);
    CHECK(half.at(2, 1) == doctest::Approx(0.5));
    CHECK(half.at(3, 1) == doctest::Approx(1));
    CHECK(half.at(1, 1) == 0);
    CHECK(half.at(4, 1) == doctest::Approx(0));
    const Mask corner = rasterise({{{0, 0}, {1, 0}, {0, 1}}}, 8, 8);
    CHECK(corner.at(0, 0) == doctest::Approx(0.5));
    const Mask thin = rasterise({{{3.4, 0}, {3.5, 0}, {3.5, 8}, {3.4, 8}}}, 8, 8);
    for (int y = 0; y < 8; ++y) CHECK(thin.at(3, y) == doctest::Approx(0.1));
}

TEST_CASE("a hole is not covered, overlaps are covered once") {
    const Path square{{1, 1}, {9, 1}, {9, 9}, {1, 9}}, hole{{3, 3}, {7, 3}, {7, 7}, {3, 7}};
    CHECK(area(rasterise(with_hole(square, hole), 10, 10)) == doctest::Approx(64 - 16));
    CHECK(area(rasterise({turned_left(square), turned_left(hole)}, 10, 10)) == doctest::Approx(64));
}

TEST_CASE("what reaches beyond the canvas is cut off at its edges") {
    const Path large{{-5, -5}, {30, -5}, {30, 30}, {-5, 30}};
    const Mask mask = rasterise({large}, 12, 7);
    CHECK(mask.width == 12);
    CHECK(mask.height == 7);
    CHECK(area(mask) == doctest::Approx(12 * 7));
    CHECK(rasterise({{{40, 1}, {50, 1}, {45, 5}}}, 12, 7).empty());
}

TEST_CASE("a line with a width covers its length times its width") {
    CHECK(area(rasterise(stroke({{2, 2}, {14, 7}}, 1.5), 20, 20)) == doctest::Approx(13 * 1.5).epsilon(1e-4));
    const Paths dashes = stitches({{1, 3}, {19, 3}}, 1, 2, 1);
    CHECK(dashes.size() == 6);
    CHECK(area(rasterise(dashes, 20, 20)) == doctest::Approx(12).epsilon(1e-3));
}
