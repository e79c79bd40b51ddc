// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/augmentation.hpp>
#include <denim/data/batches.hpp>
#include <denim/loss/not_finite.hpp>
#include <denim/network/load.hpp>
#include <denim/optimizer/adam.hpp>
#include <denim/optimizer/optimizer.hpp>
#include <denim/training/augmented_batches.hpp>
#include <denim/training/callback.hpp>
#include <denim/training/interrupted.hpp>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// How a network learns.
struct FitOptions {
    std::size_t epochs = 1;
    std::size_t batch = 32;  ///< pictures in a step; the last one of an epoch may have fewer
    Optimizer optimizer = Adam{};
    Seed seed{};  ///< of the order of the pictures in each epoch, of augmentation and of dropout
    bool shuffle = true;
    Augmentation augmentation{};  ///< how the pictures of the training set, then bytes, change from epoch to epoch
    std::vector<float> head_weights = {};  ///< of a network with Heads: what the loss of each counts; all 1 unless set
};

namespace detail {

/// Adds the penalty of rows with L2, l2 * sum of squares, to the gradients; gives the penalty.
inline double add_l2(std::span<const Row> rows, std::span<const float> parameters, std::span<float> gradients) {
    double penalty = 0;
    for (const Row& row : rows) {
        if (row.l2 == 0) continue;
        double squares = 0;
        for (std::size_t n = row.offset; n < row.offset + row.size(); ++n) {
            squares += static_cast<double>(parameters[n]) * static_cast<double>(parameters[n]);
            gradients[n] += 2 * row.l2 * parameters[n];
        }
        penalty += static_cast<double>(row.l2) * squares;
    }
    return penalty;
}

/// The training loop, for any network.
class TrainingLoop final : public Resumable {
public:
    TrainingLoop(Learner& learner, const Samples& train, const Samples* validation, const FitOptions& options,
                 std::span<const CallbackReference> callbacks)
        : learner_(learner),
          train_(train),
          validation_(validation),
          options_(options),
          callbacks_(callbacks),
          state_(options.optimizer, learner.parameters().size()),
          run_{learner, history_} {
        run_.epochs = options.epochs;
        run_.training_images = train.count();
        run_.rate = options.optimizer.rate();
        run_.batches = (train.count() + options.batch - 1) / options.batch;
        run_.validation = validation;
        run_.resumable = this;
        if (options.augmentation != Augmentation{})
            augmented_.emplace(train, options.augmentation, options.seed, std::min(options.batch, train.count()));
    }

    History run() {
        tell(&CallbackReference::on_begin);
        if (resumed_)
            for (const CallbackReference& callback : callbacks_) callback.recall(*resumed_);
        while (!run_.stop && !(run_.between_epochs() && run_.epoch >= options_.epochs)) {
            if (run_.between_epochs()) {
                ++run_.epoch;
                run_.batch = run_.images = 0;
                run_.train = {0, 0};
                run_.seconds = 0;
            }
            const double before = run_.seconds;
            start_ = Clock::now();
            if (!learn(before)) break;
            end_epoch(before);
        }
        tell(&CallbackReference::on_end);
        if (run_.interrupted) throw Interrupted{run_.epoch, run_.batch};
        return history_;
    }

    Snapshot snapshot() const override {
        Snapshot all{describe()};
        all.parameters.assign(learner_.parameters().begin(), learner_.parameters().end());
        all.optimizer.assign(state_.numbers.data(), state_.numbers.data() + state_.numbers.size());
        all.step = state_.step;
        all.epoch = run_.epoch;
        all.batch = run_.batch;
        all.images = run_.images;
        all.train = run_.train;
        all.seconds = run_.seconds;
        all.rate = run_.rate;
        all.finished = run_.stop && !run_.interrupted;
        all.history = history_;
        for (const CallbackReference& callback : callbacks_) callback.remember(all.memory);
        return all;
    }

    void resume(const Snapshot& from) override {
        const std::string here = describe();
        if (from.run != here || from.parameters.size() != learner_.parameters().size() ||
            from.optimizer.size() != state_.numbers.size() || from.batch > run_.batches || from.images > train_.count() ||
            from.history.epochs.size() > from.epoch || from.history.epochs.size() + 1 < from.epoch)
            throw std::invalid_argument(
                "denim: fit: the snapshot is of another run, so this one cannot go on from it\n    snapshot: " + from.run +
                "\n    this run: " + here);
        std::copy(from.parameters.begin(), from.parameters.end(), learner_.parameters().begin());
        std::copy(from.optimizer.begin(), from.optimizer.end(), state_.numbers.data());
        state_.step = static_cast<std::size_t>(from.step);
        run_.epoch = from.epoch;
        run_.batch = from.batch;
        run_.images = from.images;
        run_.train = from.train;
        run_.seconds = from.seconds;
        run_.rate = from.rate;
        run_.stop = from.finished;
        history_ = from.history;
        resumed_ = from.memory;
    }

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] double seconds_now() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
    void tell(void (CallbackReference::*hook)(Run&) const) {
        for (const CallbackReference& callback : callbacks_) (callback.*hook)(run_);
    }
    [[nodiscard]] std::span<const std::uint32_t> places(std::size_t batch) const {
        const std::size_t first = batch * options_.batch;
        return std::span{order_}.subspan(first, std::min(options_.batch, train_.count() - first));
    }

