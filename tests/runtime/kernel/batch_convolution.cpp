// SPDX-License-Identifier: MIT
#include "compare.hpp"

#include <denim/kernel/batch_convolution.hpp>
#include <denim/kernel/arithmetic.hpp>

using namespace compare;
using denim::kernel::BatchConvolution;

namespace {

constexpr Convolution with_border(Case of) {
    Convolution with = convolution(of);
    with.output.stride = round_up(with.filters(), simd::lanes<float>);
    with.input.border = kernel::border<Fast>(with);
    return with;
}

// A picture for each sample, one after the other.
std::vector<float> pictures(const Layout& layout, std::size_t samples, std::uint64_t stream) {
    std::vector<float> all;
    for (std::size_t sample = 0; sample < samples; ++sample) {
        const std::vector<float> one = picture(layout, stream + 100 * sample, 0);
        all.insert(all.end(), one.begin(), one.end());
    }
    return all;
}

/// Everything that a batch's convolution does, beside memory that nobody may touch.
template <Convolution Of, Gradient Input>
struct BatchRun {
    using Kernel = BatchConvolution<Of, Fast>;
    std::vector<float> output, input_gradient, gradients;

    BatchRun(std::size_t samples, std::size_t threads, ShareRange only = {0, ~std::size_t{0}}) {
        set_threads(threads);
        const auto fenced = [&](const std::vector<float>& from) {
            testing::Fenced<float> to{from.size(), {}};
            std::copy(from.begin(), from.end(), to.begin());
            return to;
        };
        const std::vector<float> nothing(Kernel::scratch_size + Kernel::scratch_per_sample * samples, std::numeric_limits<float>::quiet_NaN());
        auto input = fenced(pictures(Of.input, samples, 2)), outputs = fenced(pictures(Of.output, samples, 7)), scratch = fenced(nothing);
        auto weights = fenced(numbers(Of.weights(), 3)), bias = fenced(numbers(Of.filters(), 4));
        auto prepared = fenced(std::vector<float>(Kernel::prepared_size, std::numeric_limits<float>::quiet_NaN()));
        for (std::size_t part = 0; part < Kernel::prepare_parts; ++part) Kernel::prepare(weights.data(), bias.data(), prepared.data(), part);
        Kernel::forward(input.data(), prepared.data(), outputs.data(), scratch.data(), samples);
        output.assign(outputs.begin(), outputs.end());
        auto output_gradient = fenced(pictures(Of.output, samples, 5)), to_input = fenced(pictures(Of.input, samples, 6));
        auto to_parameters = fenced(std::vector<float>(Of.weights() + (Of.bias ? Of.filters() : 0)));
        std::copy(nothing.begin(), nothing.end(), scratch.begin());
        Kernel::template backward<Input>(outputs.data(), output_gradient.data(), prepared.data(), to_input.data(), scratch.data(), samples);
        const Shares all{samples};
        const ShareRange range{only.first, std::min(only.last, all.count)};
        Kernel::gradients(input.data(), scratch.data(), samples, all.only(range), all.first(range.first), to_parameters.data());
        input_gradient.assign(to_input.begin(), to_input.end());
        gradients.assign(to_parameters.begin(), to_parameters.end());
        set_threads(1);
    }
};

template <Case of>
void check_batch(std::size_t samples) {
    static constexpr Convolution Of = with_border(of);
    static_assert(kernel::family<Fast>(Of) == kernel::Family::transformed || kernel::family<Fast>(Of) == kernel::Family::direct);
    using One = kernel::algorithm<Of, Fast>;
    using Plain = kernel::PlainConvolution<Of, double>;
    CAPTURE(of.sizes.height);
    CAPTURE(of.sizes.channels);
    CAPTURE(of.sizes.window.rows);
    CAPTURE(samples);
    const BatchRun<Of, Gradient::write> written{samples, 1}, by_three{samples, 3};
    const BatchRun<Of, Gradient::add> added{samples, 2};
    CHECK(by_three.output == written.output);
    CHECK(by_three.input_gradient == written.input_gradient);
    CHECK(by_three.gradients == written.gradients);
    CHECK(added.gradients == written.gradients);
    const BatchRun<Of, Gradient::none> first{samples, 2, {0, 1}};

    std::vector<double> all(written.gradients.size()), of_first_share(all.size());
    const std::vector<float> input = pictures(Of.input, samples, 2), outputs = pictures(Of.output, samples, 7), output_gradient = pictures(Of.output, samples, 5);
    const std::vector<float> before = pictures(Of.input, samples, 6), weights = numbers(Of.weights(), 3), bias = numbers(Of.filters(), 4);
    const auto doubles = [](const std::vector<float>& from, std::size_t size, std::size_t number) {
        return std::vector<double>(from.begin() + static_cast<std::ptrdiff_t>(size * number), from.begin() + static_cast<std::ptrdiff_t>(size * (number + 1)));
    };
    const auto floats = [](const std::vector<float>& from, std::size_t size, std::size_t number) {
        return std::vector<float>(from.begin() + static_cast<std::ptrdiff_t>(size * number), from.begin() + static_cast<std::ptrdiff_t>(size * (number + 1)));
    };
    std::vector<double> prepared(Plain::prepared_size + 1), wide_weights(weights.begin(), weights.end()), wide_bias(bias.begin(), bias.end());
    for (std::size_t part = 0; part < Plain::prepare_parts; ++part) Plain::prepare(wide_weights.data(), Of.bias ? wide_bias.data() : nullptr, prepared.data(), part);
    std::vector<float> fast_prepared(One::prepared_size), fast_scratch(One::scratch_size + 1);
    for (std::size_t part = 0; part < One::prepare_parts; ++part) One::prepare(weights.data(), bias.data(), fast_prepared.data(), part);
    const double tolerance = 4e-6 * std::sqrt(static_cast<double>(samples * Of.rows * Of.columns + Of.weights()));
    const std::size_t share = Shares{samples}.last(0);
    for (std::size_t sample = 0; sample < samples; ++sample) {
        std::vector<double> x = doubles(input, Of.input.size(), sample), y(Of.output.size()), dy = doubles(output_gradient, Of.output.size(), sample);
        std::vector<double> dx(Of.input.size()), accumulator(Plain::accumulator_size + 1), scratch(Plain::scratch_size + 1);
        Plain::forward(x.data(), prepared.data(), y.data(), nullptr, scratch.data(), 0, Plain::bands);
        std::vector<double> seen = doubles(written.output, Of.output.size(), sample);  // whose zeros are those of ReLU, whatever rounding made of a sum near 0
        Plain::template backward<Gradient::write>(x.data(), seen.data(), dy.data(), prepared.data(), dx.data(), nullptr, scratch.data(), accumulator.data());
        std::vector<double> one(Of.weights()), two(Of.filters());
        for (std::size_t part = 0; part < Plain::finish_parts; ++part) Plain::finish(accumulator.data(), one.data(), two.data(), part);
        one.insert(one.end(), two.begin(), two.end());
        for (std::size_t n = 0; n < all.size(); ++n) {
            all[n] += one[n];
            if (sample < share) of_first_share[n] += one[n];
        }
        CHECK(difference(inside(floats(written.output, Of.output.size(), sample), Of.output), inside(y, Of.output)) < tolerance);
        CHECK(difference(inside(floats(written.input_gradient, Of.input.size(), sample), Of.input), inside(dx, Of.input)) < tolerance);
        const std::vector<double> there = doubles(before, Of.input.size(), sample);
        for (std::size_t n = 0; n < dx.size(); ++n) dx[n] += there[n];
        CHECK(difference(inside(floats(added.input_gradient, Of.input.size(), sample), Of.input), inside(dx, Of.input)) < tolerance);
        // A sample alone, as a predictor computes it: the same bits.
        std::vector<float> alone = floats(outputs, Of.output.size(), sample);
        One::forward(input.data() + sample * Of.input.size(), fast_prepared.data(), alone.data(), nullptr, fast_scratch.data(), 0, One::bands);
        CHECK(inside(alone, Of.output) == inside(floats(written.output, Of.output.size(), sample), Of.output));
    }
    CHECK(difference(written.gradients, all) < tolerance);
    CHECK(difference(first.gradients, of_first_share) < tolerance);
}

template <Case... Cases>
void all(std::size_t samples) {
    (check_batch<Cases>(samples), ...);
}

}  // namespace

