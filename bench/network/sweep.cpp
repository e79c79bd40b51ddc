// SPDX-License-Identifier: MIT
// The study's grid of 12 (windows 3, 5, 7; filters 32, 64, 96, 128) as `sweep` runs it, an epoch of 512 photographs each.
#include <denim/denim.hpp>
#include <denim/sweep.hpp>

#include <benchmark/benchmark.h>

#include <unistd.h>
#include <filesystem>

using namespace denim;

namespace {

template <std::size_t Kernel, std::size_t Filters>
using Primary = Network<Image<120, 90, 3>, Sequential<Conv<Kernel, Filters>, MaxPool, Conv<3, Filters>, MaxPool, Dense<3>>>;

struct Set {
    Array<std::uint8_t, 4> images;
    Array<std::int32_t, 1> labels;

    explicit Set(std::size_t count)
        : images(std::array<std::size_t, 4>{count, 120, 90, 3}), labels(std::array<std::size_t, 1>{count}) {
        Random random{Seed{1}};
        for (auto& byte : images) byte = static_cast<std::uint8_t>(random.uniform(0, 256));
        for (std::size_t n = 0; n < count; ++n) labels(n) = static_cast<std::int32_t>(n % 3);
    }
};

void grid_of_12(benchmark::State& state) {
    const Set train{512}, validation{64};
    const auto folder = std::filesystem::temp_directory_path() / ("denim-sweep-" + std::to_string(::getpid()));
    for (auto _ : state) {
        sweep(Grid<Primary, Values<3, 5, 7>, Values<32, 64, 96, 128>>{}, train, validation,
              {.log = folder, .axes = {"kernel", "filters"}, .rates = {1e-4f}, .epochs = 1, .progress = nullptr});
        std::filesystem::remove_all(folder);
    }
    state.counters["images/s"] =
        benchmark::Counter(static_cast<double>(state.iterations()) * 12 * 512, benchmark::Counter::kIsRate);
}

BENCHMARK(grid_of_12)->Name("sweep of 12 settings")->Unit(benchmark::kSecond)->UseRealTime()->Iterations(1);

}  // namespace

BENCHMARK_MAIN();
