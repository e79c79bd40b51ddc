// SPDX-License-Identifier: MIT
#include <denim/machine/random.hpp>
#include <denim/network/share_sums.hpp>

#include <doctest/doctest.h>
#include "kept_threads.hpp"

#include <cstddef>
#include <vector>

using namespace denim;

namespace {

/// The plain twin, by the definition: the left half is as many shares as 2^k, fewer than all.
template <class Scalar>
Scalar plain_sum(const std::vector<Scalar>& shares, std::size_t first, std::size_t count, std::size_t distance, std::size_t n) {
    if (count == 1) return shares[first * distance + n];
    std::size_t left = 1;
    while (2 * left < count) left *= 2;
    return plain_sum(shares, first, left, distance, n) + plain_sum(shares, first + left, count - left, distance, n);
}

template <class Scalar>
void check(std::size_t count, std::size_t numbers, std::size_t distance) {
    std::vector<Scalar> shares(count * distance + 1);  // one number off any alignment
    Random random{Seed{count}, numbers};
    for (Scalar& number : shares) number = static_cast<Scalar>(random.uniform(-1, 1));
    const std::vector<Scalar> before(shares.begin() + 1, shares.end());
    sum_shares(shares.data() + 1, count, distance, numbers);
    std::size_t wrong = 0, in_order = 0;
    for (std::size_t n = 0; n < numbers; ++n) {
        wrong += shares[1 + n] != plain_sum(before, 0, count, distance, n);
        Scalar sum{0};
        for (std::size_t share = 0; share < count; ++share) sum += before[share * distance + n];
        in_order += shares[1 + n] == sum;
    }
    INFO(count << " shares of " << numbers << " numbers");
    CHECK(wrong == 0);
    if (count >= 4 && numbers >= 100) CHECK(in_order < numbers);  // the order can be seen
    for (std::size_t n = numbers; n < distance; ++n) CHECK(shares[1 + n] == before[n]);
}

}  // namespace

TEST_CASE("the sums of shares are those of the tree, to the bit, for any number of threads") {
    const testing::KeptThreads kept_threads;
    set_serial_threshold(0);
    for (const std::size_t wanted : {1u, 2u, 5u}) {
        set_threads(wanted);
        for (std::size_t count = 1; count <= 20; ++count) {
            check<float>(count, 37, 40);
            check<double>(count, 37, 37);
        }
        for (const std::size_t count : {8u, 13u, 63u, 64u, 65u, 100u, 513u})
            for (const std::size_t numbers : {0u, 1u, 16u, 2047u, 4099u}) check<float>(count, numbers, numbers + 3);
    }
}