TEST_CASE("the convolution of a batch: windows side by side in registers") {
    for (const std::size_t samples : {1u, 7u, 20u})
        all<Case{.sizes = {5, 4, 20, 33, 1}}, Case{.sizes = {3, 3, 40, 48, 3}, .epilogue = Epilogue::relu, .zeros = {1, 1, 1, 1}},
            Case{.sizes = {7, 6, 32, 20, 3, 2}, .zeros = {1, 1, 1, 1}, .output_border = {1, 0, 0, 2}},
            Case{.sizes = {6, 6, 16, 16, 1, 2}, .bias = false}, Case{.sizes = {4, 7, 17, 70, Window<3, 1>}, .epilogue = Epilogue::relu6, .input_step = 16}>(samples);
}

TEST_CASE("the convolution of a batch: transformed") {
    for (const std::size_t samples : {1u, 9u})
        all<Case{.sizes = {6, 6, 48, 33, 3}, .zeros = {1, 1, 1, 1}, .input_step = 16},
            Case{.sizes = {12, 11, 20, 32, 3}, .epilogue = Epilogue::relu, .zeros = {1, 1, 1, 1}, .input_step = 16, .output_border = {1, 1, 1, 1}},
            Case{.sizes = {8, 8, 16, 64, 5}, .epilogue = Epilogue::relu6, .bias = false, .zeros = {2, 2, 2, 2}, .input_step = 16}>(samples);
}

