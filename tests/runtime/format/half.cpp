// SPDX-License-Identifier: MIT
#include <denim/format/half.hpp>

#include <doctest/doctest.h>

using namespace denim;

TEST_CASE("every binary16 number goes to float and back to its bits") {
    for (std::uint32_t bits = 0; bits < 65536; ++bits) {
        Float16 half;
        half.bits = static_cast<std::uint16_t>(bits);
        const auto value = static_cast<float>(half);
        if (std::isnan(value))
            REQUIRE(std::isnan(static_cast<float>(Float16{value})));
        else
            REQUIRE(Float16{value}.bits == bits);
    }
    CHECK(static_cast<float>(Float16{0.1}) == 0.0999755859375f);
    CHECK(static_cast<float>(Float16{65504}) == 65504.0f);
    CHECK(static_cast<float>(Float16{0x1p-24}) == 0x1p-24f);
}

TEST_CASE("every bfloat16 number goes to float and back to its bits") {
    for (std::uint32_t bits = 0; bits < 65536; ++bits) {
        BFloat16 half;
        half.bits = static_cast<std::uint16_t>(bits);
        const auto value = static_cast<float>(half);
        if (std::isnan(value))
            REQUIRE(std::isnan(static_cast<float>(BFloat16{value})));
        else
            REQUIRE(BFloat16{value}.bits == bits);
    }
}

TEST_CASE("halves are rounded to nearest, ties to even, in one step from double") {
    CHECK(Float16{1 + 0x1p-11}.bits == Float16{1}.bits);               // a tie, down to even
    CHECK(Float16{1 + 3 * 0x1p-11}.bits == Float16{1 + 0x1p-9}.bits);  // a tie, up to even
    CHECK(Float16{1 + 0x1p-11 + 0x1p-40}.bits == Float16{1 + 0x1p-10}.bits);
    CHECK(Float16{0x1p-25}.bits == 0);  // half of the smallest
    CHECK(Float16{0x1p-25 * 1.001}.bits == 1);
    CHECK(Float16{0x1p-14 - 0x1p-26}.bits == 0x0400);  // a subnormal rounds up into the normals
    CHECK(Float16{65519.99}.bits == 0x7bff);
    CHECK(Float16{65520}.bits == 0x7c00);  // infinity
    CHECK(Float16{-1e300}.bits == 0xfc00);
    CHECK(Float16{-0.0}.bits == 0x8000);
    CHECK(BFloat16{3.4028234663852886e38}.bits == 0x7f80);  // the largest float is beyond the largest bfloat16
    CHECK(BFloat16{1e-300}.bits == 0);
}
