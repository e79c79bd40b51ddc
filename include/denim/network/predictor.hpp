// SPDX-License-Identifier: MIT
#pragma once

#include <denim/layer/activation_function.hpp>
#include <denim/layer/pixels.hpp>
#include <denim/loss/probabilities.hpp>
#include <denim/machine/largest.hpp>
#include <denim/machine/threads.hpp>
#include <denim/network/beats.hpp>
#include <denim/network/load.hpp>
#include <denim/network/network.hpp>
#include <denim/network/workspaces.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// A trained network that answers: it owns prepared weights and changes by assignment alone. Any number of threads may ask at once. A
/// picture's answer has the same bits alone and in any batch.
template <class Network>
class Predictor {
public:
    using Scalar = typename Network::Scalar;
    using Plan = denim::Plan<typename Network::Graph, typename Network::Numbers, Mode::inference>;
    static constexpr std::size_t outputs = Network::output.size();

    explicit Predictor(const Network& network) : parameters_(memory.row_numbers), prepared_(memory.prepared_numbers) { take(network); }

    /// As `predictor = Predictor{network}`, in the memory that there is. As with any assignment, nobody may be asking meanwhile.
    void assign(const Network& network) {
        if (workspaces_)
            take(network);
        else
            *this = Predictor{network};
    }

    /// Logits (N, outputs) of pictures (N, H, W, C), or (outputs) of one picture (H, W, C); std::uint8_t or float. Of a network that
    /// ends in a picture, such as the trunk of another, its numbers in (H, W, C) order.
    template <class Expression>
    [[nodiscard]] auto predict(const Expression& pictures) const {
        const Pictures source = Pictures::of(pictures, Network::input);
        if constexpr (static_rank<Expression> == 3) {
            Array<Scalar, 1> logits(std::array{outputs});
            predict(source, logits.data());
            return logits;
        } else {
            Array<Scalar, 2> logits(std::array{source.count, outputs});
            predict(source, logits.data());
            return logits;
        }
    }

    /// The same as probabilities, head by head, as the loss means them that the network learned by: numbers from 0 to 1, a softmax
    /// of classes (they add to 1), a sigmoid of each label that may stand side by side with others. Where a NaN is, NaN. Throws
    /// std::invalid_argument if a head gives numbers that are no probabilities (MeanSquaredError).
    template <class Expression>
    [[nodiscard]] auto probabilities(const Expression& pictures) const {
        detail::require_probabilities("probabilities", gives_);
        return probabilities(pictures, gives_);
    }
    /// Softmax of each head, whatever the loss was.
    template <class Expression>
    [[nodiscard]] auto probabilities(const Expression& pictures, Softmax /*function*/) const {
        return probabilities(pictures, of_all(Gives::classes));
    }
    /// The sigmoid of each logit, whatever the loss was.
    template <class Expression>
    [[nodiscard]] auto probabilities(const Expression& pictures, Sigmoid /*function*/) const {
        return probabilities(pictures, of_all(Gives::labels));
    }
    /// What each head gives, see Network::gives.
    [[nodiscard]] std::span<const Gives> gives() const { return gives_; }

    /// The class with the largest logit for each head: (N, heads), or (heads) of one picture. Throws std::runtime_error where a
    /// logit is a NaN.
    template <class Expression>
    [[nodiscard]] auto classes(const Expression& pictures) const {
        static_assert(AnswersInNumbers<typename Network::Graph>::holds);
        constexpr std::size_t heads = Network::heads.size();
        const auto logits = predict(pictures);
        const auto fill = [&](auto result) {
            const Scalar* from = logits.data();
            for (std::size_t n = 0; n < result.size(); from += Network::heads[n % heads], ++n)
                result.data()[n] = static_cast<std::int32_t>(detail::class_of(from, Network::heads[n % heads], n / heads));
            return result;
        };
        if constexpr (static_rank<Expression> == 3)
            return fill(Array<std::int32_t, 1>(std::array{heads}));
        else
            return fill(Array<std::int32_t, 2>(std::array{logits.shape(0), heads}));
    }

    /// Logits of `pictures`, one sample's after another's, into `to`, which has room for as many times `outputs`.
    void predict(const Pictures& pictures, Scalar* to) const {
        assert(workspaces_ && "denim: this predictor was moved from: only assign to it, or let it go");
        pictures.check(Network::input);
        const Team team;
        const auto work = workspaces_->take(std::min(pictures.count, chunk));
        for (std::size_t first = 0; first < pictures.count; first += chunk) {
            const Call call{pictures, first, std::min(chunk, pictures.count - first), to, team};
            if (call.one_by_one())
                work.space->reserve_bands(team.size);
            else
                work.space->reserve_threads(team.size);
            run(*work.space, call);
        }
    }

private:
    using Space = Workspace<Plan>;
    static constexpr const Memory<Plan>& memory = places<Plan>;
    using Order = Steps<Plan>;  // step n is node n
    static constexpr bool load_in_runs = memory.activations[0].held == Held::by_thread;
    static constexpr std::size_t chunk = 64;  // samples that go through the runs together
    template <std::size_t Index>
    using LayerAt = typename Plan::template LayerAt<Index>;
    struct Call {
        const Pictures& pictures;
        std::size_t first, count;
        Scalar* to;
        Team team;

        // Fewer samples than threads: the threads share the bands of each layer, and the values lie in the first one's workspace.
        [[nodiscard]] bool one_by_one() const { return count < team.size; }
    };

