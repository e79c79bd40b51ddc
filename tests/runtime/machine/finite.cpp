// SPDX-License-Identifier: MIT
// Whether numbers are finite. tests/portability builds this with -ffast-math too.
#include <denim/machine/finite.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <span>
#include <vector>

using namespace denim;

namespace {

// Given by its bits and out of the compiler's sight, as numbers from files and kernels are.
template <class Scalar>
Scalar from_bits(BitsOf<Scalar> bits) {
    volatile BitsOf<Scalar> hidden = bits;
    const BitsOf<Scalar> read = hidden;
    Scalar value;
    std::memcpy(&value, &read, sizeof(value));
    return value;
}

struct Case {
    std::uint64_t wide;    // bits of a double
    std::uint32_t narrow;  // of a float of the same kind
    bool nan, finite;
};
const Case cases[] = {
    {0, 0, false, true},                                  // zero
    {0x8000000000000000u, 0x80000000u, false, true},      // -0
    {1, 1, false, true},                                  // the smallest
    {0x3ff0000000000000u, 0x3f800000u, false, true},      // 1
    {0x7fefffffffffffffu, 0x7f7fffffu, false, true},      // the largest
    {0xffefffffffffffffu, 0xff7fffffu, false, true},
    {0x7ff0000000000000u, 0x7f800000u, false, false},     // infinities
    {0xfff0000000000000u, 0xff800000u, false, false},
    {0x7ff0000000000001u, 0x7f800001u, true, false},      // NaNs: signalling, quiet, negative
    {0x7ff8000000000000u, 0x7fc00000u, true, false},
    {0xfff8000000000000u, 0xffc00000u, true, false},
    {0xffffffffffffffffu, 0xffffffffu, true, false},
};

}  // namespace

TEST_CASE("NaNs and infinities are told from numbers") {
    for (const Case& one : cases) {
        CAPTURE(one.narrow);
        CHECK(is_nan(from_bits<double>(one.wide)) == one.nan);
        CHECK(is_finite(from_bits<double>(one.wide)) == one.finite);
        CHECK(is_nan(from_bits<float>(one.narrow)) == one.nan);
        CHECK(is_finite(from_bits<float>(one.narrow)) == one.finite);
    }
    static_assert(is_finite(1.0) && !is_nan(1.0f) && is_nan(not_a_number<float>()));
}

TEST_CASE("a NaN is no small loss") {
    const auto nan = from_bits<double>(0x7ff8000000000000u), infinity = from_bits<double>(0x7ff0000000000000u);
    const double losses[] = {-1, 0, 2, infinity, nan};  // in order
    for (std::size_t n = 0; n < std::size(losses); ++n)
        for (std::size_t k = 0; k < std::size(losses); ++k) {
            CAPTURE(n);
            CAPTURE(k);
            CHECK(is_less(losses[n], losses[k]) == (n < k));
        }
}

TEST_CASE("what arithmetic makes is seen") {
    volatile float large = 3e38f, zero = 0;
    const float infinite = large * 10, nan = infinite * zero;
    CHECK_FALSE(is_finite(infinite));
    CHECK_FALSE(is_nan(infinite));
    CHECK(is_nan(nan));
    CHECK(is_nan(not_a_number<float>()));
    CHECK(is_nan(not_a_number<double>()));
}

TEST_CASE("one bad number among many is found, wherever it stands") {
    for (const std::size_t count : {0u, 1u, 7u, 128u, 129u, 300u}) {
        std::vector<float> floats(count, -3e38f);
        std::vector<double> doubles(count, 1e308);
        CHECK(all_finite(floats));
        CHECK(all_finite(std::span<const double>{doubles}));
        for (std::size_t n = 0; n < count; ++n)
            for (const Case& one : cases) {
                floats[n] = from_bits<float>(one.narrow);
                doubles[n] = from_bits<double>(one.wide);
                REQUIRE(all_finite(std::span<float>{floats}) == one.finite);
                REQUIRE(all_finite(doubles) == one.finite);
                floats[n] = 1;
                doubles[n] = 1;
            }
    }
}
