// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/event_file.hpp>
#include <denim/image/encode.hpp>
#include <denim/metric/confusion.hpp>
#include <denim/report/confusion_picture.hpp>
#include <denim/training/callback.hpp>
#include <denim/training/head_slice.hpp>

#include <filesystem>
#include <memory>

namespace denim::inline DENIM_TARGET {

/// Logs a run for TensorBoard: scalars under train/ and validation/, a confusion matrix of the validation set and histograms of
/// the parameters after each epoch, the network as a text, its hyper-parameters for the HParams page. Whatever an epoch logs is
/// on its way to the disk when the epoch ends; a run that goes on from a checkpoint continues its curves.
struct TensorBoard {
    std::filesystem::path folder;
    std::vector<std::string> labels = {};  ///< class names; numbers if there are none
    HyperParameters parameters = {};
    std::string group = {};  ///< repeats of one setting have one group
    bool confusion = true;
    std::size_t histograms_every = 1;  ///< epochs; 0: none

    void on_begin(Run&) {
        files_ = nullptr;
        std::error_code said_when_it_opens;
        std::filesystem::create_directories(folder, said_when_it_opens);  // others may log below it
    }
    void on_ready(Run& run) { open(run); }
    void on_epoch(Run& run) {
        open(run);
        const Epoch& epoch = run.history.epochs.back();
        Files& to = *files_;
        to.train.write(run.epoch, scalar_message("epoch_loss", epoch.train.loss));
        to.train.write(run.epoch, scalar_message("epoch_accuracy", epoch.train.accuracy));
        to.train.write(run.epoch, scalar_message("epoch_learning_rate", epoch.rate));
        to.train.write(run.epoch, scalar_message("images_per_second", epoch.images_per_second));
        if (histograms_every != 0 && run.epoch % histograms_every == 0)
            for (const Row& row : run.learner.rows())
                to.train.write(run.epoch,
                               histogram_message(row.name, run.learner.parameters().subspan(row.offset, row.size())));
        if (run.validation) {
            to.validation.write(run.epoch, scalar_message("epoch_loss", epoch.validation.loss));
            to.validation.write(run.epoch, scalar_message("epoch_accuracy", epoch.validation.accuracy));
            const bool numbers = std::ranges::none_of(run.validation_logits, [](float logit) { return is_nan(logit); });
            if (confusion && !run.validation->labels.empty() && numbers) write_confusion(run);
        }
        flush();
    }
    void on_end(Run& run) {
        if (run.interrupted) return;
        open(run);
        files_->root.write(0, session_end_message(SessionStatus::success, detail::seconds_since_1970()));
        flush();
    }

    struct Files {
        EventFile root, train, validation;
    };
    std::shared_ptr<Files> files_ = nullptr;

    void open(Run& run) {
        if (files_) return;
        const std::size_t first = run.between_epochs() ? run.epoch + 1 : run.epoch;
        files_ = std::make_shared<Files>(
            Files{EventFile{folder, first}, EventFile{folder / "train", first}, EventFile{folder / "validation", first}});
        files_->root.write(0, session_start_message(parameters, group.empty() ? folder.filename().string() : group,
                                                    detail::seconds_since_1970()));
        files_->root.write(0,
                           text_message("network", run.learner.architecture() + "\n\n    " + indented(run.learner.summary())));
        flush();
    }
    void flush() {
        files_->root.flush();
        files_->train.flush();
        files_->validation.flush();
    }
    void write_confusion(Run& run) {
        const auto heads = run.learner.heads();
        std::size_t first = 0;
        for (std::size_t head = 0; head < heads.size(); first += heads[head], ++head) {
            std::vector<std::string> names;
            for (std::size_t k = 0; k < heads[head]; ++k)
                names.push_back(first + k < labels.size() ? labels[first + k] : std::to_string(k));
            const std::string which = heads.size() == 1 ? "" : ", head " + std::to_string(head);
            const auto slice = head_slice<float>(run.validation_logits, run.validation->labels, heads, head);
            const Confusion counts = confusion_matrix(slice.labels, slice.logits, heads[head]);
            const Picture picture =
                draw_confusion(counts, names, {.title = "Confusion matrix" + which + ", epoch " + std::to_string(run.epoch)});
            const std::vector<std::uint8_t> png = encode_png(picture);
            files_->validation.write(run.epoch,
                                     image_message("Confusion Matrix" + which, {picture.size.height, picture.size.width, png}));
        }
    }
    /// Code in Markdown is indented.
    static std::string indented(std::string text) {
        for (std::size_t at = text.find('\n'); at != text.npos && at + 1 < text.size(); at = text.find('\n', at + 1))
            text.insert(at + 1, "    ");
        return text;
    }
};

static_assert(Callback<TensorBoard>);

}  // namespace denim::inline DENIM_TARGET
