// SPDX-License-Identifier: MIT
#pragma once

// A network that learns, without its type: what the training loop, callbacks and files see.

#include <denim/metric/history.hpp>
#include <denim/network/architecture.hpp>
#include <denim/network/batch_predictor.hpp>
#include <denim/network/batch_trainer.hpp>
#include <denim/network/describe_dropout.hpp>
#include <denim/network/network_state.hpp>
#include <denim/network/plan_table.hpp>
#include <denim/network/summary.hpp>
#include <denim/tensor/row.hpp>
#include <denim/training/samples.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Mean loss and accuracy of logits (N, outputs) against targets, see head_losses.
template <class OneLoss, class Stored>
Score score(const OneLoss& loss, std::span<const Stored> logits, const Targets& targets, std::span<const std::size_t> heads,
            std::span<const float> weights = {}) {
    Score mean{0, 0};
    std::vector<Stored> gradient(std::accumulate(heads.begin(), heads.end(), std::size_t{0}));
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

/// A network as it learns, by itself or with peers that compute parts of each batch. It works on what the network holds; that and they outlive it.
class NetworkLearner final : public Learner {
public:
    template <class Network>
    NetworkLearner(Network& network, std::size_t largest_batch, const LossOfHeads& loss, std::vector<float> head_weights = {}, Peers<float>* peers = nullptr)
        : NetworkLearner(network.state(), type_of<Network>, largest_batch, loss, std::move(head_weights), peers) {
        static_assert(sizeof(AnswersInNumbers<typename Network::Graph>) > 0);
        static_assert(std::is_same_v<typename Network::Stored, float> && std::is_same_v<typename Network::Numbers::Computed, float>,
                      "denim: fit: networks learn in fp32; a network of Plain<double> is for checks, through a Trainer.");
    }
    DENIM_ONCE ~NetworkLearner() override;

    DENIM_ONCE StepResult step(const Batch& batch) override;
    std::vector<float> logits(const Samples& samples) override {
        samples.pictures.check(input());
        std::vector<float> all(samples.pictures.count * classes());
        if (!predictor_) predictor_.emplace(type_.answers);
        predictor_->take(state_.parameters.data(), state_.settings);
        predictor_->predict(samples.pictures, all.data());
        return all;
    }
    Score score(std::span<const float> logits, const Samples& samples) const override {
        return denim::score<LossOfHeads, float>(loss_, logits, samples.targets(), heads(), head_weights_);
    }
    Shape input() const override { return graph().input; }
    std::size_t classes() const override { return graph().output.size(); }
    std::span<const std::size_t> heads() const override { return graph().heads; }
    std::span<const Gives> gives() const override { return state_.gives; }
    Squash ends_in(std::size_t head) const override {
        const std::span<const Entry> entries = graph().entries;
        std::size_t value = heads().size() > 1 ? entries.back().from[head] : graph().result;
        while (value > 0 && entries[value - 1].has_rate) value = entries[value - 1].from[0];  // a Dropout at the end
        return value > 0 ? entries[value - 1].squash : Squash::none;
    }
    std::string architecture() const override { return detail::architecture_of(graph()); }
    void describe(SettingsRecord& to) const override {
        to("architecture", architecture())("arithmetic", detail::spelling_in(type_.said_of_numbers));
        detail::describe_dropout(graph(), state_.settings, to);
    }
    std::string summary() const override { return detail::summary_of(graph(), type_.lines, rows(), type_.precision); }
    std::span<float> parameters() override { return state_.parameters.span(); }
    std::span<float> gradients() override { return trainer_.gradients(); }
    std::span<const Row> rows() const override {
        state_.update_rows();  // what has changed through `settings` arrives
        return state_.rows;
    }
    std::span<LayerSettings> settings() override { return state_.settings; }

private:
    /// Of a network's type, what learning asks for.
    struct Type {
        const PlanTable<float>&learns, &answers;
        std::span<const detail::NodeLine> lines;
        std::string_view precision, said_of_numbers;
    };
    template <class Network, class Numbers = typename Network::Numbers>
    static constexpr Type type_of{table_of<Plan<typename Network::Graph, Numbers, Mode::training>>,
                                  table_of<Plan<typename Network::Graph, Numbers, Mode::inference>>,
                                  detail::node_lines<Plan<typename Network::Graph, Numbers, Mode::training>>, Numbers::precision,
                                  detail::said_of<Numbers>()};

    NetworkLearner(NetworkState<float>& state, const Type& type, std::size_t largest_batch, const LossOfHeads& loss, std::vector<float> head_weights,
                   Peers<float>* peers);

    [[nodiscard]] const GraphTable& graph() const { return *state_.graph; }
    static HeadLosses answer(const void* learner, const Batch& batch, std::size_t sample, const float* logits, float* gradient) {
        const auto& self = *static_cast<const NetworkLearner*>(learner);
        return losses_of_sample(self.loss_, self.heads(), batch, sample, logits, gradient);
    }

    NetworkState<float>& state_;
    const Type& type_;
    LossOfHeads loss_;
    BatchTrainer<float> trainer_;
    std::optional<BatchPredictor<float>> predictor_;  // in memory that is there from one epoch to the next
    std::vector<float> head_weights_;
};

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE NetworkLearner::NetworkLearner(NetworkState<float>& state, const Type& type, std::size_t largest_batch, const LossOfHeads& loss,
                                            std::vector<float> head_weights, Peers<float>* peers)
    : state_(state), type_(type), loss_(loss), trainer_(*state.graph, type.learns, largest_batch, peers), head_weights_(std::move(head_weights)) {
    check_settings(graph(), state.settings);
    for (std::size_t head = 0; head < heads().size(); ++head) state.gives[head] = loss.of(head).gives();
}

DENIM_ONCE NetworkLearner::~NetworkLearner() = default;

DENIM_ONCE StepResult NetworkLearner::step(const Batch& batch) {
    Batch weighted = batch;
    weighted.head_weights = head_weights_;
    return trainer_.step(state_.parameters.span(), state_.settings, weighted, {&answer, this});
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
