// SPDX-License-Identifier: MIT
#include "messages.hpp"

#include <denim/report/filter_picture.hpp>

#include <doctest/doctest.h>

using namespace denim;

TEST_CASE("weights become colours on one scale, filter after filter") {
    // (1, 1, 3, 2): the first filter is (1, 0, -1), the second (0.5, 0.5, 0.5).
    const std::vector<float> weights{1, 0.5f, 0, 0.5f, -1, 0.5f};
    const Picture picture = draw_filters(weights, 1, 3, 4);
    const auto colour = [&](std::size_t x) { return Colour{picture.at(4, x)[0], picture.at(4, x)[1], picture.at(4, x)[2]}; };
    CHECK(colour(4) == Colour{255, 128, 0});
    CHECK(colour(10) == Colour{191, 191, 191});
    CHECK(colour(0) == white);
    CHECK(message_of([&] { draw_filters(weights, 3, 3); }).find("but got 6 numbers") != std::string::npos);
}

TEST_CASE("two channels become grey; filters of nothing are mid-grey") {
    const std::vector<float> weights{1, 0};
    CHECK(draw_filters(weights, 1, 2, 4).at(4, 4)[0] == 191);
    CHECK(draw_filters(std::vector<float>(9), 3, 1).at(200, 200)[1] == 128);
}

TEST_CASE("weights that are no numbers are seen, and leave the others their colours") {
    const std::vector<float> weights{1, std::numeric_limits<float>::quiet_NaN(), -1, std::numeric_limits<float>::infinity()};  // (1, 1, 2, 2)
    const Picture picture = draw_filters(weights, 1, 2, 4);
    CHECK(picture.at(4, 4)[0] == 128);
    CHECK(picture.at(4, 10)[0] == 255);
    CHECK(picture.at(4, 10)[1] == 0);
    CHECK(picture.at(4, 10)[2] == 255);
}
