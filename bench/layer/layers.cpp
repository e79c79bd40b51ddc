// SPDX-License-Identifier: MIT
// Each layer as a network runs it: 64 samples forward, and back, in one plan; GFLOP/s, and the share of the machine's FMA peak.
#include <denim/denim.hpp>
#include <denim/machine/peak.hpp>

#include <benchmark/benchmark.h>

#include <string>

using namespace denim;

namespace {

constexpr std::size_t samples = 64;

/// GFLOP/s of all threads that only multiply and add in registers.
double machine_peak() {
    static const double peak = 1e-9 * peak_of_all_threads();
    return peak;
}

/// One layer between two values that are kept for the whole batch.
template <class Input, class Spec>
class Bench {
    // Dropout in front, at rate 0, makes the layer's input a value with a gradient.
    using Tested = Network<Input, Sequential<Dropout, Spec>>;
    using Plan = denim::Plan<typename Tested::Graph, Fast, Mode::training>;
    using Layer = typename Plan::template LayerAt<1>;
    static constexpr const PlanTable<float>& plan = table_of<Plan>;
    static constexpr const MemorySizes& sizes = plan.sizes;

public:
    Bench() : space_(plan, samples), prepared_(sizes.prepared_numbers), accumulators_(sizes.accumulator_numbers * samples), gradients_(Tested::parameter_count) {
        space_.reserve_threads(team_.size);
        prepare(plan, network_.parameters().data(), prepared_.data());
        Random random{Seed{1}};
        for (std::size_t sample = 0; sample < samples; ++sample)
            for (std::size_t n = 0; n < Plan::layouts[1].size(); ++n)
                space_.activation(1, sample, 0)[n] = static_cast<float>(random.uniform(-1, 1));
    }

    void forward() {
        each_call([&](std::size_t sample, std::size_t worker, std::size_t count) {
            auto call = space_.forward(1, network_.parameters().data(), prepared_.data(), network_.all_settings(), sample, worker);
            call.count = count;
            Layer::forward(call);
        });
    }
    void backward() {
        each_call([&](std::size_t sample, std::size_t worker, std::size_t count) {
            auto call = space_.backward(backward_step, network_.parameters().data(), prepared_.data(), network_.all_settings(), sample, worker);
            call.count = count;
            call.accumulator = accumulators_.data() + worker * sizes.accumulator_numbers;
            call.gradients = gradients_.data();
            Layer::template backward<Gradient::write>(call);
        });
    }
    static constexpr std::size_t operations = Layer::operations * samples;
    static constexpr bool has_weights = Tested::parameter_count > 0;

private:
    static constexpr std::size_t backward_step = plan.answer + 1;  // of the last node

    template <class Call>
    void each_call(Call call) {
        if constexpr (Layer::works == Works::on_batches)
            call(0, 0, samples);
        else
            parallel_for(team_, samples, operations, [&](std::size_t sample, std::size_t worker) { call(sample, worker, 1); });
    }

    Tested network_{Seed{1}};
    Team team_;
    Workspace<float> space_;
    AlignedArray<float> prepared_, accumulators_, gradients_;
};

template <class Input, class Spec>
void add(const std::string& name) {
    using Tested = Bench<Input, Spec>;
    const auto run = [name](const std::string& way, std::size_t operations, void (Tested::*call)()) {
        benchmark::RegisterBenchmark((name + ", " + way).c_str(), [operations, call](benchmark::State& state) {
            Tested tested;
            tested.forward();
            for (auto unused : state) (tested.*call)();
            const double done = 1e-9 * static_cast<double>(operations) * static_cast<double>(state.iterations());
            state.counters["GFLOP/s"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
            state.counters["of the peak"] = benchmark::Counter(done / machine_peak(), benchmark::Counter::kIsRate);
        })->Unit(benchmark::kMillisecond)->UseRealTime();
    };
    run("forward", Tested::operations, &Tested::forward);
    run("backward", Tested::operations * (Tested::has_weights ? 2 : 1), &Tested::backward);
}

}  // namespace

int main(int count, char** arguments) {
    add<Image<120, 90, 3>, Conv<5, 64>>("Conv<5, 64> on 120 x 90 x 3");
    add<Image<58, 43, 64>, Conv<5, 64>>("Conv<5, 64> on 58 x 43 x 64");
    add<Image<58, 43, 64>, Conv<3, 64, Same, Stride<2>>>("Conv<3, 64, Same, Stride<2>> on 58 x 43 x 64");
    add<Image<56, 56, 64>, DepthwiseConv<3, Same>>("DepthwiseConv<3, Same> on 56 x 56 x 64");
    add<Image<14, 14, 256>, DepthwiseConv<3, Same>>("DepthwiseConv<3, Same> on 14 x 14 x 256");
    add<Image<28, 28, 128>, DepthwiseConv<5, Same, Stride<2>>>("DepthwiseConv<5, Same, Stride<2>> on 28 x 28 x 128");
    add<Image<56, 56, 64>, Conv<3, 64, Same>>("Conv<3, 64, Same> on 56 x 56 x 64");
    add<Image<56, 56, 64>, Conv<3, 64, Same, Groups<4>>>("Conv<3, 64, Same, Groups<4>> on 56 x 56 x 64");
    add<Image<56, 56, 64>, Conv<3, 64, Same, Dilation<2>>>("Conv<3, 64, Same, Dilation<2>> on 56 x 56 x 64");
    add<Image<54, 39, 64>, MaxPool>("MaxPool on 54 x 39 x 64");
    add<Image<54, 39, 64>, BatchNorm>("BatchNorm on 54 x 39 x 64");
    add<Image<54, 39, 64>, Dropout>("Dropout on 54 x 39 x 64");
    add<Image<27, 19, 64>, Dense<3>>("Dense<3> on 27 x 19 x 64");
    add<Image<27, 19, 64>, Dense<1024, ReLU>>("Dense<1024> on 27 x 19 x 64");
    benchmark::Initialize(&count, arguments);
    benchmark::RunSpecifiedBenchmarks();
}
