// SPDX-License-Identifier: MIT
// The order of additions in a step is a promise: gradients of a batch from those of its shares, each by itself and added by a plain
// tree, are the same bits as the trainer's; and the bits of a small training run stand here.
#include <denim/denim.hpp>

#include <doctest/doctest.h>
#include "kept_threads.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

using namespace denim;

namespace {

/// The numbers of some shares, added as the promise says: as many as 2^k, fewer than all, and the rest.
template <class Number>
std::vector<Number> plain_tree(const std::vector<std::vector<Number>>& shares, std::size_t first, std::size_t count) {
    if (count == 1) return shares[first];
    std::size_t left = 1;
    while (2 * left < count) left *= 2;
    std::vector<Number> sum = plain_tree(shares, first, left);
    const std::vector<Number> rest = plain_tree(shares, first + left, count - left);
    for (std::size_t n = 0; n < sum.size(); ++n) sum[n] += rest[n];
    return sum;
}

struct Data {
    Array<float, 4> images;
    std::vector<std::int32_t> labels;
    std::vector<std::uint32_t> order;

    Data(std::size_t count, Shape shape) : images(std::array<std::size_t, 4>{count, shape.height, shape.width, shape.channels}), labels(count), order(count) {
        Random random{Seed{9}};
        for (float& number : images) number = static_cast<float>(random.uniform(-1, 1));
        for (std::int32_t& label : labels) label = static_cast<std::int32_t>(random.below(3));
        std::iota(order.rbegin(), order.rend(), 0u);
    }
};

/// A step of a network without branches and without random numbers, layer by layer, with memory of its own for every value of every
/// sample and an accumulator for every layer and share.
template <class SourceGraph, class Arithmetic>
class ByHand {
    using Stored = typename Arithmetic::Stored;
    using Computed = typename Arithmetic::Computed;
    using Plan = denim::Plan<SourceGraph, Arithmetic, Mode::training>;
    template <std::size_t Index>
    using LayerAt = typename Plan::template LayerAt<Index>;
    static constexpr std::size_t count = Plan::count, room = 64;
    template <std::size_t Index>
    static constexpr Works works = LayerAt<Index>::works;

public:
    std::vector<Stored> gradients = std::vector<Stored>(SourceGraph::trace.parameters);
    double loss = 0;

