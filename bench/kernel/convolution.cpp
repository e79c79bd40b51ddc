// SPDX-License-Identifier: MIT
// One sample through a convolution on one thread, direct and transformed: forward, the gradient to the weights, and that with
// the gradient to the input. GFLOP/s count the operations of the direct sum, whatever the kernel does; `of_peak` is their share
// of what the machine's multiply-adds reach at that moment; `alive` is the share of outputs that ReLU lets through.

#include <denim/kernel/direct_convolution.hpp>
#include <denim/kernel/transformed_convolution.hpp>
#include <denim/machine/peak.hpp>
#include <denim/machine/random.hpp>
#include <denim/tensor/aligned_array.hpp>

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

using namespace denim;
using namespace denim::kernel;

namespace {

/// Zeros of half a window on each side (Same) or none (Valid), and whatever border the transformed kernel wants.
constexpr Convolution convolution(Shape in, std::size_t filters, std::size_t window, bool same, Epilogue epilogue,
                                  std::size_t stride = 1) {
    const std::size_t zeros = same ? window / 2 : 0;
    Convolution of{.rows = (in.height + 2 * zeros - window) / stride + 1,
                   .columns = (in.width + 2 * zeros - window) / stride + 1,
                   .window = window,
                   .stride = stride,
                   .top = zeros,
                   .left = zeros,
                   .epilogue = epilogue};
    const std::size_t pool = of.pooled() ? 2 : 1;
    of.input = {in, {zeros, zeros, zeros, zeros}, in.channels < 4 ? in.channels : round_up(in.channels, simd::lanes<float>)};
    of.output = {{of.rows / pool, of.columns / pool, filters}, {}, round_up(filters, simd::lanes<float>)};
    if (transformable(of)) of.input.border = widest(of.input.border, transformed_border(of));
    return of;
}

AlignedArray<float> random_numbers(std::size_t count, double scale) {
    Random random{Seed{count}};
    AlignedArray<float> numbers(count);
    for (float& number : numbers.span()) number = static_cast<float>(random.uniform(-scale, scale));
    return numbers;
}

template <class Kernel, Convolution Of>
struct Sample {
    AlignedArray<float> input = random_numbers(Of.input.size(), 1), prepared{Kernel::prepared_size}, output{Of.output.size()},
                        gradient = random_numbers(Of.output.size(), 1), input_gradient = input, scratch{Kernel::scratch_size},
                        accumulator{Kernel::accumulator_size};
    std::vector<std::uint8_t> record = std::vector<std::uint8_t>(Kernel::record_size + 1);

    /// A bias below zero leaves about half of the pooled outputs alive, as in training.
    Sample() {
        const auto weights = random_numbers(Of.weights(), std::sqrt(3.0 / static_cast<double>(Of.window.count() * Of.channels())));
        const std::vector<float> bias(Of.filters(), Of.pooled() ? -0.5f : 0.0f);
        for (std::size_t part = 0; part < Kernel::prepare_parts; ++part)
            Kernel::prepare(weights.data(), bias.data(), prepared.data(), part);
        forward();
    }
    void forward() {
        Kernel::forward(input.data(), prepared.data(), output.data(), record.data(), scratch.data(), 0, Kernel::bands);
    }
    template <Gradient Input>
    void backward() {
        Kernel::template backward<Input>(input.data(), output.data(), gradient.data(), prepared.data(), input_gradient.data(),
                                         record.data(), scratch.data(), accumulator.data());
    }
    [[nodiscard]] double alive() const {
        double count = 0;
        for (const float value : output.span()) count += value > 0;
        return count / static_cast<double>(Of.output.shape.size());
    }
};

template <class Kernel, Convolution Of>
void measure(const std::string& name) {
    const auto add = [&](const char* piece, std::size_t passes, auto run) {
        benchmark::RegisterBenchmark((name + ", " + Kernel::name + piece).c_str(), [=](benchmark::State& state) {
            Sample<Kernel, Of> sample;
            const std::clock_t begin = std::clock();  // processor time: other programs do not count
            for (auto _ : state) run(sample);
            const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
            const double speed = 1e-9 * static_cast<double>(passes * Of.operations() * state.iterations()) / seconds;
            state.counters["GFLOP/s"] = speed;
            state.counters["of_peak"] = speed / (1e-9 * peak_of_one_thread());
            state.counters["alive"] = sample.alive();
        });
    };
    add(": forward", 1, [](auto& sample) { sample.forward(); });
    add(": to weights", 1, [](auto& sample) { sample.template backward<Gradient::none>(); });
    add(": to both", 2, [](auto& sample) { sample.template backward<Gradient::write>(); });
}

template <Convolution Of>
void both(const std::string& name) {
    measure<DirectConvolution<Of>, Of>(name);
    if constexpr (transformable(Of)) measure<TransformedConvolution<Of>, Of>(name);
}

}  // namespace

int main(int count, char** arguments) {
    both<convolution({120, 90, 3}, 64, 5, false, Epilogue::relu_pool)>("5x5 3-64 of 120x90, pooled");
    both<convolution({58, 43, 64}, 64, 5, false, Epilogue::relu_pool)>("5x5 64-64 of 58x43, pooled");
    both<convolution({56, 56, 64}, 64, 3, true, Epilogue::relu)>("3x3 64-64 of 56x56");
    both<convolution({56, 56, 64}, 128, 3, true, Epilogue::relu_pool)>("3x3 64-128 of 56x56, pooled");
    both<convolution({7, 7, 256}, 256, 3, true, Epilogue::relu)>("3x3 256-256 of 7x7");
    both<convolution({56, 56, 64}, 128, 3, true, Epilogue::linear, 2)>("3x3 64-128 of 56x56 at stride 2");
    both<convolution({28, 28, 128}, 128, 1, false, Epilogue::relu)>("1x1 128-128 of 28x28");
    benchmark::Initialize(&count, arguments);
    benchmark::RunSpecifiedBenchmarks();
}
