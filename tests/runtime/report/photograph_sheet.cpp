// SPDX-License-Identifier: MIT
#include "messages.hpp"

#include <denim/report/photograph_sheet.hpp>

#include <doctest/doctest.h>

using namespace denim;

TEST_CASE("photographs stand in rows, wrong ones in a red frame") {
    const Picture photograph{Size{40, 30}, Colour{10, 200, 30}};
    const std::vector<LabelledPhotograph> all{{photograph, "boots", "boots", 0.97},
                                              {photograph, "heels", "ballerina with a long name", 0.5},
                                              {photograph, "boots", "boots", 1}};
    const Picture sheet = draw_photographs(all, 2, Size{80, 60});
    CHECK(sheet.size.width == 2 * 72 + 12);
    CHECK(sheet.size.height == 2 * (80 + 34 + 24) + 12);
    const auto colour = [&](std::size_t y, std::size_t x) {
        return Colour{sheet.at(y, x)[0], sheet.at(y, x)[1], sheet.at(y, x)[2]};
    };
    CHECK(colour(50, 40) == Colour{10, 200, 30});
    CHECK(colour(50, 10) == Colour{210, 210, 210});
    CHECK(colour(50, 82) == Colour{200, 30, 30});
    CHECK(colour(200, 110) == white);
    CHECK(message_of([] { draw_photographs({}); }).find("at least one photograph") != std::string::npos);
}

TEST_CASE("a long label is cut to its room, between characters") {
    const std::string text = detail::shortened("caf\xc3\xa9 caf\xc3\xa9 caf\xc3\xa9", 14, 60);
    CHECK(text_width(text, 14) <= 60);
    CHECK(text.ends_with("\xe2\x80\xa6"));
    CHECK(detail::characters_of(text).find(U'\ufffd') == std::u32string::npos);
    CHECK(detail::shortened("boots", 14, 60) == "boots");
}

TEST_CASE("one channel becomes grey") {
    const std::vector<std::uint8_t> bytes{1, 2, 3, 4};
    CHECK(picture_of(bytes.data(), Shape{2, 2, 1}).at(1, 0)[2] == 3);
}
