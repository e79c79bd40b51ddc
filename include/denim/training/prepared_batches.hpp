// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/augmentation.hpp>
#include <denim/data/batches.hpp>
#include <denim/machine/threads.hpp>
#include <denim/network/batch.hpp>
#include <denim/training/forward_buffer.hpp>
#include <denim/training/samples.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Batches whose pictures are read from a source, or changed anew in each epoch, or both, on threads of their own: while a network works on
/// one batch the next ones are made ready; where it waits, its own threads help. A program that is held to one thread makes each as it is taken,
/// unless threads to read were asked for. A picture becomes the same for any number of threads and any size of batches.
class PreparedBatches {
public:
    /// Keeps a reference to `samples`. Throws where augmentation does not fit the pictures.
    PreparedBatches(const Samples& samples, const Augmentation& augmentation, Seed seed, std::size_t largest, const Reading& reading = {})
        : samples_(samples),
          augmentation_(augmentation),
          seed_(seed),
          batch_(largest),
          picture_bytes_(samples.pictures.shape.size() * (samples.bytes() ? 1 : sizeof(float))),
          slice_(std::clamp<std::size_t>((std::size_t{1} << 16) / std::max<std::size_t>(picture_bytes_, 1), 1, largest)),
          changes_(!samples.source || augmentation != Augmentation{.ground = augmentation.ground}) {
        augmentation.check(samples.pictures.shape);
        check_setting("Reading", "threads", reading.threads, Accepted{.highest = 1024});
        check_setting("Reading", "ahead", reading.ahead, Accepted{.highest = 1024});
        if (changes_ && !samples.bytes())
            throw std::invalid_argument(
                "denim: fit: augmentation changes pictures of std::uint8_t, but the training set has floats");
        if (samples.source && samples.source->forward()) forward_.emplace(*samples.source);
        const std::size_t wanted = reading.threads > 0 ? reading.threads : threads() > 1 ? threads() : 0;
        rooms_.resize(wanted > 0 ? reading.ahead + 1 : 1);
        for (Room& room : rooms_) {
            room.numbers_of_pictures.resize(largest * picture_bytes_ / sizeof(float) + 1);
            room.there.resize(largest);
            room.labels.resize(samples.labels.empty() ? 0 : largest * samples.heads);
            room.targets.resize(largest * samples.width());
            room.pictures = {samples.pictures.shape, largest};
            if (samples.bytes())
                room.pictures.bytes = reinterpret_cast<const std::uint8_t*>(room.numbers_of_pictures.data());
            else
                room.pictures.floats = room.numbers_of_pictures.data();
        }
        try {
            for (std::size_t n = 0; n < wanted; ++n) workers_.emplace_back([this] { work(); });
        } catch (const std::system_error&) {  // as many as the system gives
        }
    }

    PreparedBatches(const PreparedBatches&) = delete;
    PreparedBatches& operator=(const PreparedBatches&) = delete;
    ~PreparedBatches() {
        {
            const std::scoped_lock lock{mutex_};
            stop_ = true;
        }
        work_.notify_all();
        for (std::thread& worker : workers_) worker.join();
    }

    /// Starts an epoch at batch `first` of `order`, which stays alive until its last batch was taken, or this is gone. It has batches of the largest
    /// size, or so many `batches` of `each` samples; the last one has what is left.
    void begin(std::span<const std::uint32_t> order, std::size_t first, std::uint64_t epoch) {
        begin(order, first, epoch, batch_, batches_of(order.size(), batch_));
    }
    void begin(std::span<const std::uint32_t> order, std::size_t first, std::uint64_t epoch, std::size_t each, std::size_t batches) {
        std::unique_lock lock{mutex_};
        batches_ = 0;  // nobody begins anything more of an epoch that was left
        done_.wait(lock, [&] { return busy_ == 0; });
        order_ = order;
        epoch_ = epoch;
        waited_ = 0;
        claimed_ = next_ = held_ = first;
        claimed_samples_ = 0;
        each_ = each;
        batches_ = batches;
        for (Room& room : rooms_) room.left = 0;
        if (forward_) forward_->begin(order.subspan(std::min(first * each_, order.size())));
        for (std::size_t batch = first; batch < std::min(batches_, first + rooms_.size()); ++batch) open(batch);
        lock.unlock();
        work_.notify_all();
    }

    /// Waits for the next batch, which stands until the one after it is taken; what was left out is not in it. Throws what reading threw.
    Batch take(std::uint64_t step) {
        const std::size_t batch = next_++;
        Room& room = rooms_[batch % rooms_.size()];
        const auto before = std::chrono::steady_clock::now();
        {
            std::unique_lock lock{mutex_};
            if (batch > held_) {  // the room of the batch before is free
                const std::size_t following = held_ + rooms_.size();
                held_ = batch;
                if (following < batches_) open(following);
                work_.notify_all();
            }
            if (room.left > 0) {
                lock.unlock();
                help(room);
                lock.lock();
                done_.wait(lock, [&] { return room.left == 0; });
            }
        }
        waited_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
        if (room.error) std::rethrow_exception(room.error);
        room.order.clear();
        left_out_.clear();
        for (std::size_t n = 0; n < room.size; ++n)
            if (room.there[n])
                room.order.push_back(static_cast<std::uint32_t>(n));
            else
                left_out_.push_back(order_[room.first + n]);
        return {room.pictures, room.labels, room.order, seed_, step, {}, room.targets};
    }

