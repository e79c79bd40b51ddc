// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/weights.hpp>
#include <denim/machine/say_once.hpp>
#include <denim/metric/monitor.hpp>
#include <denim/training/callback.hpp>
#include <denim/training/checkpoint_writer.hpp>
#include <denim/training/snapshot_file.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Keeps a run in a folder: `last.checkpoint` to go on from, `best.safetensors` for `load`. A program that is killed and
/// started again goes on from its last checkpoint, and ends with the same bits as if it had never stopped. An older checkpoint
/// stays whole until the new one is on the disk. They are written on a thread of their own while training goes on; what goes wrong
/// there, a full disk for example, is thrown from `fit` as a FileError at the next batch. When `fit` is over, everything is on the disk.
///
/// Unless it is told how often, writing takes at most 3 % of the time: beside the last epoch, each is kept behind which 33 times as long has
/// gone by as writing took, or for the first as it may take. best.safetensors is written with it, always before last.checkpoint.
struct Checkpoint {
    std::filesystem::path folder;
    std::optional<std::size_t> every_epochs = {};  ///< each of so many, whatever it takes; 0: at the end of the run only
    double every_minutes = 0;                      ///< also in the middle of an epoch; 0: not
    bool at_end = true;  ///< the last epoch, whatever it takes; not where the result is kept in another way, and the file removed
    Monitor monitor = Monitor::validation_loss;  ///< of the best; without a validation set the training loss
    std::vector<std::string> labels = {};        ///< names of the classes, for best.safetensors
    bool resume = true;  ///< go on from last.checkpoint where there is one; it has to be of the same run

    [[nodiscard]] std::filesystem::path last() const { return folder / "last.checkpoint"; }
    [[nodiscard]] std::filesystem::path best() const { return folder / "best.safetensors"; }

    void describe(SettingsRecord& to) const { to("monitor", name_of(monitor))("labels", labels); }
    void on_begin(Run& run) {
        check_setting("Checkpoint", "every_minutes", every_minutes, at_least_0);
        best_score_ = std::numeric_limits<double>::max();
        saved_ = clock_();
        if (!labels.empty() && labels.size() != run.learner.classes())
            throw std::invalid_argument("denim: Checkpoint: the network has " + std::to_string(run.learner.classes()) +
                                        " outputs, but " + std::to_string(labels.size()) +
                                        " labels came; expected one for each");
        std::error_code error;
        std::filesystem::create_directories(folder, error);
        if (error) throw FileError(folder.string(), "the folder for checkpoints cannot be made: " + error.message());
        AtomicFile::remove_abandoned(folder);
        for (const auto& file : {last(), best()}) AtomicFile::try_writing(file);
        run.resumable->record();
        if (!resume || !std::filesystem::exists(last())) return;
        try {
            run.resumable->resume(read_snapshot(last()));
            if (run.stop || (run.between_epochs() && run.epoch >= run.epochs))
                detail::say_once("fit: " + last().string() + " is of this run, which ended after " + std::to_string(run.epoch) +
                                 " epochs: its weights and history are taken up, and nothing is learned; to learn anew, remove the file");
        } catch (const std::invalid_argument& problem) {
            throw FileError(last().string(),
                            std::string{"take another folder, remove the file, or set .resume = false. "} + problem.what());
        }
    }
    void on_ready(Run& run) {
        constexpr double bytes_of_a_weight = 20, bytes_in_a_second = 250e6;  // its two moments and the best one too; on a slow disk
        const double expected = static_cast<double>(run.learner.parameters().size()) * bytes_of_a_weight / bytes_in_a_second;
        const auto writer = std::make_shared<detail::CheckpointWriter>(clock_, expected);
        run.kept.push_back(writer);
        writer_ = writer.get();
    }
    void on_rest(Run& run) {
        writer_->look();
        const bool ended = run.between_epochs();
        if (ended) keep_best(run);
        const bool has_time = ended && writer_->has_time(largest_share);
        const bool asked = every_epochs ? *every_epochs != 0 && run.epoch % *every_epochs == 0 : has_time;
        const bool by_epoch = ended && (asked || (at_end && (run.stop || run.epoch == run.epochs)));
        const bool by_time = every_minutes > 0 && clock_() - saved_ > 60 * every_minutes;
        if (by_epoch || by_time || run.interrupted) {
            writer_->write(last(), run);
            saved_ = clock_();
        } else if (has_time) {
            writer_->write_best();
        }
    }
    void on_end(Run& /*run*/) { writer_->finish(); }
    void remember(CallbackMemory& memory) const { memory.numbers["Checkpoint.best"] = best_score_; }
    void recall(const CallbackMemory& memory) {
        if (memory.numbers.contains("Checkpoint.best")) best_score_ = memory.numbers.at("Checkpoint.best");
    }

    static constexpr double largest_share = 0.03;  ///< of the time, for what nobody has asked for
    static double steady_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

    // What it knows of a run.
    double (*clock_)() = steady_seconds;
    double best_score_ = 0, saved_ = 0;
    detail::CheckpointWriter* writer_ = nullptr;  // the run's

    void keep_best(Run& run) {
        const Epoch& epoch = run.history.epochs.back();
        const double score = run.validation ? watched_score(monitor, epoch, "Checkpoint") : epoch.train.loss;
        if (!is_less(score, best_score_)) return;
        best_score_ = score;
        SampleOutput sample{detail::sample_picture(run.learner.input().size()), {}};
        Samples one;
        one.pictures = Pictures{run.learner.input(), 1, nullptr, sample.input.data()};
        sample.output = run.learner.logits(one);
        const auto rows = run.learner.rows();
        WeightsMetadata metadata;
        metadata.architecture = run.learner.architecture();
        metadata.labels = labels;
        metadata.outputs = words_of(run.learner.gives());
        metadata.sample = sample;
        writer_->keep({best(), run.keep_weights(), {rows.begin(), rows.end()}, std::move(metadata)});
    }
};

static_assert(Callback<Checkpoint>);

}  // namespace denim::inline DENIM_TARGET
