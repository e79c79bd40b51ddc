// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdio>
#include <string>

/// What `act` writes on standard error.
std::string said(auto act) {
    std::fflush(stderr);
    std::FILE* const file = std::tmpfile();
    REQUIRE(file);
    const int before = ::dup(2);
    ::dup2(::fileno(file), 2);
    act();
    std::fflush(stderr);
    ::dup2(before, 2);
    ::close(before);
    std::string text(4096, ' ');
    std::rewind(file);
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    return text;
}