    void take(const Network& network) {
        settings_.assign(network.all_settings().begin(), network.all_settings().end());
        std::ranges::copy(network.gives(), gives_.begin());
        const Scalar* const all = network.parameters().data();
        each_index<0, Plan::count>([&]<std::size_t Index>() {
            std::copy_n(all + Plan::template first_parameter<Index>, memory.numbers_in_rows[Index], parameters_.data() + memory.rows[Index]);
        });
        prepare<Plan>(all, prepared_.data());
    }

    void run(Space& space, const Call& call) const {
        if constexpr (!load_in_runs)
            parallel_for(call.count, call.count * Network::input.size(), [&](std::size_t sample) { load(space, call, sample, 0); });
        each_index<0, Order::runs.count>([&]<std::size_t Run>() { run_steps<Run>(space, call); });
    }
    void load(Space& space, const Call& call, std::size_t sample, std::size_t worker) const {
        space.template begin_activation<0>(sample, worker);
        load_picture<Plan::layouts[0]>(call.pictures, call.first + sample, space.template activation<0>(sample, worker));
    }

    template <std::size_t Run>
    void run_steps(Space& space, const Call& call) const {
        constexpr StepRun run = Order::runs.list[Run];
        constexpr bool answers = run.last > Order::answer;
        constexpr std::size_t work = operations<Plan, run.first, run.last>() + outputs;
        const auto sample_through = [&](std::size_t sample, std::size_t worker, auto run_node) {
            if constexpr (load_in_runs && run.reads_picture) load(space, call, sample, worker);
            each_index<run.first, answers ? Order::answer : run.last>(run_node);
            if constexpr (answers) give(space.template activation<memory.output[Order::answer]>(sample, worker), call.to + (call.first + sample) * outputs);
        };
        if constexpr (!run.on_samples) {
            constexpr std::size_t to = memory.output[run.first];
            if constexpr (Space::template begins_activation<to>)
                parallel_for(call.team, call.count, call.count * Plan::layouts[memory.value_of[to]].size(),
                             [&](std::size_t sample, std::size_t) { space.template begin_activation<to>(sample, 0); });
            auto arguments = space.template forward<run.first>(parameters_.data() + memory.rows[run.first], prepared_.data(), settings_, 0, 0);
            arguments.count = call.count;
            LayerAt<run.first>::forward(arguments);
        } else if (!call.one_by_one()) {
            parallel_for(call.team, call.count, work * call.count, [&](std::size_t sample, std::size_t worker) {
                sample_through(sample, worker, [&]<std::size_t Index>() {
                    space.template begin_activation<memory.output[Index]>(sample, worker);
                    LayerAt<Index>::forward(space.template forward<Index>(parameters_.data() + memory.rows[Index], prepared_.data(), settings_, sample, worker));
                });
            });
        } else {
            for (std::size_t sample = 0; sample < call.count; ++sample)
                sample_through(sample, 0, [&]<std::size_t Index>() {
                    space.template begin_activation<memory.output[Index]>(sample, 0);
                    const auto arguments = space.template forward<Index>(parameters_.data() + memory.rows[Index], prepared_.data(), settings_, sample, 0);
                    parallel_for(call.team, LayerAt<Index>::bands, LayerAt<Index>::operations, [&](std::size_t band, std::size_t worker) {
                        auto part = arguments;
                        part.scratch = space.template scratch<Index>(worker);
                        part.first_band = band;
                        part.last_band = band + 1;
                        LayerAt<Index>::forward(part);
                    });
                });
        }
    }

    // A picture that leaves, in HWC order without border and padding.
    static void give(const Scalar* from, Scalar* to) {
        detail::for_each_number<Plan::layouts[Plan::result]>([&](std::size_t flat, std::size_t place) { to[flat] = from[place]; });
    }
    using GivesOfHeads = std::array<Gives, Network::heads.size()>;
    static constexpr GivesOfHeads of_all(Gives what) {
        GivesOfHeads all{};
        all.fill(what);
        return all;
    }
    template <class Expression>
    auto probabilities(const Expression& pictures, const GivesOfHeads& gives) const {
        auto result = predict(pictures);
        const std::span<Scalar> numbers{result.data(), result.size()};
        for (std::size_t first = 0; first < numbers.size();)  // of a network that gives a picture, pixel by pixel
            for (std::size_t head = 0; head < gives.size(); first += Network::heads[head++])
                to_probabilities(numbers.subspan(first, Network::heads[head]), Network::heads[head], gives[head]);
        return result;
    }

    AlignedArray<Scalar> parameters_;
    std::vector<LayerSettings> settings_;
    GivesOfHeads gives_{};
    AlignedArray<Scalar> prepared_;
    std::unique_ptr<Workspaces<Plan>> workspaces_ = std::make_unique<Workspaces<Plan>>();
};

template <class Input, class Body, class Arithmetic>
Predictor(const Network<Input, Body, Arithmetic>&) -> Predictor<Network<Input, Body, Arithmetic>>;

template <class Input, class Body, class Arithmetic>
template <class Expression>
auto Network<Input, Body, Arithmetic>::predict(const Expression& pictures) const {
    return Predictor{*this}.predict(pictures);
}
template <class Input, class Body, class Arithmetic>
template <class Expression, class... Function>
auto Network<Input, Body, Arithmetic>::probabilities(const Expression& pictures, Function... function) const {
    return Predictor{*this}.probabilities(pictures, function...);
}
template <class Input, class Body, class Arithmetic>
template <class Expression>
auto Network<Input, Body, Arithmetic>::classes(const Expression& pictures) const {
    return Predictor{*this}.classes(pictures);
}

}  // namespace denim::inline DENIM_TARGET
