// SPDX-License-Identifier: MIT
#pragma once

#include <denim/loss/mean_squared_error.hpp>
#include <denim/metric/target_score.hpp>
#include <denim/training/answers.hpp>
#include <denim/training/samples.hpp>

#include <span>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Scores a network whose outputs are numbers, each of the targets by itself, on a set with `labels` (N, outputs).
template <class Network, LearnableSet Set>
std::vector<TargetScore> evaluate_targets(const Network& network, const Set& set, const Reading& reading = {}) {
    static_assert(sizeof(AnswersInNumbers<typename Network::Graph>) > 0);
    Samples samples = Samples::of(set, Network::input, Network::heads, "test", MeanSquaredError{});
    const auto outputs = detail::answers_of(network, samples, reading);
    return target_scores<typename Network::Stored>(outputs, samples.numbers, Network::output.size());
}

/// From two arrays.
template <class Network, class Images, class Targets>
    requires(!LearnableSet<Images>)
std::vector<TargetScore> evaluate_targets(const Network& network, const Images& images, const Targets& targets) {
    return evaluate_targets(network, LabelledPair{images, targets});
}

}  // namespace denim::inline DENIM_TARGET
