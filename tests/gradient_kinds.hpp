// SPDX-License-Identifier: MIT
#pragma once

// A layer's backward is told what becomes of the gradient to its input: written, added, or not wanted. Parameters get the same
// gradients whatever it is told, and what is added is what would have been written.

#include "whole_batch.hpp"

#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace testing::gradient_kinds {

using namespace denim;

inline void fill(Random& random, float* numbers, Layout layout) {
    for (std::size_t y = 0; y < layout.shape.height; ++y)
        for (std::size_t x = 0; x < layout.shape.width; ++x)
            for (std::size_t c = 0; c < layout.shape.channels; ++c)
                numbers[layout.offset(y, x) + c] = static_cast<float>(random.uniform(-1, 1));
}

// What one backward call leaves.
struct Answer {
    std::vector<float> parameters, input;
};

// The last layer of a body, and everything that it reads; an activation before it pads its channels.
template <class Input, class Spec>
struct Last {
    using Planned = Plan<Graph<Input, Sequential<Activation<Tanh>, Spec>>, Fast, Mode::training>;
    static constexpr std::size_t index = Planned::count - 1, count = 3;
    using Bound = typename Planned::template LayerAt<index>;
    static constexpr Layout in = Planned::layouts[Planned::template node<index>.from[0]], out = Planned::layouts[Planned::template node<index>.to];
    static constexpr std::size_t samples = Bound::works == Works::on_samples ? 1 : count;

    Random random{Seed{5}};
    AlignedArray<float> parameters{4096 * 4}, prepared{Bound::prepared_size}, input{in.size() * count}, output{out.size() * count};
    std::vector<std::uint8_t> record = std::vector<std::uint8_t>(std::max<std::size_t>(Bound::record_size, 1) * count);
    AlignedArray<float> scratch{Bound::scratch_size + Bound::scratch_per_sample * samples};
    LayerSettings settings;

    Last() {
        for (float& number : parameters.span()) number = static_cast<float>(random.uniform(-0.5, 0.5));
        for (std::size_t part = 0; part < Bound::prepare_parts; ++part) Bound::prepare(parameters.data(), prepared.data(), part);
        for (std::size_t sample = 0; sample < samples; ++sample) fill(random, input.data() + sample * in.size(), in);
        Forward<Fast> at;
        at.inputs = {input.data()};
        at.output = output.data();
        at.parameters = parameters.data();
        at.prepared = prepared.data();
        at.record = record.data();
        at.scratch = scratch.data();
        at.settings = &settings;
        at.count = samples;
        at.last_band = Bound::bands;
        forward_batch<Bound>(at, in.size(), out.size());
    }
    template <Gradient Kind>
    Answer backward() {
        Random same{Seed{6}};
        AlignedArray<float> wanted{out.size() * count}, to_input{in.size() * count}, sums{std::max(Bound::accumulator_size, parameters.size())};
        for (std::size_t sample = 0; sample < samples; ++sample) fill(same, wanted.data() + sample * out.size(), out);
        for (std::size_t sample = 0; sample < samples && Kind != Gradient::write; ++sample) fill(same, to_input.data() + sample * in.size(), in);
        Backward<Fast> at;
        at.inputs = {input.data()};
        at.input_gradients = {Kind == Gradient::none ? nullptr : to_input.data()};
        at.output = output.data();
        at.output_gradient = wanted.data();
        at.parameters = parameters.data();
        at.prepared = prepared.data();
        at.record = record.data();
        at.scratch = scratch.data();
        at.accumulator = sums.data();
        at.gradients = sums.data();
        at.settings = &settings;
        at.random = Random{Seed{1}};  // which StochasticDepth keeps
        at.count = samples;
        backward_batch<Bound, Kind>(at, in.size(), out.size());
        return {{sums.span().begin(), sums.span().end()}, {to_input.span().begin(), to_input.span().end()}};
    }
    // What stood at the input's gradient before `add`.
    std::vector<float> before() {
        Random same{Seed{6}};
        AlignedArray<float> skipped{out.size()}, numbers{in.size() * count};
        for (std::size_t sample = 0; sample < samples; ++sample) fill(same, skipped.data(), out);
        for (std::size_t sample = 0; sample < samples; ++sample) fill(same, numbers.data() + sample * in.size(), in);
        return {numbers.span().begin(), numbers.span().end()};
    }
};

template <class Input, class Spec>
void check() {
    Last<Input, Spec> layer;
    INFO(detail::spelling<Spec>());
    const Answer written = layer.template backward<Gradient::write>(), added = layer.template backward<Gradient::add>(),
                 none = layer.template backward<Gradient::none>();
    CHECK(none.parameters == written.parameters);
    CHECK(added.parameters == written.parameters);
    const std::vector<float> before = layer.before();
    double worst = 0, largest = 0;
    for (std::size_t sample = 0; sample < layer.samples; ++sample)
        for (std::size_t y = 0; y < layer.in.shape.height; ++y)
            for (std::size_t x = 0; x < layer.in.shape.width; ++x)
                for (std::size_t c = 0; c < layer.in.shape.channels; ++c) {
                    const std::size_t n = sample * layer.in.size() + layer.in.offset(y, x) + c;
                    worst = std::max(worst, std::abs(static_cast<double>(added.input[n]) - static_cast<double>(before[n]) - static_cast<double>(written.input[n])));
                    largest = std::max(largest, std::abs(static_cast<double>(written.input[n])));
                }
    CHECK(largest > 0);
    CHECK(worst <= 2e-6 * (1 + largest));
}

}  // namespace testing::gradient_kinds
