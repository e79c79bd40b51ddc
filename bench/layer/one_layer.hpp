// SPDX-License-Identifier: MIT
#pragma once

// One layer as a network runs it, forward and back.

#include <denim/denim.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace denim {

/// Samples through one layer, or through several that are computed as one, between two values that are kept for the whole batch.
template <std::size_t samples, class Input, class... Layers>
class OneLayer {
    // Dropout in front, at rate 0, makes the layer's input a value with a gradient.
    using Tested = Network<Input, Sequential<Dropout, Layers...>>;
    using Plan = denim::Plan<typename Tested::Graph, Fast, Mode::training>;
    using Layer = typename Plan::template LayerAt<1>;
    static constexpr const PlanTable<float>& plan = table_of<Plan>;
    static constexpr const MemorySizes& sizes = plan.sizes;

public:
    /// All biases are `bias`: below zero, it kills outputs in front of a ReLU.
    explicit OneLayer(float bias = 0)
        : space_(plan, samples), prepared_(sizes.prepared_bytes), accumulators_(sizes.accumulator_bytes * samples),
          gradients_(Tested::parameter_count), output_gradient_(made.size()) {
        network_.edit_parameters([&](std::span<float> numbers) {
            for (const Row& row : network_.rows())
                if (row.name.ends_with(".bias")) std::fill_n(numbers.begin() + static_cast<std::ptrdiff_t>(row.offset), row.size(), bias);
        });
        space_.reserve_threads(team_.size);
        prepare(plan, network_.parameters().data(), prepared_.data());
        const auto fill = [](const Layout& layout, float* to) {
            Random random{Seed{1}};
            for (std::size_t y = 0; y < layout.shape.height; ++y)
                for (std::size_t x = 0; x < layout.shape.width; ++x)
                    for (std::size_t c = 0; c < layout.shape.channels; ++c) to[layout.offset(y, x) + c] = static_cast<float>(random.uniform(-1, 1));
        };
        for (std::size_t sample = 0; sample < samples; ++sample)
            for (std::size_t worker = 0; worker < team_.size; ++worker) fill(Plan::layouts[1], space_.activation(1, sample, worker));
        fill(made, output_gradient_.data());
        for (std::size_t sample = 0; sample < samples; ++sample)
            for (std::size_t worker = 0; worker < team_.size; ++worker) give_gradient(space_.gradient(made_value, sample, worker));
    }

    void forward() {
        if constexpr (joined) {
            each_call([&](std::size_t sample, std::size_t worker, std::size_t) { Layer::gather(forward_call(Does::gather, sample, worker, 1)); });
            Layer::join(forward_call(Does::join, 0, 0, samples));
        }
        each_call([&](std::size_t sample, std::size_t worker, std::size_t count) { forward_of(sample, worker, count); });
    }
    /// After forward.
    void backward() {
        if constexpr (joined) {
            each_call([&](std::size_t sample, std::size_t worker, std::size_t) { Layer::gather_back(backward_call(Does::gather_back, sample, worker, 1)); });
            Layer::join_back(backward_call(Does::join_back, 0, 0, samples));
        }
        each_call([&](std::size_t sample, std::size_t worker, std::size_t count) { backward_of(sample, worker, count); });
    }
    /// The sum of what forward makes of the first sample, and of the gradient that backward makes then.
    double output_sum() {
        forward();
        forward_of(0, 0, at_once);
        return sum(made, space_.activation(plan.step_places[step_of(Does::forward)].output, 0, 0));
    }
    double gradient_sum() {
        forward();
        backward();
        forward_of(0, 0, at_once);
        backward_of(0, 0, at_once);
        return sum(Plan::layouts[1], space_.gradient(1, 0, 0));
    }

    static constexpr std::size_t operations = Layer::operations * samples;
    static constexpr bool has_weights = Tested::parameter_count > 0;

private:
    static constexpr bool joined = Layer::works == Works::on_joined_samples;
    static constexpr std::size_t step_of(Does does) {  // of the layer, which is node 1
        std::size_t step = 0;
        while (plan.steps[step].node != 1 || plan.steps[step].does != does) ++step;
        return step;
    }
    static constexpr std::size_t at_once = Layer::works == Works::on_batches ? samples : 1;
    static constexpr std::size_t made_value = Plan::template node<1>.to;
    static constexpr Layout made = Plan::layouts[made_value];

    auto forward_call(Does does, std::size_t sample, std::size_t worker, std::size_t count) {
        auto call = space_.forward(step_of(does), network_.parameters().data(), prepared_.data(), network_.all_settings(), sample, worker);
        call.count = count;
        return call;
    }
    void forward_of(std::size_t sample, std::size_t worker, std::size_t count) { Layer::forward(forward_call(Does::forward, sample, worker, count)); }
    auto backward_call(Does does, std::size_t sample, std::size_t worker, std::size_t count) {
        auto call = space_.backward(step_of(does), network_.parameters().data(), prepared_.data(), network_.all_settings(), sample, worker);
        call.count = count;
        call.accumulator = numbers_at<float>(accumulators_.data() + worker * sizes.accumulator_bytes);
        call.gradients = gradients_.data();
        return call;
    }
    void backward_of(std::size_t sample, std::size_t worker, std::size_t count) {
        const auto call = backward_call(Does::backward, sample, worker, count);
        if constexpr (Layer::backward_reads_output)  // it may have masked the gradient of the sample before, at the same place
            for (std::size_t n = 0; n < count; ++n) give_gradient(call.output_gradient + n * made.size());
        Layer::template backward<Gradient::write>(call);
    }
    static double sum(const Layout& layout, const float* numbers) {
        double all = 0;
        for (std::size_t y = 0; y < layout.shape.height; ++y)
            for (std::size_t x = 0; x < layout.shape.width; ++x)
                for (std::size_t c = 0; c < layout.shape.channels; ++c) all += numbers[layout.offset(y, x) + c];
        return all;
    }
    void give_gradient(float* to) { std::copy_n(output_gradient_.data(), made.size(), to); }

    template <class Call>
    void each_call(Call call) {
        if constexpr (at_once == samples)
            call(0, 0, samples);
        else
            parallel_for(team_, samples, operations, [&](std::size_t sample, std::size_t worker) { call(sample, worker, 1); });
    }

    Tested network_{Seed{1}};
    Team team_;
    Workspace<float> space_;
    AlignedArray<std::uint8_t> prepared_, accumulators_;
    AlignedArray<float> gradients_, output_gradient_;
};

}  // namespace denim