    /// The samples that the source left out of the last batch.
    [[nodiscard]] std::span<const std::uint32_t> left_out() const { return left_out_; }
    /// Seconds that `take` has waited in this epoch.
    [[nodiscard]] double waited() const { return waited_; }

private:
    struct Room {
        std::vector<float> numbers_of_pictures;  // or bytes, in memory that floats may stand in
        std::vector<std::uint8_t> there;
        std::vector<std::int32_t> labels;
        std::vector<float> targets;
        std::vector<std::uint32_t> order;
        Pictures pictures;
        std::size_t first = 0, size = 0;  // in the order
        std::size_t left = 0;             // samples that are not ready
        std::exception_ptr error;
    };

    void open(std::size_t batch) {
        Room& room = rooms_[batch % rooms_.size()];
        room.first = batch * each_;
        room.left = room.size = batch + 1 == batches_ ? order_.size() - room.first : each_;
        room.error = nullptr;
    }

    /// Some pictures of a batch, for one thread.
    struct Slice {
        Room* room;
        std::size_t first, last;
    };
    // Nothing where all rooms are full or taken. The mutex is held.
    std::optional<Slice> claim() {
        if (claimed_ >= batches_ || claimed_ >= held_ + rooms_.size()) return std::nullopt;
        Room& room = rooms_[claimed_ % rooms_.size()];
        const Slice slice{&room, claimed_samples_, std::min(claimed_samples_ + slice_, room.size)};
        claimed_samples_ = slice.last;
        if (slice.last == room.size) ++claimed_, claimed_samples_ = 0;
        return slice;
    }
    void read(const Slice& slice, std::unique_lock<std::mutex>& lock) {
        ++busy_;
        lock.unlock();
        std::exception_ptr error;
        try {
            fill(*slice.room, slice.first, slice.last);
        } catch (...) {
            error = std::current_exception();
        }
        lock.lock();
        --busy_;
        if (error && !slice.room->error) slice.room->error = error;
        slice.room->left -= slice.last - slice.first;
        if (slice.room->left == 0 || batches_ == 0) done_.notify_all();
    }

    void work() {
        std::unique_lock lock{mutex_};
        for (;;) {
            std::optional<Slice> slice;
            work_.wait(lock, [&] { return stop_ || (slice = claim()); });
            if (stop_) return;
            read(*slice, lock);
        }
    }
    // Those that compute read until the batch is there: a team that waits for work keeps its processors busy with waiting.
    void help(const Room& room) {
        const Team team;
        parallel_for(team, team.size, std::numeric_limits<std::size_t>::max(), [&](std::size_t, std::size_t) {
            std::unique_lock lock{mutex_};
            while (room.left > 0) {
                const std::optional<Slice> slice = claim();
                if (!slice) break;
                read(*slice, lock);
            }
        });
    }

    void fill(Room& room, std::size_t first, std::size_t last) {
        std::vector<std::uint8_t> unchanged(samples_.source && changes_ ? picture_bytes_ : 0);
        for (std::size_t n = first; n < last; ++n) {
            const std::size_t sample = order_[room.first + n], width = samples_.width();
            if (!samples_.labels.empty()) std::copy_n(&samples_.labels[sample * samples_.heads], samples_.heads, &room.labels[n * samples_.heads]);
            std::copy_n(samples_.numbers.data() + sample * width, width, room.targets.data() + n * width);
            auto* const to = reinterpret_cast<std::uint8_t*>(room.numbers_of_pictures.data()) + n * picture_bytes_;
            const std::uint8_t* from = samples_.source ? unchanged.data() : samples_.pictures.bytes + sample * picture_bytes_;
            room.there[n] = !samples_.source || read_picture(samples_.place(sample), changes_ ? unchanged.data() : to);
            if (changes_ && room.there[n]) augmentation_.apply(from, samples_.pictures.shape, to, Augmentation::random_of(seed_, epoch_, sample));
        }
    }
    bool read_picture(std::size_t place, void* to) { return forward_ ? forward_->take(place, to) : samples_.source->read(place, to); }

    const Samples& samples_;
    Augmentation augmentation_;
    Seed seed_;
    std::size_t batch_, each_ = 0, picture_bytes_, slice_;  // the largest batch; those of the epoch but its last one
    bool changes_;
    std::optional<ForwardBuffer> forward_;

    std::mutex mutex_;  // over all that follows, but for rooms that are being filled or were taken
    std::condition_variable work_, done_;
    std::span<const std::uint32_t> order_;
    std::uint64_t epoch_ = 0;
    std::size_t batches_ = 0, claimed_ = 0, claimed_samples_ = 0;  // the batch and the sample that are begun next
    std::size_t next_ = 0, held_ = 0;                              // the batch that is taken next; the one whose room is not free
    std::size_t busy_ = 0;
    bool stop_ = false;
    std::vector<Room> rooms_;
    std::vector<std::uint32_t> left_out_;
    double waited_ = 0;
    std::vector<std::thread> workers_;  // last: they see all the rest
};

}  // namespace denim::inline DENIM_TARGET
