// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/augmentation.hpp>
#include <denim/machine/threads.hpp>
#include <denim/network/batch.hpp>
#include <denim/training/samples.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <future>
#include <numeric>
#include <span>
#include <stdexcept>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The batches of a training set, each picture changed anew in each epoch. While a network learns from one batch, a thread of
/// its own changes the pictures of the next, unless the program is held to one thread. A picture becomes the same for any
/// number of threads and any size of batches.
class AugmentedBatches {
public:
    /// Keeps a reference to `samples`. Throws unless their pictures are bytes.
    AugmentedBatches(const Samples& samples, const Augmentation& augmentation, Seed seed, std::size_t largest)
        : samples_(samples), augmentation_(augmentation), seed_(seed), places_(largest) {
        augmentation.check(samples.pictures.shape);
        if (!samples.pictures.bytes)
            throw std::invalid_argument(
                "denim: fit: augmentation changes pictures of std::uint8_t, but the training set has floats");
        std::iota(places_.begin(), places_.end(), 0u);
        for (Room& room : rooms_) {
            room.bytes.resize(largest * samples.pictures.shape.size());
            room.labels.resize(samples.labels.empty() ? 0 : largest * samples.heads);
            room.numbers.resize(largest * samples.width());
            room.pictures = {samples.pictures.shape, largest, room.bytes.data()};
        }
    }

    AugmentedBatches(const AugmentedBatches&) = delete;
    AugmentedBatches& operator=(const AugmentedBatches&) = delete;
    ~AugmentedBatches() = default;

    /// Starts to change the pictures at `order`, which stays alive until `take` gave them.
    void prepare(std::span<const std::uint32_t> order, std::uint64_t epoch) {
        Room& room = rooms_[next_ % 2];
        const auto policy = threads() > 1 ? std::launch::async : std::launch::deferred;
        room.size = order.size();
        room.changed = std::async(policy, [this, &room, order, epoch] { change(room, order, epoch); });
    }

    /// Waits for the pictures that were prepared; they stand until the next but one are.
    Batch take(std::uint64_t step) {
        Room& room = rooms_[next_++ % 2];
        room.changed.get();
        return {room.pictures, room.labels, std::span{places_}.first(room.size), seed_, step, {}, room.numbers};
    }

private:
    struct Room {
        std::vector<std::uint8_t> bytes;
        std::vector<std::int32_t> labels;
        std::vector<float> numbers;
        Pictures pictures;
        std::size_t size = 0;
        std::future<void> changed;  // last, so that its thread has ended before the rest goes
    };

    void change(Room& room, std::span<const std::uint32_t> order, std::uint64_t epoch) const {
        const std::size_t size = samples_.pictures.shape.size();
        for (std::size_t n = 0; n < order.size(); ++n) {
            if (!samples_.labels.empty())
                std::copy_n(&samples_.labels[order[n] * samples_.heads], samples_.heads, &room.labels[n * samples_.heads]);
            const std::size_t width = samples_.width();
            std::copy_n(samples_.numbers.data() + order[n] * width, width, room.numbers.data() + n * width);
            augmentation_.apply(samples_.pictures.bytes + order[n] * size, samples_.pictures.shape,
                                room.bytes.data() + n * size, Augmentation::random_of(seed_, epoch, order[n]));
        }
    }

    const Samples& samples_;
    Augmentation augmentation_;
    Seed seed_;
    std::vector<std::uint32_t> places_;
    std::array<Room, 2> rooms_;
    std::size_t next_ = 0;
};

}  // namespace denim::inline DENIM_TARGET
