// SPDX-License-Identifier: MIT
#include <denim/machine/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace denim;

TEST_CASE("Philox4x32-10 gives the published numbers") {
    // Known answers of the authors' Random123: counter 0 and key 0, then all bits set.
    CHECK(Random{Seed{0}, 0}.block(0) == Random::Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    CHECK(Random{Seed{~0ull}, ~0ull}.block(~0ull) == Random::Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
}

TEST_CASE("uniform numbers stay in their range and have its mean and variance") {
    Random random{Seed{3}};
    double sum = 0, squares = 0;
    constexpr int count = 100'000;
    for (int i = 0; i < count; ++i) {
        const double x = random.uniform(-1, 3);
        REQUIRE(x >= -1);
        REQUIRE(x < 3);
        sum += x;
        squares += (x - 1) * (x - 1);
    }
    CHECK(sum / count == doctest::Approx(1).epsilon(0.02));
    CHECK(squares / count == doctest::Approx(16.0 / 12).epsilon(0.02));
}

TEST_CASE("a shuffle keeps every element, and depends on its stream") {
    std::array<int, 50> a{}, b{};
    for (int i = 0; i < 50; ++i) a[static_cast<std::size_t>(i)] = b[static_cast<std::size_t>(i)] = i;
    shuffle(a, Random{Seed{1}, 7});
    shuffle(b, Random{Seed{1}, 8});
    CHECK(a != b);
    std::ranges::sort(a);
    for (int i = 0; i < 50; ++i) CHECK(a[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("sixteen blocks at once are the same numbers") {
    const Random random{Seed{123456789012345}, 77};
    const Random::Blocks blocks = random.blocks(5);
    for (std::size_t n = 0; n < 16; ++n)
        for (std::size_t word = 0; word < 4; ++word) CHECK(blocks[word][n] == random.block(5 + n)[word]);
}
