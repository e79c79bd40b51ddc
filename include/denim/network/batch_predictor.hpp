// SPDX-License-Identifier: MIT
#pragma once

// Pictures through any plan of a trained network: it is told its table. It owns what the kernels read and never changes while it answers.

#include <denim/machine/threads.hpp>
#include <denim/network/beats.hpp>
#include <denim/network/load.hpp>
#include <denim/network/step_clock.hpp>
#include <denim/network/workspaces.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// What the kernels read of one network, and workspaces for its calls.
template <class Stored, class Computed = Stored>
class BatchPredictor {
public:
    explicit BatchPredictor(const PlanTable<Stored, Computed>& plan);

    /// Whether it was not moved from.
    [[nodiscard]] bool whole() const { return workspaces_ != nullptr; }

    /// Takes over a network's numbers. Nobody may be asking meanwhile.
    void take(const Stored* parameters, std::span<const LayerSettings> settings);

    /// What leaves for each picture, in (H, W, C) order, one sample's after another's, into `to`. Any number of threads may ask at once. A clock takes
    /// the time of each step; it has room for all threads.
    void predict(const Pictures& pictures, Stored* to, StepClock* clock = nullptr) const;

private:
    using Space = Workspace<Stored, Computed>;
    static constexpr std::size_t chunk = 64;  // samples that go through the runs together
    struct Call {
        const Pictures& pictures;
        std::size_t first, count;
        Stored* to;
        Team team;
        StepClock* clock;

        // Fewer samples than threads: the threads share the bands of each layer, and the values lie in the first one's workspace.
        [[nodiscard]] bool one_by_one() const { return count < team.size; }
    };

    [[nodiscard]] std::size_t outputs() const { return plan_->layouts[plan_->result].shape.size(); }
    [[nodiscard]] const Stored* parameters(std::size_t node) const { return parameters_.data() + plan_->node_places[node].row; }

    void run(Space& space, const Call& call) const {
        if (!plan_->loads_in_runs())
            parallel_for(call.team, call.count, call.count * plan_->layouts[0].shape.size(),
                         [&](std::size_t sample, std::size_t worker) { load(space, call, sample, 0, worker); });
        for (const StepRun& of : plan_->runs) {
            if (!of.on_samples)
                run_batch(space, call, of.first);
            else if (call.one_by_one())
                for (std::size_t sample = 0; sample < call.count; ++sample) {
                    if (plan_->loads_in_runs() && of.reads_picture) load_by_all(space, call, sample);
                    run_sample(space, call, of, sample, 0, [&](std::size_t node) { run_bands(space, call, node, sample); });
                }
            else
                parallel_for(call.team, call.count, (plan_->operations(of) + outputs()) * call.count, [&](std::size_t sample, std::size_t worker) {
                    if (plan_->loads_in_runs() && of.reads_picture) load(space, call, sample, worker, worker);
                    run_sample(space, call, of, sample, worker, [&](std::size_t node) {
                        const StepClock::Scope timed{call.clock, {.node = node, .sample = call.first + sample, .worker = worker}};
                        plan_->layers[node].forward(begin(space, node, sample, worker));
                    });
                });
        }
    }
    // Into the place of `worker`, by the thread `by`.
    void load(Space& space, const Call& call, std::size_t sample, std::size_t worker, std::size_t by) const {
        const StepClock::Scope timed{call.clock, {.sample = call.first + sample, .worker = by}};
        space.begin_activation(0, sample, worker);
        load_picture(call.pictures, call.first + sample, plan_->layouts[0], space.activation(0, sample, worker));
    }
    // In rows, which then are near the threads that work on them first.
    void load_by_all(Space& space, const Call& call, std::size_t sample) const {
        const StepClock::Scope timed{call.clock, {.sample = call.first + sample, .by_all = true}};
        space.begin_activation(0, sample, 0);
        const Layout& layout = plan_->layouts[0];
        const std::size_t rows = layout.shape.height, parts = call.team.within(rows);
        parallel_for(call.team, parts, sizeof(Stored) * layout.shape.size(), [&](std::size_t part, std::size_t) {
            load_rows(call.pictures, call.first + sample, part * rows / parts, (part + 1) * rows / parts, layout, space.activation(0, sample, 0));
        });
    }

