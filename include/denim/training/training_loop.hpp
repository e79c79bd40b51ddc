// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/batches.hpp>
#include <denim/machine/finite.hpp>
#include <denim/machine/not_finite.hpp>
#include <denim/optimizer/check_step.hpp>
#include <denim/optimizer/clip.hpp>
#include <denim/optimizer/l2.hpp>
#include <denim/optimizer/optimizer.hpp>
#include <denim/training/answers.hpp>
#include <denim/training/averaged_parameters.hpp>
#include <denim/training/batch_parts.hpp>
#include <denim/training/callback_list.hpp>
#include <denim/training/describe_run.hpp>
#include <denim/training/fit_options.hpp>
#include <denim/training/heard_run.hpp>
#include <denim/training/interrupted.hpp>
#include <denim/training/order_of_epoch.hpp>
#include <denim/training/prepared_batches.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// The training loop, for any network. With peers each of them runs it, and computes its part of each batch; callbacks are heard by the leader.
class TrainingLoop final : public Resumable {
public:
    TrainingLoop(Learner& learner, const Samples& train, Samples* validation, const FitOptions& options, std::span<const CallbackReference> callbacks,
                 Peers<float>* peers = nullptr)
        : learner_(learner),
          train_(train),
          validation_(validation),
          options_(options),
          peers_(peers),
          parts_(train.count(), options.batch, peers),
          state_(options.optimizer, learner.parameters().size()),
          run_{learner, history_},
          heard_(run_, callbacks, peers) {
        run_.epochs = options.epochs;
        run_.training_images = train.count();
        run_.rate = scheduled_rate_ = options.optimizer.rate();
        run_.batches = batches_of(train.count(), options.batch);
        const RunPlan plan{run_.batches, run_.epochs, validation != nullptr};
        options.schedule.check(plan);
        options.averaging.check(plan);
        run_.validation = validation;
        run_.resumable = this;
        run_.reads = train.source.has_value();
        if (run_.reads || options.augmentation != Augmentation{})
            prepared_.emplace(train, options.augmentation, options.seed, parts_.largest(), options.reading);
    }

    History run() {
        heard_.tell(&CallbackReference::on_begin);
        begun_ = true;
        if (resumed_) recall(heard_.callbacks(), *resumed_);
        heard_.tell(&CallbackReference::on_ready);
        if (peers_) share_state(*peers_, run_, state_, average_, scheduled_rate_);
        while (!run_.stop && !(run_.between_epochs() && run_.epoch >= options_.epochs)) {
            if (run_.between_epochs()) {
                average_.show(false, learner_.parameters());
                ++run_.epoch;
                run_.batch = run_.images = 0;
                run_.train = {0, 0};
                run_.seconds = run_.waited = 0;
            }
            const double before = run_.seconds;
            start_ = Clock::now();
            if (!learn(before)) break;
            end_epoch(before);
        }
        if (run_.between_epochs()) average_.show(true, learner_.parameters());
        heard_.tell_all({&CallbackReference::on_end});
        if (run_.interrupted) throw Interrupted{run_.epoch, run_.batch};
        return history_;
    }

    const SettingsRecord& record() override {
        if (!record_ && begun_) fail_without_record();
        if (!record_) record_ = describe_run(learner_, train_, validation_, options_, heard_.callbacks());
        return *record_;
    }

    SnapshotView snapshot() const override {
        if (!record_) fail_without_record();
        const std::span<const float> now = learner_.parameters(), beside = average_.numbers();
        const auto& [learning, average] = average_.shown() ? std::pair{beside, now} : std::pair{now, beside};
        SnapshotView all{*record_, learning, {state_.numbers.data(), state_.numbers.size()}, average};
        all.step = state_.step;
        all.epoch = run_.epoch;
        all.batch = run_.batch;
        all.images = run_.images;
        all.train = run_.train;
        all.seconds = run_.seconds;
        all.rate = run_.rate;
        all.finished = run_.stop && !run_.interrupted;
        all.history = history_;
        all.memory = remember(heard_.callbacks());
        return all;
    }

