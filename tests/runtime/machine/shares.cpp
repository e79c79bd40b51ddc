// SPDX-License-Identifier: MIT
#include <denim/machine/shares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using denim::join_in_pairs;
using denim::Shares;

TEST_CASE("every sample of a batch is in one share, and no share is empty or has more than eight") {
    std::size_t most = 0;
    for (std::size_t batch = 1; batch <= 600; ++batch) {
        const Shares shares{batch};
        INFO("a batch of " << batch);
        REQUIRE(shares.samples == batch);
        std::size_t next = 0;
        for (std::size_t share = 0; share < shares.count; ++share) {
            REQUIRE(shares.first(share) == next);
            next = shares.last(share);
            REQUIRE(next > shares.first(share));
            REQUIRE(next - shares.first(share) <= shares.each);
            REQUIRE((share + 1 == shares.count || next - shares.first(share) == shares.each));  // only the last may be smaller
        }
        REQUIRE(next == batch);
        REQUIRE(shares.each == std::min<std::size_t>((batch + 7) / 8, 8));
        most = std::max(most, shares.count);
        REQUIRE(Shares::most(batch) == most);
    }
    CHECK(Shares{64}.count == 8);
    CHECK(Shares{9}.count == 5);
    CHECK(Shares{100}.count == 13);
}

TEST_CASE("shares are added in pairs, pairs in fours, and who has no neighbour is carried up") {
    const auto sum = [](std::size_t count) {
        std::vector<std::string> terms(count);
        for (std::size_t n = 0; n < count; ++n) terms[n] = std::to_string(n);
        join_in_pairs(count, [&](std::size_t to, std::size_t from) {
            // Not `+`: g++ 12 sees overlapping copies in it (GCC bug 105651).
            std::string both = "(";
            both.append(terms[to]).append("+").append(std::exchange(terms[from], "?")).append(")");
            terms[to] = both;
        });
        return terms[0];
    };
    CHECK(sum(1) == "0");
    CHECK(sum(2) == "(0+1)");
    CHECK(sum(3) == "((0+1)+2)");
    CHECK(sum(4) == "((0+1)+(2+3))");
    CHECK(sum(5) == "(((0+1)+(2+3))+4)");
    CHECK(sum(6) == "(((0+1)+(2+3))+(4+5))");
    CHECK(sum(7) == "(((0+1)+(2+3))+((4+5)+6))");
    CHECK(sum(8) == "(((0+1)+(2+3))+((4+5)+(6+7)))");
    CHECK(sum(11) == "((((0+1)+(2+3))+((4+5)+(6+7)))+((8+9)+10))");
    CHECK(sum(13) == "((((0+1)+(2+3))+((4+5)+(6+7)))+(((8+9)+(10+11))+12))");
}
