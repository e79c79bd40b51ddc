// SPDX-License-Identifier: MIT
// Each layer as a network runs it: 64 samples forward, and back, in one plan; GFLOP/s, and the share of the machine's FMA peak.
#include "one_layer.hpp"

#include <denim/machine/peak.hpp>

#include <benchmark/benchmark.h>

#include <string>

using namespace denim;

namespace {

/// GFLOP/s of all threads that only multiply and add in registers.
double machine_peak() {
    static const double peak = 1e-9 * peak_of_all_threads();
    return peak;
}

template <class Input, class Spec>
void add(const std::string& name) {
    using Tested = OneLayer<64, Input, Spec>;
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
