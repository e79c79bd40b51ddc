// SPDX-License-Identifier: MIT
// Batches with numbers for targets: those of each picture, in the order that was asked for, batch after batch.
#include <denim/training/augmented_batches.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

using namespace denim;

TEST_CASE("numbers come with their pictures, and two batches stand side by side") {
    std::vector<std::uint8_t> bytes(5 * 6);
    for (std::size_t n = 0; n < bytes.size(); ++n) bytes[n] = static_cast<std::uint8_t>(3 * n);
    Samples samples;
    samples.pictures = {{1, 2, 3}, 5, bytes.data()};
    for (std::size_t n = 0; n < 10; ++n) samples.numbers.push_back(static_cast<float>(n) / 2);
    AugmentedBatches batches{samples, {.brightness = 0.1f}, Seed{5}, 3};
    const std::vector<std::vector<std::uint32_t>> orders{{4, 0, 2}, {1, 3}, {3, 4, 1}};
    const auto check = [&](const Batch& batch, const std::vector<std::uint32_t>& order, std::uint64_t epoch) {
        REQUIRE(batch.size() == order.size());
        CHECK(batch.labels.empty());
        CHECK(batch.pictures.shape == Shape{1, 2, 3});
        for (std::size_t n = 0; n < order.size(); ++n) {
            CHECK(batch.numbers[2 * batch.order[n]] == static_cast<float>(2 * order[n]) / 2);
            CHECK(batch.numbers[2 * batch.order[n] + 1] == static_cast<float>(2 * order[n] + 1) / 2);
            std::array<std::uint8_t, 6> expected{};
            Augmentation{.brightness = 0.1f}.apply(bytes.data() + 6 * order[n], {1, 2, 3}, expected.data(),
                                                   Augmentation::random_of(Seed{5}, epoch, order[n]));
            CHECK(std::equal(expected.begin(), expected.end(), batch.pictures.bytes + 6 * batch.order[n]));
        }
    };
    batches.prepare(orders[0], 1);
    for (std::size_t n = 0; n < orders.size(); ++n) {
        const Batch batch = batches.take(n);
        if (n + 1 < orders.size()) batches.prepare(orders[n + 1], n + 2);
        check(batch, orders[n], n + 1);
    }
}