    ByHand(const std::vector<Stored>& parameters, const std::vector<LayerSettings>& settings, const Data& data)
        : parameters_(parameters), settings_(settings), samples_(data.order.size()), shares_(Shares{samples_}) {
        for (std::size_t value = 0; value < Plan::values; ++value) {
            activations_.emplace_back(samples_ * Plan::layouts[value].size() + room);
            to_values_.emplace_back(activations_.back().size());
        }
        const Pictures pictures = Pictures::of(data.images, SourceGraph::input);
        for (std::size_t sample = 0; sample < samples_; ++sample)
            load_picture(pictures, data.order[sample], Plan::layouts[0], activations_[0].data() + sample * Plan::layouts[0].size());
        each([&]<std::size_t Index>() { forward<Index>(); });
        std::vector<std::vector<double>> losses(shares_.count, std::vector<double>(1));
        constexpr Layout result = Plan::layouts[Plan::result];
        for (std::size_t share = 0; share < shares_.count; ++share)
            for (std::size_t sample = shares_.first(share); sample < shares_.last(share); ++sample)
                losses[share][0] += SoftmaxCrossEntropy{}.sample(activations_[Plan::result].data() + sample * result.size(), result.shape.channels,
                                                                 Target{.label = data.labels[data.order[sample]]},
                                                                 to_values_[Plan::result].data() + sample * result.size(),
                                                                 1.0 / static_cast<double>(samples_));
        loss = plain_tree(losses, 0, losses.size())[0] / static_cast<double>(samples_);
        each([&]<std::size_t Reversed>() { backward<count - 1 - Reversed>(); });
    }

private:
    template <class Body>
    static void each(Body body) {
        [&]<std::size_t... Index>(std::index_sequence<Index...>) { (body.template operator()<Index>(), ...); }(std::make_index_sequence<count>{});
    }
    template <std::size_t Index>
    void fill(auto& call, std::size_t sample, std::size_t samples) {
        constexpr Node node = Plan::template node<Index>;
        static_assert(node.inputs == 1);
        Buffers& own = buffers_[Index];
        call.inputs[0] = activations_[node.from[0]].data() + sample * Plan::layouts[node.from[0]].size();
        call.output = activations_[node.to].data() + sample * Plan::layouts[node.to].size();
        call.parameters = parameters_.data() + Plan::template first_parameter<Index>;
        call.prepared = own.prepared.data();
        call.record = own.record.data() + sample * round_up(LayerAt<Index>::record_size, 64);
        call.scratch = own.scratch.data();
        call.settings = &settings_[node.first];
        call.gathered = own.scratch.data() + LayerAt<Index>::scratch_size + sample * LayerAt<Index>::scratch_per_sample;
        call.count = samples;
    }
    template <std::size_t Index>
    void forward() {
        using Layer = LayerAt<Index>;
        Buffers& own = buffers_[Index];
        own.prepared.resize(Layer::prepared_size + room);
        own.scratch.resize(Layer::scratch_size + samples_ * Layer::scratch_per_sample + room);
        own.record.resize(samples_ * round_up(Layer::record_size, 64) + room);
        for (std::size_t part = 0; part < Layer::prepare_parts && Layer::prepared_size > 0; ++part)
            Layer::prepare(parameters_.data() + Plan::template first_parameter<Index>, own.prepared.data(), part);
        const auto call_for = [&](std::size_t sample, std::size_t samples) {
            Forward<Arithmetic> call;
            fill<Index>(call, sample, samples);
            call.last_band = Layer::bands;
            return call;
        };
        if constexpr (works<Index> == Works::on_joined_samples) {
            for (std::size_t sample = 0; sample < samples_; ++sample) Layer::gather(call_for(sample, 1));
            Layer::join(call_for(0, samples_));
        }
        if constexpr (works<Index> == Works::on_batches)
            Layer::forward(call_for(0, samples_));
        else
            for (std::size_t sample = 0; sample < samples_; ++sample) Layer::forward(call_for(sample, 1));
    }
    template <std::size_t Index>
    void backward() {
        using Layer = LayerAt<Index>;
        constexpr Node node = Plan::template node<Index>;
        constexpr Gradient kind = node.from[0] == 0 ? Gradient::none : Gradient::write;
        const auto call_for = [&](std::size_t sample, std::size_t samples, Computed* accumulator) {
            Backward<Arithmetic> call;
            fill<Index>(call, sample, samples);
            call.input_gradients[0] = to_values_[node.from[0]].data() + sample * Plan::layouts[node.from[0]].size();
            call.output_gradient = to_values_[node.to].data() + sample * Plan::layouts[node.to].size();
            call.accumulator = accumulator;
            call.gradients = gradients.data() + Plan::template first_parameter<Index>;
            return call;
        };
        if constexpr (works<Index> == Works::on_joined_samples) {
            for (std::size_t sample = 0; sample < samples_; ++sample) Layer::gather_back(call_for(sample, 1, nullptr));
            Layer::join_back(call_for(0, samples_, nullptr));
        }
        if constexpr (works<Index> != Works::on_batches) {
            std::vector<std::vector<Computed>> sums(shares_.count, std::vector<Computed>(Layer::accumulator_size + room));
            for (std::size_t share = 0; share < shares_.count; ++share)
                for (std::size_t sample = shares_.first(share); sample < shares_.last(share); ++sample)
                    Layer::template backward<kind>(call_for(sample, 1, sums[share].data()));
            const std::vector<Computed> sum = plain_tree(sums, 0, sums.size());
            for (std::size_t part = 0; part < Layer::finish_parts && Layer::accumulator_size > 0; ++part)
                Layer::finish({sum.data(), gradients.data() + Plan::template first_parameter<Index>}, part);
        } else {
            Layer::template backward<kind>(call_for(0, samples_, nullptr));
        }
    }

