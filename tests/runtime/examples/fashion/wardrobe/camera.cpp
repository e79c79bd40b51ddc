// SPDX-License-Identifier: MIT
#include "fashion/wardrobe/camera.hpp"

#include <doctest/doctest.h>

using namespace denim;
using namespace denim::wardrobe;

namespace {

constexpr std::size_t width = photograph_width, middle_row = photograph_height / 2, left = 100, right = 200;

/// A black square in the middle, as if it were painted.
Sheet black_square() {
    Sheet sheet;
    for (std::size_t y = middle_row - 50; y < middle_row + 50; ++y) {
        for (std::size_t x = left; x < right; ++x) {
            sheet.covered[y * width + x] = 1;
            for (std::size_t c = 0; c < 3; ++c) sheet.rgb[3 * (y * width + x) + c] = 0;
        }
    }
    return sheet;
}

float red(const Sheet& sheet, std::size_t x, std::size_t y = middle_row) { return sheet.rgb[3 * (y * width + x)]; }

}  // namespace

TEST_CASE("the ground's light falls on the rim of what lies on it, and on nothing else") {
    Sheet sheet = black_square();
    wardrobe::detail::spill_light(sheet, 0.2, 4);
    CHECK(red(sheet, left) > 20);
    CHECK(red(sheet, left) < 0.2 * 255);
    CHECK(red(sheet, left + 1) < red(sheet, left));
    CHECK(red(sheet, right - 1) == doctest::Approx(red(sheet, left)));
    CHECK(red(sheet, (left + right) / 2) < 0.01f);
    CHECK(red(sheet, left - 1) == 255);
}

TEST_CASE("a softer lens spreads an outline further, and keeps the light that there is") {
    const auto outline = [](double deviation) {
        Sheet sheet = black_square();
        wardrobe::detail::soften(sheet, deviation);
        double light = 0;
        for (std::size_t x = 0; x < width; ++x) light += static_cast<double>(red(sheet, x));
        CHECK(light == doctest::Approx(255.0 * (width - (right - left))));
        CHECK(red(sheet, 0) == doctest::Approx(255));
        CHECK(red(sheet, left, middle_row) == doctest::Approx(red(sheet, (left + right) / 2, middle_row - 50)));
        CHECK(red(sheet, left + 2) < 0.01f);
        return red(sheet, left);
    };
    const float sharp = outline(0.3), soft = outline(0.9);
    CHECK(sharp < 2);
    CHECK(soft > 60);
    // The share of a bell curve over five pixels that lies more than half a pixel to one side.
    const double near = std::exp(-0.5 / 0.81), far = std::exp(-2 / 0.81);
    CHECK(soft == doctest::Approx(255 * (near + far) / (1 + 2 * near + 2 * far)));
}

TEST_CASE("a square that is exposed keeps a ground of 255, and noise stays on the square") {
    const Camera camera{.glare = 0.1, .softness = 0.5, .gamma = 0.9, .grain = 1};
    const Picture picture = exposed(black_square(), camera, 3);
    const auto at = [&](std::size_t x, std::size_t y) { return int{picture.pixels[3 * (y * width + x)]}; };
    CHECK(at(0, 0) == 255);
    CHECK(at(left - 3, middle_row) == 255);
    CHECK(at(left, middle_row) > at((left + right) / 2, middle_row) + 20);
    int lightest = 0;
    for (std::size_t x = 130; x < 170; ++x) lightest = std::max(lightest, at(x, middle_row));
    CHECK(lightest > 0);
    CHECK(lightest < 8);
}
