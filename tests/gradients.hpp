// SPDX-License-Identifier: MIT
#pragma once

// Every gradient three times over: finite differences of the loss, the double-precision network of the plain twins, the fast one.

#include "kept_threads.hpp"

#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace testing {

using namespace denim;

// Pictures and labels without any order, and a trainer's answer for them. Of several heads some labels are missing, and their
// losses have weights.
struct Problem {
    Array<float, 4> images;
    std::vector<std::int32_t> labels;
    std::vector<std::uint32_t> order;
    std::vector<float> weights;

    Problem(Shape shape, std::size_t count, std::span<const std::size_t> heads)
        : images({count, shape.height, shape.width, shape.channels}), labels(count * heads.size()), order(count) {
        Random random{Seed{5}};
        for (float& number : images) number = static_cast<float>(random.uniform(-1, 1));
        for (std::size_t n = 0; n < labels.size(); ++n)
            labels[n] = static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(heads[n % heads.size()])));
        if (heads.size() > 1)
            for (std::size_t n = 1; n < labels.size(); n += heads.size() + 1) labels[n] = no_label;
        for (std::size_t head = 0; head < heads.size(); ++head) weights.push_back(head % 2 ? 0.5f : 1.0f);
        std::iota(order.begin(), order.end(), 0u);
    }
    template <class Network, class Trainer, class Scalar>
    StepResult step(const Network& network, Trainer& trainer, std::span<const Scalar> parameters) const {
        const Pictures pictures = Pictures::of(images, Network::input);
        return trainer.step(parameters, network.all_settings(), {pictures, labels, order, Seed{3}, 2, weights});
    }
};

template <class Network>
using TrainerOf = Trainer<typename Network::Graph, typename Network::Numbers, SoftmaxCrossEntropy>;

// Parameters away from their special beginnings: biases and BatchNorm's numbers are not all equal.
template <class Network>
void scatter(Network& network) {
    network.edit_parameters([](auto numbers) {
        Random random{Seed{11}};
        for (auto& number : numbers) number += static_cast<std::remove_reference_t<decltype(number)>>(random.uniform(0.0, 0.2));
    });
}

// A network in training without its type, so that what follows is compiled once.
template <class Scalar>
struct Side {
    const GraphTable& graph;
    const PlanTable<Scalar>& plan;
    std::vector<Scalar> parameters;
    std::span<const LayerSettings> settings;
    std::vector<Row> rows;
};
template <class Network>
Side<typename Network::Scalar> side_of(const Network& network) {
    return {graph_table<typename Network::Graph>, table_of<typename TrainerOf<Network>::Plan>, {network.parameters().begin(), network.parameters().end()},
            network.all_settings(), {network.rows().begin(), network.rows().end()}};
}

// Gradients of a problem's mean loss.
template <class Scalar>
class SideTrainer {
public:
    SideTrainer(const Side<Scalar>& side, const Problem& problem)
        : side_(side), problem_(problem), trainer_(side.graph, side.plan, problem.order.size()) {}

    StepResult step(std::span<const Scalar> parameters) {
        const Pictures pictures = Pictures::of(problem_.images, side_.graph.input);
        const Batch batch{pictures, problem_.labels, problem_.order, Seed{3}, 2, problem_.weights};
        return trainer_.step(parameters, side_.settings, batch, {&answer, &side_.graph});
    }
    std::span<Scalar> gradients() { return trainer_.gradients(); }

private:
    static HeadLosses answer(const void* graph, const Batch& batch, std::size_t sample, const Scalar* logits, Scalar* gradient) {
        return head_losses(SoftmaxCrossEntropy{}, logits, static_cast<const GraphTable*>(graph)->heads, Targets{batch.labels, {}}, batch.order[sample],
                           batch.head_weights, gradient, 1.0 / static_cast<double>(batch.size()));
    }

    const Side<Scalar>& side_;
    const Problem& problem_;
    BatchTrainer<Scalar> trainer_;
};

inline void check_gradients(const Side<double>& exact, const Side<float>& quick, const Problem& problem, std::size_t stride) {
    const testing::KeptThreads kept_threads;
    SideTrainer trainer{exact, problem};
    const StepResult result = trainer.step(exact.parameters);
    const std::vector<double> gradients(trainer.gradients().begin(), trainer.gradients().end());

    std::vector<double> parameters = exact.parameters;
    SideTrainer probe{exact, problem};
    double magnitude = 0;
    for (const double gradient : gradients) magnitude = std::max(magnitude, std::abs(gradient));
    for (const Row& row : exact.rows) {
        if (row.moved != Moved::by_gradient) continue;
        for (std::size_t n = row.offset; n < row.offset + row.size(); n += stride) {
            const double kept = parameters[n], step = 1e-6;
            parameters[n] = kept + step;
            const double above = probe.step(parameters).loss;
            parameters[n] = kept - step;
            const double below = probe.step(parameters).loss;
            parameters[n] = kept;
            INFO(row.name << " number " << n - row.offset);
            CHECK(std::abs((above - below) / (2 * step) - gradients[n]) <= 1e-6 * (1 + magnitude));
        }
    }

    const std::vector<float> rounded(exact.parameters.begin(), exact.parameters.end());
    SideTrainer fast{quick, problem};
    const StepResult fast_result = fast.step(rounded);
    CHECK(fast_result.loss == doctest::Approx(result.loss).epsilon(1e-5));
    CHECK(fast_result.correct == result.correct);
    double largest_error = 0;
    for (std::size_t n = 0; n < gradients.size(); ++n)
        largest_error = std::max(largest_error, std::abs(static_cast<double>(fast.gradients()[n]) - gradients[n]));
    CHECK(largest_error <= 2e-5 * magnitude);

    // A fresh trainer, more threads and a smaller workspace change no bit.
    for (const std::size_t wanted : {1u, 2u, 5u}) {
        set_threads(wanted);
        set_serial_threshold(0);
        SideTrainer again{quick, problem};
        const StepResult same = again.step(rounded);
        CHECK(same.loss == fast_result.loss);
        CHECK(std::equal(again.gradients().begin(), again.gradients().end(), fast.gradients().begin()));
    }
}

// `set` may change a network's settings.
template <class Input, class Body>
void check_gradients(std::size_t count, std::size_t stride, auto set) {
    Network<Input, Body, Plain<double>> exact{Seed{1}};
    scatter(exact);
    set(exact);
    Network<Input, Body> quick;
    set(quick);
    check_gradients(side_of(exact), side_of(quick), Problem{Input::shape, count, exact.heads}, stride);
}

template <class Input, class Body>
void check_gradients(std::size_t count, std::size_t stride = 1) {
    check_gradients<Input, Body>(count, stride, [](auto& /*network*/) {});
}

}  // namespace testing
