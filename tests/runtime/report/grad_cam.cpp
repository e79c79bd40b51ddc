// SPDX-License-Identifier: MIT
#include "messages.hpp"
#include "views.hpp"

#include <denim/denim.hpp>
#include <denim/report/grad_cam.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

using namespace denim;

namespace {

// Two channels, of which one is bright above and one below; class 0 looks at the first, class 1 at the second.
using Net = Network<Image<4, 3, 2>, Sequential<Conv<1, 2, Linear>, GlobalPool<Average>, Dense<2>>>;

Net network() {
    Net made;
    made.edit([](auto& layers) {
        auto windows = layers.template get<0>().weights();
        auto weights = layers.template get<2>().weights();
        for (std::size_t a = 0; a < 2; ++a)
            for (std::size_t b = 0; b < 2; ++b) windows(0, 0, a, b) = a == b ? 1.0f : 0.0f, weights(a, b) = a == b ? 3.0f : -1.0f;
    });
    return made;
}
Array<float, 3> photograph() {
    Array<float, 3> all(std::array<std::size_t, 3>{4, 3, 2}, 0.0f);
    all(0, 1, 0) = 0.9f;
    all(3, 2, 1) = 0.6f;
    return all;
}

}  // namespace

TEST_CASE("of layers before a mean and a sum, the heat is the channels times the class's weights, and what speaks against it is nothing") {
    const Net made = network();
    const GradCam seen = grad_cam(made, "0", photograph());
    CHECK(seen.of_class == 0);  // 3 * 0.9 - 0.6 against 3 * 0.6 - 0.9, over 12 places
    CHECK(seen.logit == doctest::Approx(2.1 / 12));
    REQUIRE(seen.rows == 4);
    REQUIRE(seen.columns == 3);
    for (std::size_t place = 0; place < 12; ++place) CHECK(seen.heat[place] == doctest::Approx(place == 1 ? 0.9 * 3 / 12 : 0));
    const GradCam other = grad_cam(made, "0", photograph(), {.of_class = 1});
    CHECK(other.of_class == 1);
    for (std::size_t place = 0; place < 12; ++place) CHECK(other.heat[place] == doctest::Approx(place == 11 ? 0.6 * 3 / 12 : 0));

    const Picture drawn = draw_grad_cam(Picture{Size{4, 3}, Colour{100, 100, 100}}, seen, 80);
    CHECK(drawn.size == Size{80, 60});
    CHECK(drawn.at(10, 30)[0] > drawn.at(10, 30)[2] + 60);
    CHECK(drawn.at(70, 50)[0] == 100);
    GradCam nothing = seen;
    std::ranges::fill(nothing.heat, 0.0f);
    CHECK(draw_grad_cam(Picture{Size{4, 3}, Colour{100, 100, 100}}, nothing, 80).at(10, 30)[0] == 100);
}

TEST_CASE("a head and a class that there are not, and a logit that is no number, are errors") {
    Net made = network();
    CHECK(message_of([&] { grad_cam(made, "0", photograph(), {.head = 1}); }) ==
          "denim: grad_cam: the network has 1 heads, counted from 0, but head 1 was asked for");
    CHECK(message_of([&] { grad_cam(made, "0", photograph(), {.of_class = 2}); }) ==
          "denim: grad_cam: the head has 2 classes, counted from 0, but class 2 was asked for");
    made.edit([](auto& layers) { layers.template get<2>().bias()(1) = std::nanf(""); });
    CHECK(message_of([&] { grad_cam(made, "0", photograph()); }) == "denim: grad_cam: a logit of the photograph is not a number, so it has no class");
}

TEST_CASE("a photograph of another shape is an error, and one that is not contiguous is read as it is meant") {
    const Net made = network();
    const Array<float, 3> small(std::array<std::size_t, 3>{2, 3, 2}, 0.5f);
    CHECK(message_of([&] { grad_cam(made, "0", small); }) ==
          "denim: the network takes pictures of shape (N, 4, 3, 2) or one of (4, 3, 2), but got an array of shape (2, 3, 2)");
    const Array<float, 4> two(std::array<std::size_t, 4>{2, 4, 3, 2}, 0.5f), none(std::array<std::size_t, 4>{0, 4, 3, 2});
    CHECK(message_of([&] { grad_cam(made, "0", two); }) == "denim: grad_cam: one photograph was expected, but 2 came");
    CHECK(message_of([&] { grad_cam(made, "0", none); }) == "denim: grad_cam: one photograph was expected, but 0 came");

    Array<float, 3> wide(std::array<std::size_t, 3>{4, 6, 2}, -1.0f);  // every second column is the photograph
    const Array<float, 3> whole = photograph();
    for (std::size_t y = 0; y < 4; ++y)
        for (std::size_t x = 0; x < 3; ++x)
            for (std::size_t c = 0; c < 2; ++c) wide(y, 2 * x, c) = whole(y, x, c);
    CHECK(grad_cam(made, "0", xt::view(wide, xt::all(), xt::range(0, 6, 2), xt::all())).heat == grad_cam(made, "0", whole).heat);
}

TEST_CASE("heat is drawn of as many finite numbers as there are places") {
    const Picture photograph{Size{4, 3}};
    const std::vector<float> six(6, 0.5f);
    CHECK(draw_heat(photograph, six, 2, 3, 40).size == Size{40, 30});
    CHECK(message_of([&] { draw_heat(photograph, six, 3, 3); }) ==
          "denim: draw_heat: a number for each of 3 x 3 places, of which there is one at least, was expected, but got 6");
    CHECK(message_of([&] { draw_heat(photograph, six, 0, 6); }).find("of 0 x 6 places") != std::string::npos);
    CHECK(message_of([&] { draw_grad_cam(photograph, GradCam{}); }).find("but got 0") != std::string::npos);
    CHECK(message_of([&] { draw_heat(photograph, std::vector<float>{1, not_a_number<float>()}, 1, 2); }) ==
          "denim: draw_heat: finite numbers were expected, but one is not");
    CHECK(message_of([&] { draw_heat(Picture{}, six, 2, 3); }).find("but got 0 x 0 pixels and 400") != std::string::npos);
    CHECK(message_of([&] { draw_heat(photograph, six, 2, 3, 0); }).find("but got 4 x 3 pixels and 0") != std::string::npos);
}
