// SPDX-License-Identifier: MIT
// Dense layers by themselves, of few weights and wide ones: their sums by hand, and nothing is touched beside what is their own.
#include <denim/kernel/arithmetic.hpp>
#include <denim/layer/dense.hpp>
#include <denim/machine/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace denim;

namespace {

constexpr float guard = -77;

// So many numbers, and a guard behind them.
struct Guarded : std::vector<float> {
    explicit Guarded(std::size_t count, float number = 0) : std::vector<float>(count, number) { resize(count + 64, guard); }
    [[nodiscard]] bool kept() const { return std::all_of(end() - 64, end(), [](float number) { return number == guard; }); }
};

template <bool Bias, std::size_t Outputs>
void check_by_hand() {
    constexpr Layout in{{2, 3, 5}, {}, 16}, out{{1, 1, Outputs}, {}, Fast::channel_stride(Outputs)};
    using Small = SmallDenseLayer<out, in, Bias>;
    constexpr std::size_t inputs = 30, weights = inputs * Outputs, numbers = weights + (Bias ? Outputs : 0), shares = 3;
    Random random{Seed{7}};
    const auto drawn = [&] { return static_cast<float>(random.uniform(-1, 1)); };
    Guarded x(in.size()), parameters(numbers), prepared(Small::prepared_size), y(out.size()), gradients(numbers);
    std::vector<float> flat;  // the picture in the order (H, W, C)
    for (std::size_t pixel = 0; pixel < 6; ++pixel)
        for (std::size_t c = 0; c < 5; ++c) flat.push_back(x[pixel * 16 + c] = drawn());
    std::generate_n(parameters.begin(), numbers, drawn);
    Small::prepare(parameters.data(), prepared.data(), 0);
    Small::forward({.inputs = {x.data()}, .output = y.data(), .prepared = prepared.data()});
    for (std::size_t o = 0; o < Outputs; ++o) {
        double sum = Bias ? static_cast<double>(parameters[weights + o]) : 0;
        for (std::size_t i = 0; i < inputs; ++i) sum += static_cast<double>(flat[i]) * static_cast<double>(parameters[i * Outputs + o]);
        CHECK(static_cast<double>(y[o]) == doctest::Approx(sum).epsilon(1e-5));
    }

    // Each share has the same picture once, with a gradient of its own; the second call adds to the picture's gradient.
    Guarded accumulators(shares * Small::accumulator_size), dx(in.size());
    std::vector<double> to_weights(numbers), to_picture(inputs);
    for (std::size_t share = 0; share < shares; ++share) {
        Guarded dy(out.size());
        std::generate_n(dy.begin(), Outputs, drawn);
        const Backward<Fast> at{.inputs = {x.data()}, .input_gradients = {dx.data()}, .output = y.data(), .output_gradient = dy.data(),
                                 .parameters = parameters.data(), .prepared = prepared.data(),
                                 .accumulator = accumulators.data() + share * Small::accumulator_size};
        if (share == 0)
            Small::template backward<Gradient::write>(at);
        else if (share == 1)
            Small::template backward<Gradient::add>(at);
        else
            Small::template backward<Gradient::none>(at);
        for (std::size_t o = 0; o < Outputs; ++o) {
            const double gradient = static_cast<double>(dy[o]);
            for (std::size_t i = 0; i < inputs; ++i) {
                to_weights[i * Outputs + o] += gradient * static_cast<double>(flat[i]);
                if (share < 2) to_picture[i] += gradient * static_cast<double>(parameters[i * Outputs + o]);
            }
            if (Bias) to_weights[weights + o] += gradient;
        }
        CHECK(dy.kept());
    }
    for (std::size_t share = 1; share < shares; ++share)
        for (std::size_t n = 0; n < Small::accumulator_size; ++n) accumulators[n] += accumulators[share * Small::accumulator_size + n];
    Small::finish({.accumulator = accumulators.data(), .gradients = gradients.data()}, 0);
    for (std::size_t n = 0; n < numbers; ++n) CHECK(static_cast<double>(gradients[n]) == doctest::Approx(to_weights[n]).epsilon(1e-4));
    for (std::size_t i = 0; i < inputs; ++i) CHECK(static_cast<double>(dx[i / 5 * 16 + i % 5]) == doctest::Approx(to_picture[i]).epsilon(1e-4));
    for (const Guarded* each : {&x, &parameters, &prepared, &y, &gradients, &accumulators, &dx}) CHECK(each->kept());
}

// A whole batch of pictures of 2 x 3, whose rows are packed first unless the channels fill them.
template <bool Bias, std::size_t Channels, std::size_t Outputs>
void check_wide_by_hand() {
    constexpr Layout in{{2, 3, Channels}, {}, 16}, out{{1, 1, Outputs}, {}, Fast::channel_stride(Outputs)};
    using Wide = WideDenseLayer<out, in, Bias>;
    constexpr std::size_t inputs = 6 * Channels, weights = inputs * Outputs, numbers = weights + (Bias ? Outputs : 0), count = 5;
    Random random{Seed{8}};
    const auto drawn = [&] { return static_cast<float>(random.uniform(-1, 1)); };
    Guarded x(count * in.size()), parameters(numbers), y(count * out.size()), scratch(Wide::scratch_size + count * Wide::scratch_per_sample);
    const auto place = [&](std::size_t sample, std::size_t input) { return sample * in.size() + input / Channels * 16 + input % Channels; };
    for (std::size_t n = 0; n < count; ++n)
        for (std::size_t i = 0; i < inputs; ++i) x[place(n, i)] = drawn();
    std::generate_n(parameters.begin(), numbers, drawn);
    Wide::forward({.inputs = {x.data()}, .output = y.data(), .parameters = parameters.data(), .scratch = scratch.data(), .count = count});
    for (std::size_t n = 0; n < count; ++n)
        for (std::size_t o = 0; o < Outputs; ++o) {
            double sum = Bias ? static_cast<double>(parameters[weights + o]) : 0;
            for (std::size_t i = 0; i < inputs; ++i)
                sum += static_cast<double>(x[place(n, i)]) * static_cast<double>(parameters[i * Outputs + o]);
            CHECK(static_cast<double>(y[n * out.size() + o]) == doctest::Approx(sum).epsilon(1e-4));
        }

    Guarded dx(count * in.size());
    std::vector<double> to_pictures(count * inputs);
    const auto go_back = [&](auto backward, bool to_input) {
        Guarded dy(count * out.size()), gradients(numbers);
        std::vector<double> to_weights(numbers);
        for (std::size_t n = 0; n < count; ++n) std::generate_n(dy.begin() + static_cast<std::ptrdiff_t>(n * out.size()), Outputs, drawn);
        backward(Backward<Fast>{.inputs = {x.data()}, .input_gradients = {to_input ? dx.data() : nullptr}, .output = y.data(), .output_gradient = dy.data(),
                                 .parameters = parameters.data(), .scratch = scratch.data(), .gradients = gradients.data(), .count = count});
        for (std::size_t n = 0; n < count; ++n)
            for (std::size_t o = 0; o < Outputs; ++o) {
                const double gradient = static_cast<double>(dy[n * out.size() + o]);
                for (std::size_t i = 0; i < inputs; ++i) {
                    to_weights[i * Outputs + o] += gradient * static_cast<double>(x[place(n, i)]);
                    if (to_input) to_pictures[n * inputs + i] += gradient * static_cast<double>(parameters[i * Outputs + o]);
                }
                if (Bias) to_weights[weights + o] += gradient;
            }
        for (std::size_t n = 0; n < numbers; ++n) CHECK(static_cast<double>(gradients[n]) == doctest::Approx(to_weights[n]).epsilon(1e-4));
        CHECK((dy.kept() && gradients.kept()));
    };
    go_back([](const Backward<Fast>& at) { Wide::template backward<Gradient::write>(at); }, true);
    go_back([](const Backward<Fast>& at) { Wide::template backward<Gradient::add>(at); }, true);
    go_back([](const Backward<Fast>& at) { Wide::template backward<Gradient::none>(at); }, false);
    for (std::size_t n = 0; n < count; ++n)
        for (std::size_t i = 0; i < inputs; ++i)
            CHECK(static_cast<double>(dx[place(n, i)]) == doctest::Approx(to_pictures[n * inputs + i]).epsilon(1e-4));
    for (const Guarded* each : {&x, &parameters, &y, &scratch, &dx}) CHECK(each->kept());
}

}  // namespace

TEST_CASE("a wide dense layer is its sums over a batch, with a bias and without, whether its pictures are packed or not") {
    check_wide_by_hand<true, 5, 3>();
    check_wide_by_hand<false, 5, 35>();
    check_wide_by_hand<true, 16, 35>();
    check_wide_by_hand<false, 16, 3>();
}

TEST_CASE("a small dense layer is its sums, with a bias and without, and keeps to its own numbers") {
    check_by_hand<true, 3>();
    check_by_hand<false, 3>();
    check_by_hand<true, 16>();
    check_by_hand<false, 21>();
}
