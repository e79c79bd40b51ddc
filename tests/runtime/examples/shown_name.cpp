// SPDX-License-Identifier: MIT
#include "shown_name.hpp"

#include "fashion/labels.hpp"

#include <doctest/doctest.h>

using command_line::shown;

TEST_CASE("a name is one line, whatever is in it") {
    CHECK(shown("shoes/boots-female/1.jpg") == "shoes/boots-female/1.jpg");
    CHECK(shown(std::filesystem::path{"a\nb"}) == "a\\x0Ab");
    CHECK(shown(std::string{"\0\t\x1b\x7f", 4}) == "\\x00\\x09\\x1B\\x7F");
    CHECK(shown("a\\x0Ab") == "a\\\\x0Ab");  // no other name looks like it
    CHECK(shown("B\xc3\xbcro \xe2\x82\xac") == "B\xc3\xbcro \xe2\x82\xac");
    CHECK(shown("next\xc2\x85line, csi\xc2\x9b, space\xc2\xa0") == "next\\xC2\\x85line, csi\\xC2\\x9B, space\xc2\xa0");
    CHECK(shown("B\xfcro\n") == "B\\xFCro\\x0A");  // Latin-1
    CHECK(shown("") == "");
    for (const std::string& name : {std::string{"a\\x0Ab\n\\"}, std::string{"\0\xfc\\\\n", 5}, std::string{"\xc2\x85\xc3\xbc"}, std::string{}})
        CHECK(command_line::name_of_shown(shown(name)) == name);
    CHECK(command_line::name_of_shown("\\x0 \\q \\xZZ \\") == "\\x0 \\q \\xZZ \\");
}

TEST_CASE("labels that folders gave are one line too") {
    const fashion::Labels labels{.category = {"two\nlines", 0.9}, .gender = {}, .type = {"tab\there", 0.2}, .familiarity = 1};
    CHECK(labels.text(0.5, 0.01) == "two\\x0Alines 0.90, tab\\x09here? 0.20");
    CHECK(labels.json("a\nb", 0.5, 0.01).find('\n') == std::string::npos);
}
