// SPDX-License-Identifier: MIT
// One epoch over 60,000 pictures of 28 x 28, as Fashion-MNIST has them, for the two networks of its example program.
#include <denim/denim.hpp>

#include <benchmark/benchmark.h>

using namespace denim;

namespace {

using Simple =
    Network<Image<28, 28, 1>, Sequential<Conv<3, 32, Same>, MaxPool, Conv<3, 64, Same>, MaxPool, Dropout, Dense<10>>>;
using Normalised = Network<Image<28, 28, 1>,
                           Sequential<Conv<3, 32, Same>, BatchNorm, Conv<3, 32, Same>, BatchNorm, MaxPool, Dropout,  //
                                      Conv<3, 64, Same>, BatchNorm, Conv<3, 64, Same>, BatchNorm, MaxPool, Dropout, Dense<10>>>;
constexpr std::size_t pictures = 60'000;

template <class OneNetwork>
void epoch(benchmark::State& state) {
    Array<std::uint8_t, 4> images{std::array<std::size_t, 4>{pictures, 28, 28, 1}};
    Array<std::uint8_t, 1> labels{std::array<std::size_t, 1>{pictures}};
    Random random{Seed{1}};
    for (auto& byte : images) byte = static_cast<std::uint8_t>(random.uniform(0, 256));
    for (std::size_t n = 0; n < pictures; ++n) labels(n) = static_cast<std::uint8_t>(n % 10);
    OneNetwork network;
    for (auto _ : state) fit(network, images, labels, {.epochs = 1, .batch = 64, .optimizer = Adam{.rate = 1e-4f}});
}

BENCHMARK(epoch<Simple>)->Name("an epoch of the simple network")->Unit(benchmark::kSecond)->UseRealTime()->Iterations(1);
BENCHMARK(epoch<Normalised>)
    ->Name("an epoch of the normalised network")
    ->Unit(benchmark::kSecond)
    ->UseRealTime()
    ->Iterations(1);

}  // namespace

BENCHMARK_MAIN();
