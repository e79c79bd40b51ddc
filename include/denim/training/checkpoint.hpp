// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/weights.hpp>
#include <denim/metric/monitor.hpp>
#include <denim/training/callback.hpp>
#include <denim/training/snapshot_file.hpp>

#include <chrono>
#include <filesystem>
#include <limits>

namespace denim::inline DENIM_TARGET {

/// Keeps a run in a folder: `last.checkpoint` to go on from, `best.safetensors` for `load`. A program that is killed and
/// started again goes on from its last checkpoint, and ends with the same bits as if it had never stopped. An older checkpoint
/// stays whole until the new one is on the disk; a full disk is a FileError.
struct Checkpoint {
    std::filesystem::path folder;
    std::size_t every_epochs = 1;                ///< 0: at the end of the run only
    double every_minutes = 0;                    ///< also in the middle of an epoch; 0: not
    Monitor monitor = Monitor::validation_loss;  ///< of the best; without a validation set the training loss
    std::vector<std::string> labels = {};        ///< names of the classes, for best.safetensors
    bool resume = true;  ///< go on from last.checkpoint where there is one; it has to be of the same run

    [[nodiscard]] std::filesystem::path last() const { return folder / "last.checkpoint"; }
    [[nodiscard]] std::filesystem::path best() const { return folder / "best.safetensors"; }

    void describe(SettingsRecord& to) const { to("monitor", name_of(monitor))("labels", labels); }
    void on_begin(Run& run) {
        check_setting("Checkpoint", "every_minutes", every_minutes, at_least_0);
        best_score_ = std::numeric_limits<double>::max();
        saved_ = Clock::now();
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
        } catch (const std::invalid_argument& problem) {
            throw FileError(last().string(),
                            std::string{"take another folder, remove the file, or set .resume = false. "} + problem.what());
        }
    }
    void on_rest(Run& run) {
        const bool ended = run.between_epochs();
        if (ended) save_best(run);
        const bool by_epoch = ended && ((every_epochs != 0 && run.epoch % every_epochs == 0) || run.epoch == run.epochs);
        const bool by_time =
            every_minutes > 0 && Clock::now() - saved_ > std::chrono::duration<double, std::ratio<60>>(every_minutes);
        if (!by_epoch && !by_time && !run.interrupted && !(ended && run.stop)) return;
        write_snapshot(last(), run.resumable->snapshot());
        saved_ = Clock::now();
    }
    void remember(CallbackMemory& memory) const { memory.numbers["Checkpoint.best"] = best_score_; }
    void recall(const CallbackMemory& memory) {
        if (memory.numbers.contains("Checkpoint.best")) best_score_ = memory.numbers.at("Checkpoint.best");
    }

    // What it knows of a run.
    using Clock = std::chrono::steady_clock;
    double best_score_ = 0;
    Clock::time_point saved_ = {};

    void save_best(Run& run) {
        const Epoch& epoch = run.history.epochs.back();
        const double score = run.validation ? watched_score(monitor, epoch, "Checkpoint") : epoch.train.loss;
        if (!is_less(score, best_score_)) return;
        best_score_ = score;
        SampleOutput sample{detail::sample_picture(run.learner.input().size()), {}};
        Samples one;
        one.pictures = Pictures{run.learner.input(), 1, nullptr, sample.input.data()};
        sample.output = run.learner.logits(one);
        WeightsMetadata metadata;
        metadata.architecture = run.learner.architecture();
        metadata.labels = labels;
        metadata.outputs = words_of(run.learner.gives());
        metadata.sample = sample;
        write_weights(best(), detail::named_tensors(run.learner.rows(), run.learner.parameters()), metadata);
    }
};

static_assert(Callback<Checkpoint>);

}  // namespace denim::inline DENIM_TARGET