    /// What has to be equal for the same bits, as a text; FNV-1a sums of what is long.
    [[nodiscard]] std::string describe() const {
        std::uint64_t labels = 0xcbf29ce484222325, settings = labels;
        const auto add = [](std::uint64_t& sum, std::uint64_t number) { sum = (sum ^ number) * 0x100000001b3; };
        for (const std::int32_t label : train_.labels) add(labels, static_cast<std::uint64_t>(label));
        for (const Row& row : learner_.rows()) {
            add(settings, row.trained ? 1 : 0);
            add(settings, static_cast<std::uint64_t>(static_cast<double>(row.l2) * 1e15));
        }
        for (const float weight : options_.head_weights) add(settings, std::bit_cast<std::uint32_t>(weight));
        const Augmentation& change = options_.augmentation;
        for (const float range :
             {change.shift, change.turn, change.zoom, change.crop, change.brightness, change.contrast, change.saturation,
              change.hue, change.erase, static_cast<float>(change.ground), change.flip ? 1.0f : 0.0f})
            add(settings, std::bit_cast<std::uint32_t>(range));
        std::ostringstream text;
        text << learner_.architecture() << "; " << train_.count() << " pictures, labels " << std::hex << labels << std::dec
             << "; batch " << options_.batch << ", seed " << options_.seed.value << (options_.shuffle ? "" : ", not shuffled")
             << (augmented_ ? ", augmented" : "") << "; rate " << options_.optimizer.rate() << ", " << state_.numbers.size()
             << " numbers of the optimizer; settings " << std::hex << settings;
        return text.str();
    }

    StepResult next_step() {
        StepResult result;
        if (!augmented_) {
            result = learner_.step({train_.pictures, train_.labels, places(run_.batch), options_.seed, state_.step});
        } else {
            const Batch batch = augmented_->take(state_.step);
            if (run_.batch + 1 < run_.batches) augmented_->prepare(places(run_.batch + 1), run_.epoch);
            result = learner_.step(batch);
        }
        result.loss += add_l2(learner_.rows(), learner_.parameters(), learner_.gradients());
        if (!is_finite(result.loss)) throw LossNotFinite{state_.step};
        return result;
    }

    /// The rest of the epoch; false if it ends before it is whole and does not count.
    bool learn(double before) {
        order_ = epoch_order(train_.count(), options_.seed, run_.epoch, options_.shuffle);
        if (augmented_ && run_.batch < run_.batches) augmented_->prepare(places(run_.batch), run_.epoch);
        while (run_.batch < run_.batches && !run_.stop) {
            const std::size_t size = places(run_.batch).size();
            StepResult result;
            try {
                result = next_step();
            } catch (const LossNotFinite&) {
                tell(&CallbackReference::on_nan);
                if (!run_.stop) throw;
                return false;
            }
            update_parameters(options_.optimizer, state_, learner_.rows(), learner_.parameters(), learner_.gradients(),
                              run_.rate);
            const auto share = static_cast<double>(size) / static_cast<double>(run_.images + size);
            run_.train.loss += (result.loss - run_.train.loss) * share;
            run_.train.accuracy +=
                (static_cast<double>(result.correct) / static_cast<double>(size) - run_.train.accuracy) * share;
            run_.images += size;
            ++run_.batch;
            run_.seconds = before + seconds_now();
            tell(&CallbackReference::on_batch);
            tell(&CallbackReference::on_rest);
        }
        return !run_.interrupted;
    }

    void end_epoch(double before) {
        Epoch epoch{run_.epoch, run_.train, {}, static_cast<double>(run_.rate)};
        epoch.images_per_second = static_cast<double>(run_.images) / run_.seconds;
        std::vector<float> logits;
        if (validation_) {
            logits = learner_.logits(*validation_);
            epoch.validation = learner_.score(logits, validation_->labels);
        }
        epoch.seconds = before + seconds_now();
        history_.epochs.push_back(epoch);
        run_.validation_logits = logits;
        tell(&CallbackReference::on_epoch);
        tell(&CallbackReference::on_rest);
        run_.validation_logits = {};
    }

    Learner& learner_;
    const Samples& train_;
    const Samples* validation_;
    const FitOptions& options_;
    std::span<const CallbackReference> callbacks_;
    History history_;
    OptimizerState state_;
    Run run_;
    std::vector<std::uint32_t> order_;
    std::optional<AugmentedBatches> augmented_;
    std::optional<CallbackMemory> resumed_;
    Clock::time_point start_;
};

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET
