// SPDX-License-Identifier: MIT
#include <denim/machine/append_to_file.hpp>

#include <doctest/doctest.h>

#include "scratch.hpp"

#include <csignal>

#include <sys/resource.h>

using namespace denim;

namespace {

std::string text_of(const std::filesystem::path& path) {
    const auto bytes = read_bytes(path);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("a text comes behind a file of the expected size, and no other file is touched") {
    const Scratch scratch;
    CHECK_FALSE(append_to_file(scratch / "x", 0, "new"));
    CHECK_FALSE(std::filesystem::exists(scratch / "x"));
    write_bytes(scratch / "x", bytes_of_text("old"));
    CHECK(append_to_file(scratch / "x", 3, " and new"));
    CHECK(text_of(scratch / "x") == "old and new");
    CHECK_FALSE(append_to_file(scratch / "x", 3, " and newer"));
    CHECK(text_of(scratch / "x") == "old and new");
    CHECK_FALSE(append_to_file(scratch.folder(), 0, "new"));
    CHECK_FALSE(append_to_file("/dev/null", 0, "new"));
}

TEST_CASE("a full disk is an error, and the file has its old size again") {
    const Scratch scratch;
    write_bytes(scratch / "x", bytes_of_text("old"));
    ::rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const ::rlimit small{10, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    CHECK_THROWS_WITH_AS(append_to_file(scratch / "x", 3, "much more than there is room for"),
                         doctest::Contains("x: cannot be written: "), FileError);
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK(text_of(scratch / "x") == "old");
}