TEST_CASE("which convolutions take the whole batch") {
    constexpr auto takes = [](Case of) { return kernel::takes_whole_batch<Fast>(with_border(of)); };
    static_assert(takes({.sizes = {6, 6, 256, 256, 3}, .zeros = {1, 1, 1, 1}, .input_step = 16}));
    static_assert(takes({.sizes = {3, 3, 320, 1280, 1}}));
    static_assert(!takes({.sizes = {24, 24, 64, 64, 3}, .zeros = {1, 1, 1, 1}, .input_step = 16}));
    static_assert(!takes({.sizes = {3, 3, 160, 960, 1}}));
    static_assert(!takes({.sizes = {6, 6, 16, 16, 3}, .zeros = {1, 1, 1, 1}, .input_step = 16}));
    static_assert(!takes({.sizes = {6, 6, 256, 256, 3}, .epilogue = Epilogue::relu_pool, .zeros = {1, 1, 1, 1}, .input_step = 16}));
}

TEST_CASE("what overflows or is no number in one sample stays in its output, and reaches the weights' gradient") {
    constexpr Convolution Of = with_border({.sizes = {3, 3, 16, 16, 1}});
    using Kernel = BatchConvolution<Of, Fast>;
    std::vector<float> input(2 * Of.input.size(), 1), output(2 * Of.output.size()), weights(Of.weights(), 1), bias(Of.filters()), prepared(Kernel::prepared_size);
    input[0] = std::numeric_limits<float>::quiet_NaN();
    for (std::size_t part = 0; part < Kernel::prepare_parts; ++part) Kernel::prepare(weights.data(), bias.data(), prepared.data(), part);
    std::vector<float> scratch(Kernel::scratch_size + 2 * Kernel::scratch_per_sample), dy(output.size(), 1), gradients(Of.weights() + Of.filters());
    Kernel::forward(input.data(), prepared.data(), output.data(), scratch.data(), 2);
    CHECK(std::isnan(output[0]));
    CHECK(output[16] == 16);
    CHECK(output[Of.output.size()] == 16);
    Kernel::backward<Gradient::none>(output.data(), dy.data(), prepared.data(), nullptr, scratch.data(), 2);
    Kernel::gradients(input.data(), scratch.data(), 2, Shares{2}, 0, gradients.data());
    CHECK(std::isnan(gradients[0]));
    CHECK(gradients[16] == 18);
    CHECK(gradients[Of.weights()] == 18);
}
