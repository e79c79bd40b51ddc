// SPDX-License-Identifier: MIT
#include "fashion/path_list.hpp"

#include "scratch.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <vector>

namespace {

std::vector<std::string> paths_in(const std::string& text) {
    std::istringstream list{text};
    std::vector<std::string> all;
    while (const auto path = fashion::next_path(list)) all.push_back(path->string());
    return all;
}

}  // namespace

TEST_CASE("a list from Windows names the same files") {
    const std::vector<std::string> expected{"a.jpg", "shoes/b c.jpg"};
    CHECK(paths_in("a.jpg\nshoes/b c.jpg\n") == expected);
    CHECK(paths_in("a.jpg\r\nshoes/b c.jpg\r\n") == expected);
    CHECK(paths_in("\xEF\xBB\xBF" "a.jpg\r\n\r\n\nshoes/b c.jpg") == expected);
    CHECK(paths_in("").empty());
    CHECK(paths_in("\r\n").empty());
}

TEST_CASE("a name that does end in a return is found") {
    const Scratch scratch;
    const std::string name = (scratch / "odd\r").string();
    write_bytes(name, bytes_of_text("x"));
    CHECK(paths_in(name + "\n") == std::vector<std::string>{name});
}
