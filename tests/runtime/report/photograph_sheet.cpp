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

TEST_CASE("pictures, labels, logits and names that do not fit each other are errors") {
    const std::vector<std::uint8_t> bytes(16);
    CHECK(message_of([&] { picture_of(bytes.data(), Shape{2, 2, 4}); }) ==
          "denim: picture_of: a picture of 3 channels or 1 was expected, but its shape is (2, 2, 4)");
    struct {
        Array<std::uint8_t, 4> images = Array<std::uint8_t, 4>(std::array<std::size_t, 4>{2, 2, 2, 1}, std::uint8_t{9});
        Array<std::int32_t, 1> labels{0, 1};
    } set;
    const std::vector<std::string> names{"boots", "heels"};
    const std::vector<float> logits{0, 1, 0, 1}, few{0, 1};
    CHECK(mistakes_of(set, logits, names).size() == 1);
    CHECK(message_of([&] { mistakes_of(set, few, names); }).find("scores of 2 pictures for 2 classes were expected, but got 2 numbers") !=
          std::string::npos);
    CHECK(message_of([&] { mistakes_of(set, logits, {}); }).find("for 0 classes") != std::string::npos);
    set.labels(1) = 2;
    CHECK(message_of([&] { mistakes_of(set, logits, names); }).find("labels from 0 to 1 were expected, but got 2") != std::string::npos);
    set.labels = {0};
    CHECK(message_of([&] { mistakes_of(set, few, names); }) == "denim: mistakes_of: a label for each of 2 pictures was expected, but 1 came");
}
