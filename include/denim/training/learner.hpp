// SPDX-License-Identifier: MIT
#pragma once

// A network that learns, without its type: what the training loop, callbacks and files see.

#include <denim/metric/history.hpp>
#include <denim/network/architecture.hpp>
#include <denim/network/describe_dropout.hpp>
#include <denim/network/predictor.hpp>
#include <denim/network/trainer.hpp>
#include <denim/tensor/row.hpp>
#include <denim/training/samples.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Mean loss and accuracy of logits (N, outputs) against targets, see head_losses.
template <class OneLoss, class Scalar>
Score score(const OneLoss& loss, std::span<const Scalar> logits, const Targets& targets, std::span<const std::size_t> heads,
            std::span<const float> weights = {}) {
    Score mean{0, 0};
    std::vector<Scalar> gradient(std::accumulate(heads.begin(), heads.end(), std::size_t{0}));
    const std::size_t count = logits.size() / gradient.size();
    for (std::size_t n = 0; n < count; ++n) {
        const HeadLosses sample =
            head_losses(loss, logits.data() + n * gradient.size(), heads, targets, n, weights, gradient.data(), 1);
        mean.loss += sample.loss;
        mean.accuracy += sample.right;
    }
    mean.loss /= static_cast<double>(count);
    mean.accuracy /= static_cast<double>(count);
    return mean;
}

/// The run-time interface of a network in training.
class Learner {
public:
    Learner() = default;
    Learner(const Learner&) = delete;
    Learner& operator=(const Learner&) = delete;
    virtual ~Learner() = default;

    /// Forward and backward over a batch; the gradients wait in `gradients()`.
    virtual StepResult step(const Batch& batch) = 0;
    /// Logits (N, outputs) of the network as it is now, on other samples.
    [[nodiscard]] virtual std::vector<float> logits(const Samples& samples) = 0;
    /// Mean loss and accuracy of logits; with several heads a picture counts as right where all that have a label are.
    [[nodiscard]] virtual Score score(std::span<const float> logits, const Samples& samples) const = 0;

    [[nodiscard]] virtual Shape input() const = 0;
    /// All logits of a picture.
    [[nodiscard]] virtual std::size_t classes() const = 0;
    /// How many of them each head has.
    [[nodiscard]] virtual std::span<const std::size_t> heads() const = 0;
    /// What each head gives, see Network::gives; empty where that is not known.
    [[nodiscard]] virtual std::span<const Gives> gives() const { return {}; }
    /// What a head ends in, where that makes shares of its logits.
    [[nodiscard]] virtual Squash ends_in(std::size_t /*head*/) const { return Squash::none; }
    /// The network's type, as users write it.
    [[nodiscard]] virtual std::string architecture() const = 0;
    /// What it is: its type, and how its layers behave beside what `rows` says.
    virtual void describe(SettingsRecord& to) const = 0;
    /// A table of the layers.
    [[nodiscard]] virtual std::string summary() const = 0;

    [[nodiscard]] virtual std::span<float> parameters() = 0;
    [[nodiscard]] virtual std::span<float> gradients() = 0;
    /// As the settings are now.
    [[nodiscard]] virtual std::span<const Row> rows() const = 0;
    /// How each layer behaves, see Network::all_settings; what is changed here takes effect at the next step.
    [[nodiscard]] virtual std::span<LayerSettings> settings() = 0;
};

/// The one implementation.
template <class Network>
class LearnerOf final : public Learner {
    static_assert(AnswersInNumbers<typename Network::Graph>::holds);
    static_assert(std::is_same_v<typename Network::Scalar, float>,
                  "denim: fit: networks learn in fp32; a network of Plain<double> is for checks, through a Trainer.");

public:
    LearnerOf(Network& network, std::size_t largest_batch, const LossOfHeads& loss, std::vector<float> head_weights = {})
        : network_(network), loss_(loss), trainer_(largest_batch, loss), head_weights_(std::move(head_weights)) {
        check_settings(graph_table<typename Network::Graph>, network.all_settings());
        for (std::size_t head = 0; head < Network::heads.size(); ++head) network.set_gives(head, loss.of(head).gives());
    }

    StepResult step(const Batch& batch) override {
        Batch weighted = batch;
        weighted.head_weights = head_weights_;
        return trainer_.step(network_.parameters(), network_.all_settings(), weighted);
    }
    std::vector<float> logits(const Samples& samples) override {
        std::vector<float> all(samples.pictures.count * outputs);
        if (predictor_)
            predictor_->assign(network_);
        else
            predictor_.emplace(network_);
        predictor_->predict(samples.pictures, all.data());
        return all;
    }
    Score score(std::span<const float> logits, const Samples& samples) const override {
        return denim::score<LossOfHeads, float>(loss_, logits, samples.targets(), Network::heads, head_weights_);
    }
    Shape input() const override { return Network::input; }
    std::size_t classes() const override { return outputs; }
    std::span<const std::size_t> heads() const override { return Network::heads; }
    std::span<const Gives> gives() const override { return network_.gives(); }
    Squash ends_in(std::size_t head) const override {
        const auto& trace = Network::Graph::trace;
        std::size_t value = Network::heads.size() > 1 ? trace.entries.back().from[head] : trace.result;
        while (value > 0 && trace.entries[value - 1].has_rate) value = trace.entries[value - 1].from[0];  // a Dropout at the end
        return value > 0 ? trace.entries[value - 1].squash : Squash::none;
    }
    std::string architecture() const override { return detail::architecture_of<Network>(); }
    void describe(SettingsRecord& to) const override {
        to("architecture", architecture())("arithmetic", detail::spelling<typename Network::Numbers>());
        detail::describe_dropout(network_, to);
    }
    std::string summary() const override { return network_.summary(); }
    std::span<float> parameters() override {
        return network_.edit_parameters([](std::span<float> all) { return all; });
    }
    std::span<float> gradients() override { return trainer_.gradients(); }
    std::span<const Row> rows() const override {
        network_.edit_settings([](std::span<LayerSettings>) {});  // what has changed through `settings` arrives
        return network_.rows();
    }
    std::span<LayerSettings> settings() override {
        return network_.edit_settings([](std::span<LayerSettings> all) { return all; });
    }

private:
    static constexpr std::size_t outputs = Network::output.size();

    Network& network_;
    LossOfHeads loss_;
    Trainer<typename Network::Graph, typename Network::Numbers, LossOfHeads> trainer_;
    std::optional<Predictor<Network>> predictor_;  // in memory that is there from one epoch to the next
    std::vector<float> head_weights_;
};

}  // namespace denim::inline DENIM_TARGET
