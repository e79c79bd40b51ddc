// SPDX-License-Identifier: MIT
#pragma once

// Every gradient three times over: finite differences of the loss, the double-precision network of the plain twins, the fast one.

#include "kept_threads.hpp"
#include "sides.hpp"

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
    [[nodiscard]] Pictures pictures() const { return Pictures::of(images, {images.shape(1), images.shape(2), images.shape(3)}); }
    template <class Network, class Trainer, class Scalar>
    StepResult step(const Network& network, Trainer& trainer, std::span<const Scalar> parameters) const {
        return trainer.step(parameters, network.all_settings(), {pictures(), labels, order, Seed{3}, 2, weights});
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

inline void check_gradients(const Side<double>& exact, const Side<float>& quick, const Problem& problem, std::size_t stride) {
    const testing::KeptThreads kept_threads;
    const auto start = [&](const auto& side) { return SideTrainer{side, problem.order.size()}; };
    const auto step = [&](auto& trainer, const auto& parameters) {
        return trainer.step(parameters, {problem.pictures(), problem.labels, problem.order, Seed{3}, 2, problem.weights});
    };
    auto trainer = start(exact);
    const StepResult result = step(trainer, exact.parameters);
    const std::vector<double> gradients(trainer.gradients().begin(), trainer.gradients().end());

    std::vector<double> parameters = exact.parameters;
    auto probe = start(exact);
    double magnitude = 0;
    for (const double gradient : gradients) magnitude = std::max(magnitude, std::abs(gradient));
    for (const Row& row : exact.rows) {
        if (row.moved != Moved::by_gradient) continue;
        for (std::size_t n = row.offset; n < row.offset + row.size(); n += stride) {
            const double kept = parameters[n], shift = 1e-6;
            parameters[n] = kept + shift;
            const double above = step(probe, parameters).loss;
            parameters[n] = kept - shift;
            const double below = step(probe, parameters).loss;
            parameters[n] = kept;
            INFO(row.name << " number " << n - row.offset);
            CHECK(std::abs((above - below) / (2 * shift) - gradients[n]) <= 1e-6 * (1 + magnitude));
        }
    }

    const std::vector<float> rounded(exact.parameters.begin(), exact.parameters.end());
    auto fast = start(quick);
    const StepResult fast_result = step(fast, rounded);
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
        auto again = start(quick);
        const StepResult same = step(again, rounded);
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