    void resume(const SnapshotView& from) override {
        std::string other = record().differences_from(from.run);
        if (const std::size_t done = from.history.epochs.size(); other.empty() && done > options_.epochs)
            other = "\n    epochs: the snapshot has " + std::to_string(done) + ", this run " + std::to_string(options_.epochs);
        if (!other.empty())
            throw std::invalid_argument("denim: fit: the snapshot is of another run, so this one cannot go on from it" + other);
        if (from.parameters.size() != learner_.parameters().size() ||
            (!from.average.empty() && from.average.size() != from.parameters.size()) ||
            from.optimizer.size() != state_.numbers.size() || from.batch > run_.batches || from.images > train_.count() ||
            from.history.epochs.size() > from.epoch || from.history.epochs.size() + 1 < from.epoch)
            throw std::invalid_argument("denim: fit: the parts of the snapshot do not fit each other, so no run can go on from it");
        std::copy(from.parameters.begin(), from.parameters.end(), learner_.parameters().begin());
        std::copy(from.optimizer.begin(), from.optimizer.end(), state_.numbers.data());
        average_.resume(from.average);
        state_.step = static_cast<std::size_t>(from.step);
        run_.epoch = from.epoch;
        run_.batch = from.batch;
        run_.images = from.images;
        run_.train = from.train;
        run_.seconds = from.seconds;
        run_.rate = scheduled_rate_ = from.rate;
        run_.stop = from.finished;
        history_ = from.history;
        resumed_ = from.memory;
    }

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] double seconds_now() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
    [[noreturn]] static void fail_without_record() {
        throw std::logic_error("denim: fit: a callback wants a snapshot, but nobody asked for the run's record before it began; call "
                               "run.resumable->record() in on_begin");
    }
    /// Of the step that comes next.
    [[nodiscard]] Moment moment() const {
        return {(run_.epoch - 1) * run_.batches + run_.batch, run_.batches, options_.epochs, history_};
    }

    /// Of the step that comes next: the schedule's, or what callbacks have made of it.
    void set_rate(const Moment& now) {
        if (options_.schedule) {
            if (run_.rate != scheduled_rate_)
                throw std::invalid_argument("denim: fit: a callback has set the rate to " + shortest_text(run_.rate) +
                                            ", but the schedule sets it anew for each step; leave one of the two out");
            run_.rate = scheduled_rate_ = options_.optimizer.rate() * options_.schedule.factor(now);
        }
        check_setting("fit", "the rate of a step", run_.rate, at_least_0);
    }

    [[nodiscard]] Batch next_batch() {
        const BatchParts::Part part = parts_.of(run_.batch);
        const auto places = std::span{order_}.subspan(part.first, part.count);
        if (!prepared_) return parts_.placed({train_.pictures, train_.labels, places, options_.seed, state_.step, {}, train_.numbers}, part);
        const Batch batch = prepared_->take(state_.step);
        run_.waited = prepared_->waited();
        return parts_.placed(batch, part, prepared_->left_out());
    }
    StepResult step(const Batch& batch) {
        StepResult result = learner_.step(batch);
        result.loss += add_l2(learner_.rows(), learner_.parameters(), learner_.gradients());
        if (!is_finite(result.loss)) throw LossNotFinite{state_.step};
        return result;
    }

    /// The rest of the epoch; false if it ends before it is whole and does not count.
    bool learn(double before) {
        order_ = order_of_epoch(train_, options_, run_.epoch);
        if (prepared_) prepared_->begin(own_order_ = parts_.own(order_), run_.batch, run_.epoch, parts_.of(0).count, run_.batches);
        while (run_.batch < run_.batches && !run_.stop) {
            const Moment now = moment();
            set_rate(now);
            const Batch batch = next_batch();
            const std::size_t size = batch.whole();
            ++run_.batch;
            if (size == 0) continue;  // its source left out all of it
            StepResult result;
            try {
                result = step(batch);
                if (options_.clip_norm > 0) clip_by_norm(learner_.rows(), learner_.gradients(), options_.clip_norm);
                check_step(options_.optimizer, state_, learner_.rows(), learner_.parameters(), learner_.gradients(), run_.rate);
            } catch (const NotFinite&) {
                --run_.batch;
                heard_.tell_all({&CallbackReference::on_nan});
                if (!run_.stop) throw;
                return false;
            }
            update_parameters(options_.optimizer, state_, learner_.rows(), learner_.parameters(), learner_.gradients(),
                              run_.rate);
            average_.take(learner_.parameters(), options_.averaging.share(now));
            const auto share = static_cast<double>(size) / static_cast<double>(run_.images + size);
            run_.train.loss += (result.loss - run_.train.loss) * share;
            run_.train.accuracy += (result.correct / static_cast<double>(size) - run_.train.accuracy) * share;
            run_.images += size;
            run_.seconds = before + seconds_now();
            heard_.tell_all({&CallbackReference::on_batch, &CallbackReference::on_rest});
        }
        return !run_.interrupted;
    }

    void end_epoch(double before) {
        if (run_.images == 0) throw std::runtime_error("denim: fit: the source left out all pictures of the training set");
        Epoch epoch{run_.epoch, run_.train, {}, static_cast<double>(run_.rate)};
        epoch.waited = run_.waited;
        epoch.images_per_second = static_cast<double>(run_.images) / run_.seconds;
        average_.show(true, learner_.parameters());
        std::vector<float> logits;
        if (validation_) {
            logits = all_logits(learner_, *validation_, options_.reading, peers_);
            epoch.validation = learner_.score(logits, *validation_);
        }
        epoch.seconds = before + seconds_now();
        history_.epochs.push_back(epoch);
        run_.validation_logits = logits;
        heard_.tell_all({&CallbackReference::on_epoch, &CallbackReference::on_rest}, true);
        run_.validation_logits = {};
    }

    Learner& learner_;
    const Samples& train_;
    Samples* validation_;
    const FitOptions& options_;
    Peers<float>* peers_;
    BatchParts parts_;
    History history_;
    OptimizerState state_;
    AveragedParameters average_;
    Run run_;
    HeardRun heard_;
    float scheduled_rate_ = 0;  ///< what the schedule has set last
    std::vector<std::uint32_t> order_, own_order_;
    std::optional<PreparedBatches> prepared_;
    std::optional<SettingsRecord> record_;
    std::optional<CallbackMemory> resumed_;
    bool begun_ = false;
    Clock::time_point start_;
};

}  // namespace denim::inline DENIM_TARGET::detail
