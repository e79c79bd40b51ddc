// SPDX-License-Identifier: MIT
#include <denim/image/fit.hpp>

#include <doctest/doctest.h>

using namespace denim;

TEST_CASE("a fitted picture keeps its aspect, touches the frame, and has at least one pixel") {
    constexpr Size frame{120, 90};
    CHECK(fitted_size({400, 300}, frame) == frame);
    CHECK(fitted_size({12, 9}, frame) == frame);
    CHECK(fitted_size({1000, 10}, frame) == Size{120, 1});
    CHECK(fitted_size({1, 5000}, frame) == Size{1, 90});
    // As Pillow's thumbnail rounds.
    CHECK(fitted_size({3000, 4000}, frame) == Size{68, 90});
    CHECK(fitted_size({100, 400}, frame) == Size{23, 90});
    CHECK(fitted_size({3330, 2500}, frame) == frame);
    CHECK(fitted_size({4010, 3010}, frame) == frame);
    CHECK(fitted_size({4020, 2990}, frame) == Size{120, 89});
    CHECK_THROWS_AS(fitted_size({0, 5}, frame), std::invalid_argument);
}

TEST_CASE("what is beside the picture is white, or the colour asked for") {
    const Picture red{Size{10, 40}, Colour{200, 0, 0}};
    const Picture fitted = fit(red, {120, 90});
    REQUIRE(fitted.size == Size{120, 90});
    const std::size_t height = fitted_size(red.size, {120, 90}).height, top = (120 - height) / 2;
    for (std::size_t y = 0; y < 120; ++y) {
        const bool inside = y >= top && y < top + height;
        for (std::size_t x : {0u, 45u, 89u}) {
            CAPTURE(y);
            CHECK(fitted.at(y, x)[0] == (inside ? 200 : 255));
            CHECK(fitted.at(y, x)[1] == (inside ? 0 : 255));
        }
    }
    CHECK(fit(red, {120, 90}, Colour{1, 2, 3}).at(0, 0)[2] == 3);
}

TEST_CASE("fit of the frame's own aspect is resize") {
    Picture picture{Size{40, 30}};
    for (std::size_t i = 0; i < picture.pixels.size(); ++i) picture.pixels[i] = static_cast<std::uint8_t>(i * 7);
    CHECK(fit(picture, {12, 9}) == resize(picture, {12, 9}));
    CHECK(fit(picture, {40, 30}) == picture);
}
