// SPDX-License-Identifier: MIT
// Transformed convolutions, one thread, one sample: time and effective GFLOP/s, counting the direct sum's operations.

#include <denim/kernel/transformed_convolution.hpp>
#include <denim/machine/random.hpp>
#include <denim/tensor/aligned_array.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

using namespace denim;
using namespace denim::kernel;

namespace {

// Of a picture that an earlier layer wrote, or of a photograph of three channels; valid padding.
constexpr Convolution convolution(Shape in, std::size_t filters, std::size_t window, Epilogue epilogue) {
    constexpr std::size_t lanes = simd::lanes<float>;
    Convolution of{.input = {in, {}, in.channels <= few_channels ? in.channels : round_up(in.channels, lanes)},
                   .rows = in.height + 1 - window,
                   .columns = in.width + 1 - window,
                   .window = window,
                   .epilogue = epilogue};
    const std::size_t step = of.pooled() ? 2 : 1;
    of.output = {{of.rows / step, of.columns / step, filters}, {}, round_up(filters, lanes)};
    of.input.border = transformed_border(of);
    return of;
}

using Numbers = AlignedArray<float>;

Numbers random_numbers(std::size_t count) {
    Random random{Seed{count}};
    Numbers numbers(count);
    for (float& number : numbers.span()) number = static_cast<float>(random.uniform(-1, 1));
    return numbers;
}

template <Convolution Of>
struct Bench {
    using Kernel = TransformedConvolution<Of>;
    Numbers weights = random_numbers(Of.weights()), bias = random_numbers(Of.filters()),
            input = random_numbers(Of.input.size());
    Numbers output = random_numbers(Of.output.size()), gradient = output, input_gradient = input;
    Numbers prepared{Kernel::prepared_size}, scratch{Kernel::scratch_size}, accumulator{Kernel::accumulator_size};
    AlignedArray<std::uint8_t> record{Kernel::record_size};

    Bench() {
        for (std::size_t part = 0; part < Kernel::prepare_parts; ++part)
            Kernel::prepare(weights.data(), bias.data(), prepared.data(), part);
        forward(true);
    }
    void forward(bool recorded) {
        Kernel::forward(input.data(), prepared.data(), output.data(), recorded ? record.data() : nullptr, scratch.data(), 0,
                        Kernel::bands);
    }
    template <Gradient Input>
    void backward() {
        Kernel::template backward<Input>(input.data(), output.data(), gradient.data(), prepared.data(), input_gradient.data(),
                                         record.data(), scratch.data(), accumulator.data());
    }
};

void count(benchmark::State& state, double operations) {
    state.counters["GFLOP/s"] = benchmark::Counter(operations * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

template <Convolution Of>
void measure(const char* name) {
    const double once = static_cast<double>(Of.operations());
    const auto add = [&](const char* piece, double operations, auto run) {
        benchmark::RegisterBenchmark((std::string(name) + piece).c_str(), [=](benchmark::State& state) {
            Bench<Of> bench;
            for (auto _ : state) run(bench);
            count(state, operations);
        });
    };
    add(" forward", once, [](auto& bench) { bench.forward(true); });
    add(" forward, no record", once, [](auto& bench) { bench.forward(false); });
    add(" backward, weights", once, [](auto& bench) { bench.template backward<Gradient::none>(); });
    add(" backward, weights and input", 2 * once, [](auto& bench) { bench.template backward<Gradient::write>(); });
}

}  // namespace

int main(int count, char** arguments) {
    measure<convolution({120, 90, 3}, 64, 5, Epilogue::relu_pool)>("5 x 5, 3 -> 64 of 120 x 90, pooled");
    measure<convolution({58, 43, 64}, 64, 5, Epilogue::relu_pool)>("5 x 5, 64 -> 64 of 58 x 43, pooled");
    measure<convolution({58, 43, 64}, 64, 3, Epilogue::relu_pool)>("3 x 3, 64 -> 64 of 58 x 43, pooled");
    measure<convolution({58, 43, 128}, 128, 3, Epilogue::relu_pool)>("3 x 3, 128 -> 128 of 58 x 43, pooled");
    measure<convolution({58, 43, 32}, 32, 3, Epilogue::relu)>("3 x 3, 32 -> 32 of 58 x 43");
    measure<convolution({57, 42, 64}, 64, 7, Epilogue::relu_pool)>("7 x 7, 64 -> 64 of 57 x 42, pooled");
    measure<convolution({120, 90, 3}, 64, 3, Epilogue::relu_pool)>("3 x 3, 3 -> 64 of 120 x 90, pooled");
    measure<convolution({120, 90, 3}, 64, 7, Epilogue::relu_pool)>("7 x 7, 3 -> 64 of 120 x 90, pooled");
    benchmark::Initialize(&count, arguments);
    benchmark::RunSpecifiedBenchmarks();
}
