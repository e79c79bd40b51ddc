// SPDX-License-Identifier: MIT
#include "kept_threads.hpp"

#include <denim/machine/content_sum.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string_view>

using namespace denim;

namespace {

std::uint64_t sum_of(std::string_view text) { return xxh64(std::as_bytes(std::span{text.data(), text.size()})); }

}  // namespace

TEST_CASE("sums are those of the published XXH64") {
    CHECK(sum_of("") == 0xEF46DB3751D8E999);
    CHECK(sum_of("a") == 0xD24EC4F1A98C6E5B);
    CHECK(sum_of("abc") == 0x44BC2CF5AD770999);
    CHECK(sum_of("Nobody inspects the spammish repetition") == 0xFBCEA83C8A378BF1);
}

TEST_CASE("any number of threads gives the same sum, and any bit, length and order another") {
    const testing::KeptThreads kept_threads;
    std::vector<float> numbers(1'500'000);
    for (std::size_t n = 0; n < numbers.size(); ++n) numbers[n] = static_cast<float>(n % 1000) / 1000;
    const auto sum = [&] { return content_sum(std::span<const float>{numbers}); };
    const std::uint64_t whole = sum();
    set_threads(1);
    CHECK(sum() == whole);
    set_threads(3);
    CHECK(sum() == whole);
    std::set<std::uint64_t> sums{whole};
    for (std::size_t n = 0; n < numbers.size(); n += 99'991) {
        numbers[n] = -numbers[n] - 1;
        sums.insert(sum());
    }
    std::swap(numbers[1], numbers[1'400'000]);
    sums.insert(sum());
    numbers.pop_back();
    sums.insert(sum());
    CHECK(sums.size() == 19);
    CHECK(content_sum(std::span<const float>{}) != content_sum(std::span<const float>{numbers}.first(1)));
}
