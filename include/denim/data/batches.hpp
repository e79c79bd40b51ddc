// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/augmentation.hpp>
#include <denim/data/picture_source.hpp>
#include <denim/machine/random.hpp>
#include <denim/machine/threads.hpp>
#include <denim/tensor/array.hpp>

#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// How many batches a set of samples makes; the last may be smaller than `batch`, which is at least 1.
constexpr std::size_t batches_of(std::size_t samples, std::size_t batch) { return samples / batch + (samples % batch != 0); }

/// The order of `count` samples in an epoch (the first is 1): shuffled anew in each, by the seed.
inline std::vector<std::uint32_t> epoch_order(std::size_t count, Seed seed, std::uint64_t epoch, bool shuffled = true) {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0u);
    if (shuffled) shuffle(order, Random{seed, epoch});
    return order;
}

/// The order of an epoch where pictures come only one after the other: each next one is drawn from `mixed` that wait, and the one that follows
/// in the source takes its place. With room for all it is epoch_order.
inline std::vector<std::uint32_t> mixed_order(std::size_t count, std::size_t mixed, Seed seed, std::uint64_t epoch) {
    if (mixed >= count) return epoch_order(count, seed, epoch);
    std::vector<std::uint32_t> order(count), waiting(std::max<std::size_t>(mixed, 1));
    std::iota(waiting.begin(), waiting.end(), 0u);
    Random random{seed, epoch};
    for (std::size_t n = 0, next = waiting.size(); n < count; ++n) {
        std::uint32_t& drawn = waiting[random.below(static_cast<std::uint32_t>(waiting.size()))];
        order[n] = drawn;
        if (next < count) {
            drawn = static_cast<std::uint32_t>(next++);
        } else {
            drawn = waiting.back();
            waiting.pop_back();
        }
    }
    return order;
}

/// Reads the pictures at `places` one after the other to `to`, each changed as `augmentation` says, on all threads. What a
/// picture becomes depends on seed, epoch and its place in the source alone. Scalar is std::uint8_t (0 to 255) or float (0 to
/// 1). Throws std::runtime_error where the source leaves one out.
template <PictureSource Source, class Scalar>
    requires detail::Reads<Source, std::uint8_t>
void gather(const Source& source, std::span<const std::uint32_t> places, const Augmentation& augmentation, Seed seed,
            std::uint64_t epoch, Scalar* to) {
    const Shape shape = source.shape();
    const bool plain = augmentation == Augmentation{.ground = augmentation.ground} && sizeof(Scalar) == 1;
    const Team team;
    std::vector<std::vector<std::uint8_t>> rooms(team.within(places.size()));
    parallel_for(team, places.size(), places.size() * shape.size() * 8, [&](std::size_t i, std::size_t worker) {
        Scalar* picture = to + i * shape.size();
        const auto read = [&](std::uint8_t* into) {
            if (!detail::read_picture_of(source, places[i], into))
                throw std::runtime_error("denim: batches: the source leaves out picture " + std::to_string(places[i]) +
                                         ", which only fit and evaluate can do without");
        };
        if constexpr (sizeof(Scalar) == 1)
            if (plain) return read(picture);
        std::vector<std::uint8_t>& room = rooms[worker];
        room.resize(shape.size());
        read(room.data());
        augmentation.apply(room.data(), shape, picture, Augmentation::random_of(seed, epoch, places[i]));
    });
}

/// Pictures and labels of one step.
struct LoadedBatch {
    Array<std::uint8_t, 4> images;  ///< (N, H, W, C)
    Array<std::int32_t, 1> labels;  ///< (N,)
};

/// The batches of one epoch, read as they are asked for: for sets that do not fit in memory and for loops of one's own.
///
///     for (std::size_t step = 0; step < batches.size(); ++step) train_on(batches[step]);
template <PictureSource Source>
class Batches {
public:
    /// Keeps a reference to `source`. The last batch may have fewer than `batch` samples.
    Batches(const Source& source, std::size_t batch, Seed seed, std::uint64_t epoch, const Augmentation& augmentation = {},
            bool shuffled = true)
        : source_(source),
          batch_(batch),
          seed_(seed),
          epoch_(epoch),
          augmentation_(augmentation),
          order_(epoch_order(source.size(), seed, epoch, shuffled)) {
        if (batch == 0) throw std::invalid_argument("denim: batches of at least one sample were expected");
        augmentation.check(source.shape());
    }

    /// How many batches there are.
    [[nodiscard]] std::size_t size() const { return batches_of(order_.size(), batch_); }

    /// The places in the source of batch `index`.
    [[nodiscard]] std::span<const std::uint32_t> places(std::size_t index) const {
        if (index >= size())
            throw std::out_of_range("denim: batch " + std::to_string(index) + " was asked for, there are " +
                                    std::to_string(size()));
        return std::span{order_}.subspan(index * batch_, std::min(batch_, order_.size() - index * batch_));
    }

    [[nodiscard]] LoadedBatch operator[](std::size_t index) const {
        const auto chosen = places(index);
        const Shape shape = source_.shape();
        LoadedBatch result{Array<std::uint8_t, 4>::from_shape({chosen.size(), shape.height, shape.width, shape.channels}),
                           Array<std::int32_t, 1>::from_shape({chosen.size()})};
        gather(source_, chosen, augmentation_, seed_, epoch_, result.images.data());
        for (std::size_t i = 0; i < chosen.size(); ++i) result.labels(i) = source_.label(chosen[i]);
        return result;
    }

private:
    const Source& source_;
    std::size_t batch_;
    Seed seed_;
    std::uint64_t epoch_;
    Augmentation augmentation_;
    std::vector<std::uint32_t> order_;
};

}  // namespace denim::inline DENIM_TARGET
