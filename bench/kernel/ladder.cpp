// SPDX-License-Identifier: MIT
// One convolution, 3 x 3 over 28 x 28 x 64 to 64 filters, in five steps from its definition to the fastest: what each step is worth. One
// sample on one thread; GFLOP/s count the operations of the direct sum. docs/kernels.md tells of the steps.

#include <denim/kernel/direct_convolution.hpp>
#include <denim/kernel/plain_convolution.hpp>
#include <denim/kernel/transformed_convolution.hpp>
#include <denim/machine/peak.hpp>
#include <denim/machine/random.hpp>
#include <denim/tensor/aligned_array.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <utility>
#include <vector>

using namespace denim;
using namespace denim::kernel;

namespace {

constexpr std::size_t side = 28, channels = 64, filters = 64, window = 3, lanes = simd::lanes<float>;

constexpr Convolution of = [] {
    Convolution of{.rows = side, .columns = side, .window = window, .top = 1, .left = 1, .epilogue = Epilogue::relu};
    of.input = {{side, side, channels}, {1, 1, 1, 1}, channels};
    of.output = {{side, side, filters}, {}, filters};
    of.input.border = widest(of.input.border, transformed_border(of));
    return of;
}();

AlignedArray<float> random_numbers(std::size_t count, double scale) {
    Random random{Seed{count}};
    AlignedArray<float> numbers(count);
    for (float& number : numbers.span()) number = static_cast<float>(random.uniform(-scale, scale));
    return numbers;
}

/// Weights as the network has them, and the pixels that their taps meet.
struct Sums {
    const float *input, *weights, *bias;

    [[nodiscard]] const float* corner(std::size_t y, std::size_t x) const { return input + of.input.offset(y - of.top, x - of.left); }
    /// Calls each(number of the input, weights of all filters) for every product of an output pixel.
    template <class Each>
    void each_number(std::size_t y, std::size_t x, Each each) const {
        const float* weight = weights;
        for (std::size_t i = 0; i < window; ++i)
            for (std::size_t j = 0; j < window; ++j)
                for (std::size_t c = 0; c < channels; ++c, weight += filters) each(corner(y, x)[i * of.input.row() + j * of.input.stride + c], weight);
    }
};

/// Filters innermost: they lie side by side, so that a compiler makes vectors of the loop. Every sum goes to memory and back for each number.
void filters_innermost(const Sums& sums, float* output) {
    for (std::size_t y = 0; y < side; ++y)
        for (std::size_t x = 0; x < side; ++x) {
            float* const to = output + of.output.offset(y, x);
            std::copy_n(sums.bias, filters, to);
            sums.each_number(y, x, [&](float number, const float* weight) {
                for (std::size_t f = 0; f < filters; ++f) to[f] += number * weight[f];
            });
            for (std::size_t f = 0; f < filters; ++f) to[f] = std::max(to[f], 0.0f);
        }
}

/// The sums of a pixel stay in registers: what is left is a load of a weight for each multiplication.
void sums_in_registers(const Sums& sums, float* output) {
    for (std::size_t y = 0; y < side; ++y)
        for (std::size_t x = 0; x < side; ++x) {
            simd::Vector<float> sum[filters / lanes];
            for (std::size_t v = 0; v < filters / lanes; ++v) sum[v] = simd::load(sums.bias + v * lanes);
            sums.each_number(y, x, [&](float number, const float* weight) {
                const auto factor = simd::broadcast(number);
                for (std::size_t v = 0; v < filters / lanes; ++v) sum[v] = simd::fma(factor, simd::load(weight + v * lanes), sum[v]);
            });
            for (std::size_t v = 0; v < filters / lanes; ++v) simd::store(output + of.output.offset(y, x) + v * lanes, simd::relu(sum[v]));
        }
}

struct Sample {
    AlignedArray<float> input = random_numbers(of.input.size(), 1), weights = random_numbers(of.weights(), std::sqrt(3.0 / (9 * channels))),
                        bias = random_numbers(filters, 0.1), output{of.output.size()};
};

/// What the definition gives.
AlignedArray<float> expected() {
    using Plain = PlainConvolution<of, float>;
    const Sample sample;
    AlignedArray<float> prepared(Plain::prepared_size), scratch(Plain::scratch_size), output(of.output.size());
    Plain::prepare(sample.weights.data(), sample.bias.data(), prepared.data(), 0);
    Plain::forward(sample.input.data(), prepared.data(), output.data(), nullptr, scratch.data(), 0, 1);
    return output;
}

/// `begin(sample)` gives what is timed: a function without arguments.
template <class Begin>
void step(const char* name, Begin begin) {
    benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
        static const AlignedArray<float> wanted = expected();
        Sample sample;
        const auto run = begin(sample);
        const std::clock_t first = std::clock();  // processor time: other programs do not count
        for (auto _ : state) run();
        const double seconds = static_cast<double>(std::clock() - first) / CLOCKS_PER_SEC;
        const double speed = 1e-9 * static_cast<double>(of.operations() * state.iterations()) / seconds;
        state.counters["GFLOP/s"] = speed;
        state.counters["of_peak"] = speed / (1e-9 * peak_of_one_thread());
        for (std::size_t n = 0; n < wanted.size(); ++n)
            if (!(std::abs(sample.output.data()[n] - wanted.data()[n]) < 1e-4f)) return state.SkipWithError("the result is not the definition's");
    });
}

template <class Kernel>
void kernel_step(const char* name) {
    step(name, [](Sample& sample) {
        std::vector<float> prepared(Kernel::prepared_size), scratch(Kernel::scratch_size);
        for (std::size_t part = 0; part < Kernel::prepare_parts; ++part) Kernel::prepare(sample.weights.data(), sample.bias.data(), prepared.data(), part);
        return [&sample, prepared = std::move(prepared), room = std::make_shared<std::vector<float>>(std::move(scratch))] {
            Kernel::forward(sample.input.data(), prepared.data(), sample.output.data(), nullptr, room->data(), 0, Kernel::bands);
        };
    });
}

}  // namespace

int main(int count, char** arguments) {
    kernel_step<PlainConvolution<of, float>>("1 the definition");
    step("2 filters innermost", [](Sample& sample) {
        return [&sample] { filters_innermost({sample.input.data(), sample.weights.data(), sample.bias.data()}, sample.output.data()); };
    });
    step("3 sums of a pixel in registers", [](Sample& sample) {
        return [&sample] { sums_in_registers({sample.input.data(), sample.weights.data(), sample.bias.data()}, sample.output.data()); };
    });
    kernel_step<DirectConvolution<of>>("4 tiles of pixels and vectors");
    kernel_step<TransformedConvolution<of>>("5 transformed");
    benchmark::Initialize(&count, arguments);
    benchmark::RunSpecifiedBenchmarks();
}
