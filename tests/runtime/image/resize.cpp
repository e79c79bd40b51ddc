// SPDX-License-Identifier: MIT
#include <denim/image/resize.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace denim;

namespace {

// As tests/golden/make_resize.py draws it.
Picture drawn(Size size) {
    Picture picture{size};
    std::uint32_t state = 12345;
    for (std::size_t y = 0; y < size.height; ++y)
        for (std::size_t x = 0; x < size.width; ++x)
            for (std::size_t c = 0; c < 3; ++c) {
                state = (state * 1103515245u + 12345u) & 0x7FFFFFFFu;
                picture.at(y, x)[c] = static_cast<std::uint8_t>(2 * x < size.width        ? state >> 16
                                                                : (x / 3 + y / 5 + c) % 2 ? 255
                                                                                          : 0);
            }
    return picture;
}

}  // namespace

TEST_CASE("resize gives the bytes of Pillow's Image.resize") {
    std::ifstream file("golden/resize.txt");
    int cases = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#')) continue;
        std::istringstream words(line);
        std::string filter, bytes;
        Size from, to;
        words >> filter >> from.width >> from.height >> to.width >> to.height >> bytes;
        CAPTURE(line.substr(0, 40));
        const Picture small = resize(drawn(from), to, filter == "bicubic" ? Filter::bicubic : Filter::lanczos);
        REQUIRE(small.size == to);
        REQUIRE(bytes.size() == 2 * small.pixels.size());
        int wrong = 0;
        for (std::size_t i = 0; i < small.pixels.size(); ++i)
            wrong += small.pixels[i] != std::stoi(bytes.substr(2 * i, 2), nullptr, 16);
        CHECK(wrong == 0);
        ++cases;
    }
    CHECK(cases == 20);
}

TEST_CASE("a picture of one colour keeps it at any size") {
    const Picture grey{Size{13, 29}, Colour{7, 130, 255}};
    for (const Size size : {Size{1, 1}, Size{5, 90}, Size{120, 3}, Size{13, 29}})
        for (const Filter filter : {Filter::bicubic, Filter::lanczos})
            CHECK(resize(grey, size, filter) == Picture{size, Colour{7, 130, 255}});
}

TEST_CASE("a picture without pixels cannot be resized") {
    CHECK_THROWS_AS(resize(Picture{}, Size{3, 3}), std::invalid_argument);
    CHECK_THROWS_AS(resize(Picture{Size{3, 3}}, Size{0, 3}), std::invalid_argument);
}
