// SPDX-License-Identifier: MIT
#include "golden/golden.hpp"

#include <doctest/doctest.h>

// The numbers on the right side are what make_golden.py gives.

TEST_CASE("bits, numbers and their sums are those of make_golden.py") {
    CHECK(golden::bits(0, 7) == 306538094u);
    CHECK(golden::bits(1, 7) == 2116646135u);
    CHECK(golden::bits(12345, 7) == 455714477u);
    CHECK(golden::bits((std::uint64_t{1} << 32) + 5, 7) == 93155050u);

    CHECK(golden::numbers(5, 3) == std::vector{0x1.47613cp-1f, 0x1.ed45acp-1f, 0x1.782d5cp-1f, 0x1.b5dc7p-3f, 0x1.7f061cp-1f});
    CHECK(golden::numbers(2, 3, 0x1p-4f) == std::vector{0x1.47613cp-5f, 0x1.ed45acp-5f});

    std::int64_t sum = 0, places = 0;
    const auto numbers = golden::numbers(100'000, 1);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto whole = static_cast<std::int64_t>(numbers[i] * 0x1p23f);
        sum += whole;
        places += (whole % 1000 + 1000) % 1000 * static_cast<std::int64_t>(i % 7);
    }
    CHECK(sum == -310955969);
    CHECK(places == 149785741);
}

TEST_CASE("pictures and labels are those of make_golden.py") {
    struct Expected {
        std::uint32_t number;
        std::int32_t label;
        std::uint64_t sum, places;
    };
    for (const auto& [number, label, sum, places] : {Expected{0, 1, 1565688, 195315210}, Expected{1, 1, 1435014, 178597001},
                                                     Expected{2, 2, 1403474, 175338910}, Expected{79, 0, 1668042, 206616633}}) {
        const golden::Picture picture{number};
        std::uint64_t all = 0, weighed = 0;
        for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
            all += picture.pixels[i];
            weighed += picture.pixels[i] * (i % 251);
        }
        CHECK(picture.label == label);
        CHECK(all == sum);
        CHECK(weighed == places);
    }
}