    // Step n is node n, and the answer comes last.
    template <class RunNode>
    void run_sample(Space& space, const Call& call, const StepRun& of, std::size_t sample, std::size_t worker, RunNode run_node) const {
        for (std::size_t node = of.first; node < std::min(of.last, plan_->answer); ++node) run_node(node);
        if (of.last > plan_->answer)
            give(space.activation(plan_->step_places[plan_->answer].output, sample, worker), call.to + (call.first + sample) * outputs());
    }
    void run_batch(Space& space, const Call& call, std::size_t node) const {
        const StepClock::Scope timed{call.clock, {.node = node, .sample = call.first, .by_all = true}};
        const std::size_t to = plan_->step_places[node].output;
        if (space.begins_activation(to))
            parallel_for(call.team, call.count, call.count * plan_->layouts[plan_->nodes[node].to].size(),
                         [&](std::size_t sample, std::size_t) { space.begin_activation(to, sample, 0); });
        auto arguments = space.forward(node, parameters(node), prepared_.data(), settings_, 0, 0);
        arguments.count = call.count;
        plan_->layers[node].forward(arguments);
    }
    void run_bands(Space& space, const Call& call, std::size_t node, std::size_t sample) const {
        const StepClock::Scope timed{call.clock, {.node = node, .sample = call.first + sample, .by_all = true}};
        const LayerTable<Stored, Computed>& layer = plan_->layers[node];
        const std::size_t to = plan_->step_places[node].output;
        const bool in_parts = space.begins_in_parts(to);
        if (!in_parts) space.begin_activation(to, sample, 0);
        const ForwardOf<Stored, Computed> whole = space.forward(node, parameters(node), prepared_.data(), settings_, sample, 0);
        const std::size_t work = std::max(layer.operations, plan_->layouts[plan_->nodes[node].to].shape.size());  // a layer may only copy
        // Bands that follow each other: the next layer's rows then are near the thread that made them.
        const std::size_t parts = call.team.within(layer.bands);
        parallel_for(call.team, parts, work, [&](std::size_t number, std::size_t worker) {
            if (in_parts) space.begin_activation(to, sample, 0, number, parts);
            ForwardOf<Stored, Computed> part = whole;
            part.scratch = space.scratch(node, worker);
            part.first_band = number * layer.bands / parts;
            part.last_band = (number + 1) * layer.bands / parts;
            layer.forward(part);
        });
    }
    ForwardOf<Stored, Computed> begin(Space& space, std::size_t node, std::size_t sample, std::size_t worker) const {
        space.begin_activation(plan_->step_places[node].output, sample, worker);
        return space.forward(node, parameters(node), prepared_.data(), settings_, sample, worker);
    }

    // A picture that leaves, without border and padding.
    void give(const Stored* from, Stored* to) const {
        const Layout& layout = plan_->layouts[plan_->result];
        for (std::size_t y = 0; y < layout.shape.height; ++y)
            for (std::size_t x = 0; x < layout.shape.width; ++x) to = std::copy_n(from + layout.offset(y, x), layout.shape.channels, to);
    }

    const PlanTable<Stored, Computed>* plan_;
    AlignedArray<Stored> parameters_;
    AlignedArray<std::uint8_t> prepared_;
    std::vector<LayerSettings> settings_;
    std::unique_ptr<Workspaces<Stored, Computed>> workspaces_;
};

template <class Stored, class Computed>
BatchPredictor<Stored, Computed>::BatchPredictor(const PlanTable<Stored, Computed>& plan)
    : plan_(&plan), parameters_(plan.sizes.row_numbers), prepared_(plan.sizes.prepared_bytes), workspaces_(std::make_unique<Workspaces<Stored, Computed>>(plan)) {}

template <class Stored, class Computed>
void BatchPredictor<Stored, Computed>::take(const Stored* parameters, std::span<const LayerSettings> settings) {
    settings_.assign(settings.begin(), settings.end());
    for (std::size_t node = 0; node < plan_->layers.size(); ++node) {
        const NodePlaces& places = plan_->node_places[node];
        std::copy_n(parameters + plan_->layers[node].first_parameter, places.numbers_in_rows, parameters_.data() + places.row);
    }
    prepare(*plan_, parameters, prepared_.data());
}

template <class Stored, class Computed>
void BatchPredictor<Stored, Computed>::predict(const Pictures& pictures, Stored* to, StepClock* clock) const {
    const Team team;
    const auto work = workspaces_->take(std::min(pictures.count, chunk));
    for (std::size_t first = 0; first < pictures.count; first += chunk) {
        const Call call{pictures, first, std::min(chunk, pictures.count - first), to, team, clock};
        if (call.one_by_one()) {
            work.space->reserve_bands(team.size);
            with_standing_team(team, call.count * plan_->operations(), [&] { run(*work.space, call); });
        } else {
            work.space->reserve_threads(team.size);
            run(*work.space, call);
        }
    }
}

DENIM_TEMPLATE(class BatchPredictor<float>);
DENIM_TEMPLATE(class BatchPredictor<double>);

}  // namespace denim::inline DENIM_TARGET
