// SPDX-License-Identifier: MIT
#include <denim/image/draw.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace denim;

namespace {

// Black in the picture, in pixels.
double ink(const Picture& picture) {
    double sum = 0;
    for (const std::uint8_t byte : picture.pixels) sum += (255.0 - byte) / 255 / 3;
    return sum;
}

// What the outline encloses, by Gauss's formula.
double area(char32_t code, double height) {
    double twice = 0;
    for (const detail::Stroke& stroke : detail::glyph_of(code).strokes)
        twice += static_cast<double>(stroke.from_x) * static_cast<double>(stroke.to_y) -
                 static_cast<double>(stroke.to_x) * static_cast<double>(stroke.from_y);
    return std::fabs(twice) / 2 * height * height / detail::font_em / detail::font_em;
}

}  // namespace

TEST_CASE("a letter has the ink that its outline encloses, at every size, wherever it stands, either way") {
    for (const char letter : {'I', 'O', 'g', '8', '%'})
        for (const float height : {9.0f, 24.0f, 100.3f})
            for (const Direction direction : {Direction::right, Direction::up}) {
                Picture picture{Size{300, 300}};
                draw_text(picture, 150.3f, 149.7f, std::string(1, letter), {.height = height, .direction = direction});
                INFO(letter << ' ' << height);
                CHECK(ink(picture) ==
                      doctest::Approx(area(static_cast<char32_t>(letter), static_cast<double>(height))).epsilon(0.03));
            }
}

TEST_CASE("text is as long as it says; accents and unknown letters have glyphs, broken UTF-8 too") {
    CHECK(text_width("AA", 40) == doctest::Approx(2 * text_width("A", 40)));
    CHECK(text_width("A", 80) == doctest::Approx(2 * text_width("A", 40)));
    CHECK(detail::characters_of("\xc3\xa9\xe2\x82\xac") == U"\u00e9\u20ac");
    CHECK(detail::characters_of("a\xff\xc3") == U"a\ufffd\ufffd");
    CHECK(detail::glyph_of(0xe9).strokes.size() > detail::glyph_of('e').strokes.size());
    CHECK(&detail::glyph_of(0x65e5) == &detail::glyph_of(0xfffd));
    for (char32_t code = 0x21; code < 0x7f; ++code) CHECK(area(code, 100) > 100);
}

TEST_CASE("what lies beyond the picture is left out") {
    Picture picture{Size{20, 30}};
    fill(picture, {25, 15, 100, 100}, {0, 0, 0});
    CHECK(ink(picture) == doctest::Approx(25));
    draw_text(picture, -20, -3, "beyond", {.height = 40});
    draw_text(picture, 28, 19, "beyond", {.height = 40});
    paste(picture, -1, 18, Picture{Size{3, 3}, Colour{1, 2, 3}});
    CHECK(picture.at(18, 1)[1] == 2);
    CHECK(picture.at(18, 2)[1] == 255);
    Picture framed{Size{10, 10}};
    outline(framed, {0, 0, 10, 10}, {0, 0, 0}, 2);
    CHECK(ink(framed) == doctest::Approx(100 - 36));
}
