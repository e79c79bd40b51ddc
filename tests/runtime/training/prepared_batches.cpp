// SPDX-License-Identifier: MIT
// Batches made ready beside the work: each picture where it belongs, whoever reads it; what is left out, thrown, or comes only forward.
#include "kept_threads.hpp"
#include "messages.hpp"

#include <denim/training/answers.hpp>
#include <denim/training/prepared_batches.hpp>
#include <denim/loss/mean_squared_error.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <set>
#include <vector>

using namespace denim;

namespace {

constexpr Shape size_of_picture{1, 2, 3};

/// Pictures whose numbers say which they are; a source may be told to leave one out, to fail at one, and to go only forward.
struct Numbered {
    std::size_t count = 40, left_out = ~std::size_t{0}, broken = ~std::size_t{0};
    bool only_forward = false;
    mutable std::atomic<std::size_t> next = 0, backwards = 0;

    explicit Numbered(std::size_t pictures) : count(pictures) {}
    [[nodiscard]] std::size_t size() const { return count; }
    [[nodiscard]] static Shape shape() { return size_of_picture; }
    [[nodiscard]] bool forward() const { return only_forward; }
    [[nodiscard]] std::int32_t label(std::size_t index) const { return static_cast<std::int32_t>(index % 3); }
    bool read(std::size_t index, std::uint8_t* to) const {
        if (index == broken) throw std::runtime_error("broken picture");
        backwards += index != next && index != 0;
        next = index + 1;
        for (std::size_t n = 0; n < 6; ++n) to[n] = static_cast<std::uint8_t>(6 * index + n);
        return index != left_out;
    }
};
static_assert(PictureSource<Numbered>);

const std::size_t outputs = 3;
Samples samples_of(const Numbered& source) { return Samples::of(source, size_of_picture, std::span{&outputs, 1}, "training"); }

std::vector<std::uint8_t> picture(std::size_t index) {
    std::vector<std::uint8_t> numbers(6);
    for (std::size_t n = 0; n < 6; ++n) numbers[n] = static_cast<std::uint8_t>(6 * index + n);
    return numbers;
}

void check_picture(const Batch& batch, std::size_t n, std::size_t index, const Augmentation& augmentation = {}, std::uint64_t epoch = 0) {
    std::vector<std::uint8_t> expected(6);
    augmentation.apply(picture(index).data(), size_of_picture, expected.data(), Augmentation::random_of(Seed{5}, epoch, index));
    CHECK(std::equal(expected.begin(), expected.end(), batch.pictures.bytes + 6 * batch.order[n]));
}

}  // namespace

TEST_CASE("pictures in memory are changed, numbers come with them, and the batch that was taken stands while others are made") {
    std::vector<std::uint8_t> bytes(5 * 6);
    for (std::size_t n = 0; n < bytes.size(); ++n) bytes[n] = static_cast<std::uint8_t>(n);
    Samples samples;
    samples.pictures = {size_of_picture, 5, bytes.data()};
    for (std::size_t n = 0; n < 10; ++n) samples.numbers.push_back(static_cast<float>(n) / 2);
    const testing::KeptThreads kept_threads;
    for (const std::size_t team : {1u, 3u})
        for (const std::size_t ahead : {0u, 1u, 4u}) {
            set_threads(team);
            const Augmentation some{.brightness = 0.1f};
            PreparedBatches batches{samples, some, Seed{5}, 2, {.ahead = ahead}};
            const std::vector<std::uint32_t> order{4, 0, 2, 1, 3};
            for (std::uint64_t epoch = 1; epoch < 4; ++epoch) {
                batches.begin(order, 0, epoch);
                for (std::size_t step = 0; step < 3; ++step) {
                    const Batch batch = batches.take(step);
                    REQUIRE(batch.size() == (step < 2 ? 2 : 1));
                    CHECK(batch.labels.empty());
                    CHECK(batch.step == step);
                    for (std::size_t n = 0; n < batch.size(); ++n) {
                        const std::uint32_t index = order[2 * step + n];
                        check_picture(batch, n, index, some, epoch);
                        for (std::size_t k = 0; k < 2; ++k) CHECK(batch.numbers[2 * batch.order[n] + k] == static_cast<float>(2 * index + k) / 2);
                    }
                }
            }
        }
}

TEST_CASE("a source is read in the order that was asked for, from any batch on") {
    const testing::KeptThreads kept_threads;
    const Numbered source{40};
    const Samples samples = samples_of(source);
    const auto order = epoch_order(40, Seed{2}, 1);
    for (const std::size_t team : {1u, 2u}) {
        set_threads(team);
        for (const std::size_t first : {0u, 3u}) {
            PreparedBatches batches{samples, {}, Seed{5}, 7};
            batches.begin(order, first, 1);
            for (std::size_t step = first; step < 6; ++step) {
                const Batch batch = batches.take(step);
                REQUIRE(batch.size() == (step < 5 ? 7 : 5));
                for (std::size_t n = 0; n < batch.size(); ++n) {
                    check_picture(batch, n, order[7 * step + n]);
                    CHECK(batch.labels[batch.order[n]] == source.label(order[7 * step + n]));
                }
            }
            batches.begin(order, 5, 2);  // an epoch that was left is no hindrance
            batches.begin(order, 0, 3);
            check_picture(batches.take(0), 0, order[0]);
        }
    }
}

