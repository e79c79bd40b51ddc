// SPDX-License-Identifier: MIT
#pragma once

// A network without its type, as the two tables that training and answering are told: what a test does with many networks is compiled once.

#include <denim/denim.hpp>

#include <span>
#include <vector>

namespace testing {

using namespace denim;

template <class Stored, class Computed = Stored>
struct Side {
    const GraphTable& graph;
    const PlanTable<Stored, Computed>& learns;
    const PlanTable<Stored, Computed>* answers;  ///< null unless asked for
    std::vector<Stored> parameters;
    std::vector<LayerSettings> settings;
    std::vector<Row> rows;

    /// Logits, one sample's after another's.
    [[nodiscard]] std::vector<Stored> predict(const Pictures& pictures) const {
        BatchPredictor<Stored, Computed> predictor{*answers};
        predictor.take(parameters.data(), settings);
        std::vector<Stored> logits(pictures.count * answers->layouts[answers->result].shape.size());
        predictor.predict(pictures, logits.data());
        return logits;
    }
};
template <bool Answers = false, class Network>
Side<typename Network::Stored, typename Network::Numbers::Computed> side_of(const Network& network) {
    const PlanTable<typename Network::Stored, typename Network::Numbers::Computed>* answers = nullptr;
    if constexpr (Answers) answers = &table_of<Plan<typename Network::Graph, typename Network::Numbers, Mode::inference>>;
    return {graph_table<typename Network::Graph>,
            table_of<Plan<typename Network::Graph, typename Network::Numbers, Mode::training>>,
            answers,
            {network.parameters().begin(), network.parameters().end()},
            {network.all_settings().begin(), network.all_settings().end()},
            {network.rows().begin(), network.rows().end()}};
}

/// A trainer of a side, by one loss for all heads.
template <class Stored, class Computed = Stored, class OneLoss = SoftmaxCrossEntropy>
class SideTrainer {
public:
    SideTrainer(const Side<Stored, Computed>& side, std::size_t largest_batch, OneLoss /*loss*/ = {})
        : side_(&side), trainer_(side.graph, side.learns, largest_batch) {}

    StepResult step(std::span<const Stored> parameters, const Batch& batch) {
        return trainer_.step(parameters, side_->settings, batch, {&answer, &side_->graph});
    }
    std::span<Stored> gradients() { return trainer_.gradients(); }

private:
    static HeadLosses answer(const void* graph, const Batch& batch, std::size_t sample, const Stored* logits, Stored* gradient) {
        return losses_of_sample(OneLoss{}, static_cast<const GraphTable*>(graph)->heads, batch, sample, logits, gradient);
    }

    const Side<Stored, Computed>* side_;
    BatchTrainer<Stored, Computed> trainer_;
};

}  // namespace testing
