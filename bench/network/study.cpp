// SPDX-License-Identifier: MIT
// The study's network whole, from uint8 photographs, on 1 thread and more: training with `fit`, prediction, one photograph.
#include <denim/denim.hpp>

#include <benchmark/benchmark.h>

using namespace denim;

namespace {

using Study = Network<Image<120, 90, 3>, Sequential<Conv<5, 64>, MaxPool, Conv<5, 64>, MaxPool, Dense<3>>>;
constexpr std::size_t batch = 64, photographs = 8 * batch;

struct Set {
    Array<std::uint8_t, 4> images{std::array<std::size_t, 4>{photographs, 120, 90, 3}};
    Array<std::int32_t, 1> labels{std::array<std::size_t, 1>{photographs}};
};

const Set& random_set() {
    static const Set set = [] {
        Set made;
        Random random{Seed{1}};
        for (auto& byte : made.images) byte = static_cast<std::uint8_t>(random.uniform(0, 256));
        for (std::size_t n = 0; n < photographs; ++n) made.labels(n) = static_cast<std::int32_t>(n % 3);
        return made;
    }();
    return set;
}

void images_per_second(benchmark::State& state, std::size_t count) {
    state.counters["images/s"] =
        benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(count), benchmark::Counter::kIsRate);
}

void training(benchmark::State& state) {
    set_threads(static_cast<std::size_t>(state.range(0)));
    Study network;
    for (auto _ : state) fit(network, random_set(), {.epochs = 1, .batch = batch, .optimizer = Adam{.rate = 1e-4f}});
    images_per_second(state, photographs);
}

void prediction(benchmark::State& state) {
    set_threads(static_cast<std::size_t>(state.range(0)));
    const auto count = static_cast<std::size_t>(state.range(1));
    const Study network;
    const Predictor predictor{network};
    std::vector<float> logits(count * 3);
    for (auto _ : state) predictor.predict({Study::input, count, random_set().images.data()}, logits.data());
    images_per_second(state, count);
}

}  // namespace

int main(int count, char** arguments) {
    const auto most = static_cast<std::int64_t>(threads());
    for (std::int64_t used = 1; used <= most; used = used < most ? std::min(2 * used, most) : used + 1) {
        benchmark::RegisterBenchmark("training, threads", training)->Arg(used)->Unit(benchmark::kMillisecond)->UseRealTime();
        for (const std::int64_t size : {1, 64})
            benchmark::RegisterBenchmark("prediction, threads/photographs", prediction)
                ->Args({used, size})
                ->Unit(benchmark::kMillisecond)
                ->UseRealTime();
    }
    benchmark::Initialize(&count, arguments);
    benchmark::RunSpecifiedBenchmarks();
}