TEST_CASE("what a source leaves out is in no batch and in no score, and what it throws reaches who takes the batch") {
    Numbered source{40};
    source.left_out = 11;
    Samples samples = samples_of(source);
    std::vector<std::uint32_t> order(40);
    std::iota(order.begin(), order.end(), 0u);
    PreparedBatches batches{samples, {}, Seed{5}, 8, {.threads = 2}};
    batches.begin(order, 0, 1);
    CHECK(batches.take(0).size() == 8);
    const Batch second = batches.take(1);
    REQUIRE(second.size() == 7);
    for (std::size_t n = 0; n < 7; ++n) check_picture(second, n, 8 + n + (n > 2));
    CHECK(std::ranges::equal(batches.left_out(), std::array{11u}));

    const auto logits = answers<float>(samples, 1, {}, [](const Pictures& pictures, float* to) {
        for (std::size_t n = 0; n < pictures.count; ++n) to[n] = pictures.bytes[6 * n];
    });
    CHECK(samples.count() == 39);
    CHECK(samples.labels.size() == 39);
    REQUIRE(logits.size() == 39);
    for (std::size_t n = 0; n < 39; ++n) {
        CHECK(samples.place(n) == n + (n > 10));
        CHECK(samples.labels[n] == source.label(samples.place(n)));
        CHECK(logits[n] == static_cast<float>(static_cast<std::uint8_t>(6 * samples.place(n))));
    }
    CHECK(answers<float>(samples, 1, {}, [](const Pictures&, float*) {}).size() == 39);  // it is known by now

    source.broken = 20;
    batches.begin(order, 0, 2);
    batches.take(0);
    batches.take(1);
    CHECK(message_of([&] { batches.take(2); }) == "broken picture");
}

TEST_CASE("a source that goes only forward is read once and in its order, mixed within a buffer") {
    Numbered source{40};
    source.only_forward = true;
    const Samples samples = samples_of(source);
    const auto order = mixed_order(40, 10, Seed{4}, 1);
    std::set<std::uint32_t> all{order.begin(), order.end()};
    CHECK(all.size() == 40);
    for (std::uint32_t n = 0; n < 40; ++n) CHECK(order[n] <= n + 10);
    CHECK_FALSE(std::ranges::is_sorted(order));
    CHECK(order != mixed_order(40, 10, Seed{4}, 2));
    CHECK(mixed_order(40, 40, Seed{4}, 2) == epoch_order(40, Seed{4}, 2));
    CHECK(mixed_order(3, 0, Seed{4}, 2) == std::vector<std::uint32_t>{0, 1, 2});
    PreparedBatches batches{samples, {}, Seed{5}, 8, {.threads = 2}};
    for (const std::size_t first : {0u, 2u, 0u}) {
        batches.begin(order, first, 1);
        for (std::size_t step = first; step < 5; ++step) {
            const Batch batch = batches.take(step);
            REQUIRE(batch.size() == 8);
            for (std::size_t n = 0; n < 8; ++n) check_picture(batch, n, order[8 * step + n]);
        }
    }
    CHECK(source.backwards == 0);
}

TEST_CASE("sources that do not fit the network are refused") {
    const Numbered source{40};
    const std::size_t two = 2;
    const std::array<std::size_t, 2> heads{3, 3};
    CHECK(message_of([&] { Samples::of(source, size_of_picture, std::span{&two, 1}, "training"); }) ==
          "denim: label number 2 of the training set is 2, but the network's last layer has 2 outputs: labels go from 0 to 1");
    CHECK(message_of([&] { Samples::of(source, {2, 2, 3}, std::span{&outputs, 1}, "test"); }) ==
          "denim: the network takes pictures of shape (2, 2, 3), but the source of the test set gives the shape (1, 2, 3)");
    CHECK(message_of([&] { Samples::of(source, size_of_picture, heads, "training"); }) ==
          "denim: the network has 2 heads, but the source of the training set has no member label(index, head)");
    CHECK(message_of([&] { Samples::of(source, size_of_picture, std::span{&outputs, 1}, "training", MeanSquaredError{}); }) ==
          "denim: the loss wants numbers, but the source of the training set has no member number(index, output)");
    const Samples samples = samples_of(source);
    CHECK(message_of([&] { PreparedBatches(samples, {}, Seed{}, 8, {.threads = 5000}); }).find("Reading: threads was expected") != std::string::npos);
    CHECK(message_of([&] { samples_of(Numbered{0}); }) == "denim: the training set is empty; at least one picture was expected");
}
