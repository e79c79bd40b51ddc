// SPDX-License-Identifier: MIT
#include "messages.hpp"

#include <denim/report/confusion_picture.hpp>

#include <doctest/doctest.h>

#include <set>

using namespace denim;

namespace {

bool has(const Picture& picture, Colour colour) {
    for (std::size_t n = 0; n < picture.pixels.size(); n += 3)
        if (picture.pixels[n] == colour.red && picture.pixels[n + 1] == colour.green && picture.pixels[n + 2] == colour.blue)
            return true;
    return false;
}

Confusion counts(std::initializer_list<std::size_t> numbers, std::size_t classes) {
    Confusion result(std::array{classes, classes}, std::size_t{0});
    std::copy(numbers.begin(), numbers.end(), result.begin());
    return result;
}

}  // namespace

TEST_CASE("cells have the blue of their counts, at every size") {
    for (const std::size_t size : {600u, 800u, 1600u}) {
        const Picture picture = draw_confusion(counts({80, 20, 40, 60}, 2), {"glasses", "caf\xc3\xa9"}, {.size = size});
        CHECK(picture.size.width == size);
        for (const double place : {1.0, 0.25, 0.5, 0.75}) CHECK(has(picture, blue_scale(place)));
    }
}

TEST_CASE("text is white above half of the largest count and dark elsewhere") {
    // The dark ink of the text stands on a cell of exactly half; the cell above half has pure white pixels inside.
    const auto inside = [](const Picture& picture, Colour cell, Colour ink) {
        for (std::size_t y = 0; y < picture.size.height; ++y) {
            bool begun = false;
            for (std::size_t x = 0; x < picture.size.width; ++x) {
                const std::uint8_t* pixel = picture.at(y, x);
                const Colour colour{pixel[0], pixel[1], pixel[2]};
                if (colour == cell || colour == blue_scale(1) || colour == blue_scale(0) || colour == blue_scale(0.51))
                    begun = colour == cell;
                else if (begun && colour == ink && x + 40 < picture.size.width && y > 60) {
                    const std::uint8_t* later = picture.at(y, x + 40);
                    if (Colour{later[0], later[1], later[2]} == cell) return true;
                }
            }
        }
        return false;
    };
    const Picture picture = draw_confusion(counts({100, 0, 49, 51}, 2), {"a", "b"});
    CHECK(inside(picture, blue_scale(1), white));
    CHECK(inside(picture, blue_scale(0.51), white));
    CHECK_FALSE(inside(picture, blue_scale(0.51), Colour{30, 30, 30}));
    CHECK(inside(picture, blue_scale(0.49), Colour{30, 30, 30}));
    CHECK_FALSE(inside(picture, blue_scale(0.49), white));
}

TEST_CASE("many classes with long names, an empty class, no pictures at all") {
    std::vector<std::string> names;
    for (int n = 0; n < 17; ++n) names.push_back("a rather long name of class " + std::to_string(n));
    CHECK(draw_confusion(Confusion(std::array<std::size_t, 2>{17, 17}, 3), names).size.width == 800);
    CHECK(draw_confusion(counts({0, 0, 0, 0}, 2), {"a", "b"}).size.width == 800);
    CHECK(draw_confusion(counts({5}, 1), {"one"}).size.width == 800);
    Confusion thousand(std::array<std::size_t, 2>{1000, 1000}, std::size_t{0});
    for (std::size_t n = 0; n < 1000; ++n) thousand(n, n) = 4;
    std::vector<std::string> words;
    for (std::size_t n = 0; n < 1000; ++n) words.push_back("n" + std::to_string(n));
    const Picture many = draw_confusion(thousand, words);
    CHECK(many.size.width == 2000);
    std::size_t full = 0;
    for (std::size_t n = 0; n < many.pixels.size(); n += 3)
        full += Colour{many.pixels[n], many.pixels[n + 1], many.pixels[n + 2]} == blue_scale(1) ? 1 : 0;
    CHECK(full >= 1000);  // each class has its pixel
    CHECK(has(many, Colour{30, 30, 30}));
    CHECK(message_of([] { draw_confusion(counts({1, 2, 3, 4}, 2), {"a"}); }).find("2 x 2 and 1 names") != std::string::npos);
    CHECK(message_of([] { draw_confusion(counts({5}, 1), {"one"}, {.size = 300}); }).find("600 pixels was expected, but got 300") !=
          std::string::npos);
}

TEST_CASE("who does not see the picture is told how many are right, and what is most often taken for what") {
    CHECK(describe_confusion(counts({5, 1, 0, 0, 6, 2, 3, 0, 7}, 3), {"glasses", "trousers", "shoes"}) ==
          "Confusion matrix of 3 classes: 18 of 24 right; most often wrong: shoes taken for glasses, 3 times");
    CHECK(describe_confusion(counts({5, 1, 0, 6}, 2), {"a", "b"}) ==
          "Confusion matrix of 2 classes: 11 of 12 right; most often wrong: a taken for b, 1 time");
    CHECK(describe_confusion(counts({5}, 1), {"one"}) == "Confusion matrix of 1 class: 5 of 5 right");
    CHECK(message_of([] { describe_confusion(counts({1, 2, 3, 4}, 2), {"a"}); }) ==
          "denim: describe_confusion: a square matrix and a name for each of its classes were expected, but got 2 x 2 and 1 names");
}
