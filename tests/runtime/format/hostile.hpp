// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/file_error.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <initializer_list>
#include <span>
#include <vector>

/// Calls `read` with each beginning of a good file, and expects a FileError each time. The copies lie in memory of exactly
/// their size, so that the address sanitizer sees the first byte beyond.
template <class Read>
void check_cuts(const std::vector<std::byte>& good, Read read) {
    REQUIRE_NOTHROW(read(std::span{good}));
    for (std::size_t size = 0; size < good.size(); ++size) {
        const std::vector<std::byte> cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
        CAPTURE(size);
        CHECK_THROWS_AS(read(std::span{cut}), denim::FileError);
    }
}

/// Calls `read` with the file after each flip of one bit and after each byte was replaced by some others: it may succeed (in
/// data, any bit is right) or throw a FileError, nothing else. Gives how many were refused.
template <class Read>
std::size_t check_flips(const std::vector<std::byte>& good, Read read) {
    std::size_t refused = 0;
    std::vector<std::byte> bad = good;
    for (std::byte& place : bad) {
        const std::byte kept = place;
        const auto attempt = [&](std::byte value) {
            place = value;
            try {
                read(std::span<const std::byte>{bad});
            } catch (const denim::FileError&) {
                ++refused;
            }
        };
        for (int bit = 0; bit < 8; ++bit) attempt(kept ^ std::byte(1 << bit));
        for (const int value : std::initializer_list<int>{0, 0x7f, 0x80, 0xff, '-', '9', '[', '"'}) attempt(std::byte(value));
        place = kept;
    }
    CHECK(refused > 0);
    return refused;
}
