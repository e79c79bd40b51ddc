// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/weights.hpp>
#include <denim/machine/background.hpp>
#include <denim/tensor/aligned_array.hpp>
#include <denim/training/callback.hpp>
#include <denim/training/snapshot_file.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// Writes what a Checkpoint keeps while training goes on: what changes is copied into memory that there is already, the rest is
/// left to a thread of its own. What goes wrong there is thrown at the next call.
class CheckpointWriter {
public:
    /// The weights of the best epoch so far.
    struct Best {
        std::filesystem::path file;
        SharedNumbers weights;
        std::vector<Row> rows;
        WeightsMetadata metadata;

        void write() const { write_weights(file, named_tensors(rows, {weights.data(), weights.size()}), metadata); }
    };

    /// `clock` gives seconds, to any thread. What writing takes is not known before it was done once: `expected` is taken for it.
    CheckpointWriter(double (*clock)(), double expected) : clock_(clock), begun_(clock()), seconds_(expected) {}
    CheckpointWriter(const CheckpointWriter&) = delete;
    CheckpointWriter& operator=(const CheckpointWriter&) = delete;
    /// However the run has ended, its best weights reach the disk.
    ~CheckpointWriter() {
        try {
            finish();
        } catch (const std::exception& error) {  // the run has an error of its own, which is the one to be thrown
            std::fprintf(stderr, "Checkpoint: %s\n", error.what());
        }
    }

    /// Throws what has gone wrong, waits for nothing.
    void look() {
        if (!background_.busy()) wait();
    }
    /// Whether writing takes at most this share of the time since it began last, or since the run did.
    [[nodiscard]] bool has_time(double share) const { return !background_.busy() && seconds_ <= share * (clock_() - begun_); }
    /// These are the best now; they are written by the next call.
    void keep(Best best) { best_ = std::move(best); }

    /// Writes the best weights, unless they are on the disk, and behind them the run as it stands.
    void write(const std::filesystem::path& file, Run& run) {
        begin([&] {
            SnapshotView now = run.resumable->snapshot();
            SharedNumbers parameters = run.copies.keep(now.parameters), average;
            if (!now.average.empty()) average = run.copies.keep(now.average);
            if (optimizer_.size() != now.optimizer.size()) optimizer_ = AlignedArray<float>(now.optimizer.size());
            std::ranges::copy(now.optimizer, optimizer_.data());
            now.parameters = parameters;
            now.average = average;
            now.optimizer = optimizer_.span();
            return [file, parameters, average, now = std::move(now)] { write_snapshot(file, now); };
        });
    }
    /// Writes the best weights, unless they are on the disk.
    void write_best() {
        if (best_) begin([] { return [] {}; });
    }
    /// Waits until what was begun is on the disk.
    void wait() { background_.wait(); }
    /// Waits until everything is.
    void finish() {
        write_best();
        wait();
    }

private:
    template <class Copy>
    void begin(const Copy& copy) {
        wait();
        begun_ = clock_();
        auto rest = copy();  // first: should it fail, the best weights are still to be written
        background_.begin([this, best = std::exchange(best_, std::nullopt), write = std::move(rest)] {
            if (best) best->write();
            write();
            seconds_ = clock_() - begun_;
        });
    }

    double (*clock_)();
    std::optional<Best> best_;       // not written yet
    AlignedArray<float> optimizer_;  // a copy
    double begun_, seconds_;         // of what was written last
    Background background_;          // last, so that its thread has ended before the rest goes
};

}  // namespace denim::inline DENIM_TARGET::detail