    struct Buffers {
        std::vector<Stored> prepared;
        std::vector<Computed> scratch;
        std::vector<std::uint8_t> record;
    };
    const std::vector<Stored>& parameters_;
    const std::vector<LayerSettings>& settings_;
    std::size_t samples_;
    Shares shares_;
    std::vector<std::vector<Stored>> activations_, to_values_;
    std::array<Buffers, count> buffers_;
};

template <class SourceGraph, class Arithmetic>
void check() {
    using Stored = typename Arithmetic::Stored;
    const testing::KeptThreads kept_threads;
    set_serial_threshold(0);
    std::vector<Stored> parameters(SourceGraph::trace.parameters);
    Random random{Seed{4}};
    for (Stored& number : parameters) number = static_cast<Stored>(random.uniform(-0.1, 0.2));
    const std::vector<LayerSettings> settings(SourceGraph::count);
    Trainer<SourceGraph, Arithmetic, SoftmaxCrossEntropy> trainer{100};
    for (const std::size_t batch : {100u, 1u, 7u, 8u, 9u, 24u, 64u}) {
        const Data data{batch, SourceGraph::input};
        const ByHand<SourceGraph, Arithmetic> wanted{parameters, settings, data};
        for (const std::size_t count : {1u, 2u, 5u}) {
            set_threads(count);
            INFO("a batch of " << batch << ", " << count << " threads");
            const Pictures pictures = Pictures::of(data.images, SourceGraph::input);
            const StepResult result = trainer.step(parameters, settings, {.pictures = pictures, .labels = data.labels, .order = data.order});
            CHECK(result.loss == wanted.loss);
            CHECK(std::ranges::equal(trainer.gradients(), wanted.gradients));
        }
    }
}

/// FNV-1a over the bits of numbers.
std::uint64_t checksum(const std::vector<float>& numbers) {
    std::uint64_t sum = 14695981039346656037u;
    for (const float number : numbers) sum = (sum ^ std::bit_cast<std::uint32_t>(number)) * 1099511628211u;
    return sum;
}

/// Ten steps of plain descent; every number that is multiplied is a power of two on one side, so products are exact.
template <class SourceGraph>
std::uint64_t trained() {
    constexpr std::size_t most = 100, outputs = SourceGraph::heads[0];
    Data data{most, SourceGraph::input};
    Random random{Seed{2}};
    for (float& number : data.images) number = std::array{0.0f, 1.0f, -0.5f, 2.0f}[random.below(4)];
    std::vector<float> parameters(SourceGraph::trace.parameters), targets(most * outputs);
    for (float& number : parameters) number = static_cast<float>(static_cast<int>(random.below(64)) - 31) / 64.0f;
    for (float& number : targets) number = static_cast<float>(random.below(8)) / 4.0f;
    const std::vector<LayerSettings> settings(SourceGraph::count);
    const Pictures pictures = Pictures::of(data.images, SourceGraph::input);
    Trainer<SourceGraph, Plain<float>, MeanSquaredError> trainer{most};
    for (const std::size_t batch : {7u, 64u, 100u, 9u, 24u, 1u, 50u, 8u, 33u, 100u}) {
        static_cast<void>(trainer.step(parameters, settings,
                                       {.pictures = pictures, .labels = {}, .order = std::span{data.order}.first(batch), .numbers = targets}));
        for (std::size_t n = 0; n < parameters.size(); ++n) parameters[n] -= 0.015625f * trainer.gradients()[n];
    }
    return checksum(parameters);
}

}  // namespace

TEST_CASE("the gradients of a batch are those of its shares, added in pairs, to the bit") {
    check<Graph<Image<13, 12, 3>, Sequential<Conv<3, 8>, MaxPool, Conv<3, 16, Same, Linear>, BatchNorm, DepthwiseConv<3, Same>, LayerNorm, Conv<2, 6>,
                                             Dense<700, ReLU>, Dense<3>>>,
          Fast>();
}

TEST_CASE("so are those of plain twins") {
    check<Graph<Image<6, 5, 2>, Sequential<Conv<3, 3, Linear>, BatchNorm, LayerNorm, Dense<4, ReLU>, Dense<3>>>, Plain<float>>();
}

// Products are exact here, and nothing but additions, in the promised order, rounds: so the bits depend neither on vectors nor on whether
// a compiler makes one operation of a product and a sum. Of a run with other products they would.
TEST_CASE("the bits of a small training run") {
    CHECK(trained<Graph<Image<4, 4, 3>, Sequential<Conv<3, 5, Same>, GlobalPool<Average>>>>() == 8837440406333284991u);
    CHECK(trained<Graph<Image<4, 3, 2>, Sequential<Dense<3>>>>() == 5915292749516379287u);
}
