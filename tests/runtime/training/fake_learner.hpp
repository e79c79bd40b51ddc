// SPDX-License-Identifier: MIT
#pragma once

#include <denim/training/training_loop.hpp>

#include <functional>
#include <numeric>
#include <utility>

/// A learner of eight numbers, or as many as are wanted, whose gradients depend on the order of the pictures, the step and the numbers themselves, with
/// losses that a test sets: callbacks are tested without a network.
class FakeLearner final : public denim::Learner {
public:
    std::function<double(std::size_t step)> loss = [](std::size_t step) { return 1.0 / static_cast<double>(step + 1); };
    std::vector<double> validation_losses;  // of the epochs, one after the other

    explicit FakeLearner(std::size_t count = 8) : numbers_(count), gradients_(count), rows_{{"0.weights", denim::Extents{count}, 0}} {
        std::iota(numbers_.begin(), numbers_.end(), 1.0f);
    }
    denim::StepResult step(const denim::Batch& batch) override {
        const double now = loss(batch.step);
        if (denim::is_nan(now)) throw denim::LossNotFinite{batch.step};
        for (std::size_t n = 0; n < numbers_.size(); ++n)
            gradients_[n] = 0.1f * numbers_[n] + static_cast<float>(batch.order[n % batch.order.size()]) * 0.01f +
                            static_cast<float>(batch.step) * 0.001f;
        denim::StepResult result;
        result.loss = now;
        result.correct = static_cast<double>(batch.order.size() / 2);
        return result;
    }
    std::vector<float> logits(const denim::Samples& samples) override {
        std::vector<float> all;
        for (std::size_t n = 0; n < samples.pictures.count; ++n) all.insert(all.end(), {numbers_[0], numbers_[1]});
        return all;
    }
    denim::Score score(std::span<const float>, const denim::Samples&) const override {
        return {validation_losses.at(std::min(scored_++, validation_losses.size() - 1)), 0.75};
    }
    denim::Shape input() const override { return {1, 1, 1}; }
    std::size_t classes() const override { return 2; }
    std::span<const std::size_t> heads() const override { return heads_; }
    std::string architecture() const override { return "Fake"; }
    void describe(denim::SettingsRecord& to) const override { to("architecture", architecture()); }
    std::string summary() const override { return "a fake\n"; }
    std::span<float> parameters() override { return numbers_; }
    std::span<float> gradients() override { return gradients_; }
    std::span<const denim::Row> rows() const override { return rows_; }
    std::span<denim::LayerSettings> settings() override { return {}; }
    void begin_at(std::size_t epochs_scored) { scored_ = epochs_scored; }

private:
    std::vector<float> numbers_, gradients_;
    std::vector<denim::Row> rows_;
    std::vector<std::size_t> heads_{2};
    mutable std::size_t scored_ = 0;
};

/// Ten pictures of one pixel.
class FakeSet {
public:
    FakeSet() {
        samples_.pictures = denim::Pictures{denim::Shape{1, 1, 1}, 10, bytes_.data()};
        samples_.kept = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
        samples_.labels = samples_.kept;
    }
    denim::Samples& samples() { return samples_; }

private:
    std::vector<std::uint8_t> bytes_ = std::vector<std::uint8_t>(10);
    denim::Samples samples_;
};

/// Runs the loop: four batches an epoch (three of three pictures, one of one).
template <class... Callbacks>
denim::History fake_fit(FakeLearner& learner, denim::FitOptions options, Callbacks&&... callbacks) {
    FakeSet set;
    options.batch = 3;
    options.seed = denim::Seed{5};
    const std::array<denim::CallbackReference, sizeof...(Callbacks)> references{denim::CallbackReference{callbacks}...};
    return denim::detail::TrainingLoop{learner, set.samples(), learner.validation_losses.empty() ? nullptr : &set.samples(),
                                       options, references}
        .run();
}

template <class... Callbacks>
denim::History fake_fit(FakeLearner& learner, std::size_t epochs, Callbacks&&... callbacks) {
    return fake_fit(learner, denim::FitOptions{.epochs = epochs}, callbacks...);
}

inline std::vector<float> numbers_of(FakeLearner& learner) {
    return {learner.parameters().begin(), learner.parameters().end()};
}

/// Keeps the numbers after each epoch.
struct Remember {
    std::vector<std::vector<float>> all = {};
    void on_epoch(denim::Run& run) { all.emplace_back(run.learner.parameters().begin(), run.learner.parameters().end()); }
};
