// SPDX-License-Identifier: MIT
#include <denim/format/any_array.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>

using namespace denim;

namespace {

template <Element T>
AnyArray array_of(std::initializer_list<T> values) {
    return AnyArray::of<T>(std::span{values.begin(), values.size()}, {values.size()});
}

}  // namespace

TEST_CASE("numbers are converted exactly or rounded to nearest") {
    CHECK(array_of<std::uint8_t>({0, 255}).as<float>() == std::vector<float>{0, 255});
    CHECK(array_of<double>({0.1}).as<float>() == std::vector<float>{0.1f});
    CHECK(array_of<std::int64_t>({(1ll << 53) + 1}).as<double>() == std::vector<double>{0x1p53});
    CHECK(array_of<float>({-128, 127}).as<std::int8_t>() == std::vector<std::int8_t>{-128, 127});
    CHECK(array_of<float>({-0x1p63f}).as<std::int64_t>() == std::vector<std::int64_t>{INT64_MIN});
    CHECK(array_of<Boolean>({Boolean{true}, Boolean{false}}).as<float>() == std::vector<float>{1, 0});
    CHECK(array_of<float>({0.5f}).as<Float16>()[0].bits == 0x3800);
    CHECK(std::isinf(array_of<double>({INFINITY}).as<float>()[0]));
    CHECK(std::isnan(array_of<double>({NAN}).as<Float16>()[0].operator float()));
}

TEST_CASE("a number that the type cannot hold is an error that names it") {
    CHECK_THROWS_WITH_AS(array_of<std::int32_t>({7, 300}).as<std::uint8_t>(),
                         "element 1 of an array of int32 (2,) is 300, which uint8 cannot hold", std::range_error);
    CHECK_THROWS_AS(array_of<std::int8_t>({-1}).as<std::uint64_t>(), std::range_error);
    CHECK_THROWS_AS(array_of<float>({0.5f}).as<std::int32_t>(), std::range_error);
    CHECK_THROWS_AS(array_of<float>({0x1p63f}).as<std::int64_t>(), std::range_error);
    CHECK_THROWS_AS(array_of<double>({-1}).as<std::uint8_t>(), std::range_error);
    CHECK_THROWS_AS(array_of<double>({NAN}).as<std::int32_t>(), std::range_error);
    CHECK_THROWS_AS(array_of<double>({1e300}).as<float>(), std::range_error);
    CHECK_THROWS_AS(array_of<float>({70000}).as<Float16>(), std::range_error);
    CHECK_THROWS_AS(array_of<double>({1e39}).as<BFloat16>(), std::range_error);
}

TEST_CASE("elements are read where they are, by their own type") {
    AnyArray array = array_of<std::int16_t>({1, -2, 3});
    CHECK(array.values<std::int16_t>()[1] == -2);
    array.values<std::int16_t>()[1] = 5;
    CHECK(array.as<int>() == std::vector<int>{1, 5, 3});
    CHECK_THROWS_WITH_AS(static_cast<void>(array.view().values<float>()), "an array of float32 was expected, int16 (3,) came",
                         std::invalid_argument);
    alignas(4) const std::array<std::byte, 9> bytes{};
    const AnyArrayView shifted{ElementType::float32, {2}, std::span{bytes}.subspan(1)};
    CHECK_THROWS_AS(static_cast<void>(shifted.values<float>()), std::invalid_argument);
    CHECK(shifted.as<float>() == std::vector<float>{0, 0});
}

TEST_CASE("shapes that fit no memory and bytes that do not fill them are errors") {
    CHECK_THROWS_AS(AnyArray(ElementType::float32, {1ull << 60, 16}), std::invalid_argument);
    CHECK_THROWS_AS(AnyArray(ElementType::float32, {0, 1ull << 32, 1ull << 32}), std::invalid_argument);
    CHECK_THROWS_WITH_AS(AnyArrayView(ElementType::float32, {2, 3}, {}), "an array of float32 (2, 3) takes 24 bytes, 0 came",
                         std::invalid_argument);
    CHECK(checked_size({3, 4}, 2) == 24u);
    CHECK(checked_size({}, 8) == 8u);
    CHECK(checked_size({0, 7}) == 0u);
    CHECK(checked_size({(1ull << 63) - 1}) == (1ull << 63) - 1);
    CHECK(!checked_size({1ull << 63}));
    CHECK(!checked_size({1ull << 32, 1ull << 32}));
}
