// SPDX-License-Identifier: MIT
// A frozen BatchNorm: what it is in training is what it is in a predictor, and nothing of it moves.
#include "gradients.hpp"
#include "whole_batch.hpp"

#include <denim/denim.hpp>
#include <denim/kernel/arithmetic.hpp>
#include <denim/layer/batch_norm.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

using namespace denim;

TEST_CASE("a frozen BatchNorm uses its running statistics, and keeps them and its factors") {
    using Small = Network<Image<4, 4, 2>, Sequential<BatchNorm, Dense<2>>>;
    Array<float, 4> images(std::array<std::size_t, 4>{10, 4, 4, 2});
    Array<std::int32_t, 1> labels(std::array<std::size_t, 1>{10});
    Random random{Seed{2}};
    for (float& number : images) number = static_cast<float>(random.uniform(-1, 3));
    for (std::int32_t& label : labels) label = static_cast<std::int32_t>(random.below(2));
    const LabelledPair set{images, labels};

    for (const bool frozen : {true, false}) {
        Small network{Seed{1}};
        network.edit_parameters([](std::span<float> numbers) {
            Random more{Seed{3}};
            for (float& number : numbers) number += static_cast<float>(more.uniform(0.0, 0.5));
        });
        if (frozen) network.freeze<0>();
        const std::vector<float> before(network.parameters().begin(), network.parameters().end());
        const double untrained = evaluate(network, set).loss;
        const History history = fit(network, set, {.epochs = 1, .batch = 10, .optimizer = Sgd{.rate = 0.1f}});
        // The one step's loss is that of the network before it: of the running statistics only where BatchNorm is frozen.
        CHECK((std::abs(history.epochs[0].train.loss - untrained) < 1e-5) == frozen);
        for (const Row& row : network.rows()) {
            const auto same = std::equal(before.begin() + static_cast<std::ptrdiff_t>(row.offset),
                                         before.begin() + static_cast<std::ptrdiff_t>(row.offset + row.size()),
                                         network.parameters().begin() + static_cast<std::ptrdiff_t>(row.offset));
            INFO(row.name);
            CHECK(same == (frozen && row.name.starts_with("0.")));
        }
    }
}

namespace {

// A layer by itself on three pictures, against its formula.
template <class Arithmetic, bool Frozen>
void check_by_hand() {
    using Stored = typename Arithmetic::Stored;
    constexpr std::size_t channels = 37, pixels = 6, count = 3, padded = Arithmetic::channel_stride(channels), size = pixels * padded;
    constexpr Layout layout{{2, 3, channels}, {}, padded};
    using Norm = BatchNormLayer<Arithmetic, layout, layout>;
    std::vector<Stored> x(count * size), y(count * size), dx(count * size), dy(count * size), parameters(4 * channels), gradients(4 * channels);
    std::vector<Stored> scratch(Norm::scratch_size + count * Norm::scratch_per_sample);
    Random random{Seed{4}};
    for (std::size_t pixel = 0; pixel < count * pixels; ++pixel)
        for (std::size_t c = 0; c < channels; ++c) {
            x[pixel * padded + c] = static_cast<Stored>(random.uniform(-1, 2));
            dy[pixel * padded + c] = static_cast<Stored>(random.uniform(-1, 1));
        }
    for (Stored& number : parameters) number = static_cast<Stored>(random.uniform(0.5, 2.0));
    const std::vector<Stored> wanted = dy;
    const LayerSettings settings{.frozen = Frozen};
    testing::forward_batch<Norm>({.inputs = {x.data()}, .output = y.data(), .parameters = parameters.data(), .scratch = scratch.data(),
                                  .settings = &settings, .count = count}, size, size);
    testing::backward_batch<Norm, Gradient::write>({.inputs = {x.data()}, .input_gradients = {dx.data()}, .output = y.data(),
                                                    .output_gradient = dy.data(), .parameters = parameters.data(), .scratch = scratch.data(),
                                                    .gradients = gradients.data(), .settings = &settings, .count = count}, size, size);
    const auto near = [](double number) { return doctest::Approx(number).epsilon(1e-4).scale(1); };
    for (std::size_t c = 0; c < channels; ++c) {
        const double gamma = static_cast<double>(parameters[c]), beta = static_cast<double>(parameters[channels + c]);
        double mean = static_cast<double>(parameters[2 * channels + c]), variance = static_cast<double>(parameters[3 * channels + c]);
        const double running_mean = mean, running_variance = variance, numbers = count * pixels;
        if (!Frozen) {
            mean = variance = 0;
            for (std::size_t pixel = 0; pixel < count * pixels; ++pixel) mean += static_cast<double>(x[pixel * padded + c]) / numbers;
            for (std::size_t pixel = 0; pixel < count * pixels; ++pixel)
                variance += std::pow(static_cast<double>(x[pixel * padded + c]) - mean, 2) / numbers;
        }
        const double deviation = std::sqrt(variance + 1e-3);
        const auto normal = [&](std::size_t pixel) { return (static_cast<double>(x[pixel * padded + c]) - mean) / deviation; };
        double to_gamma = 0, to_beta = 0;
        for (std::size_t pixel = 0; pixel < count * pixels; ++pixel) {
            const double gradient = static_cast<double>(wanted[pixel * padded + c]);
            to_gamma += gradient * normal(pixel);
            to_beta += gradient;
            CHECK(static_cast<double>(y[pixel * padded + c]) == near(gamma * normal(pixel) + beta));
        }
        CHECK(static_cast<double>(gradients[c]) == near(to_gamma));
        CHECK(static_cast<double>(gradients[channels + c]) == near(to_beta));
        // Frozen, it is one factor a channel; else its mean and its deviation answer to each number too.
        for (std::size_t pixel = 0; pixel < count * pixels; ++pixel) {
            const double through = static_cast<double>(wanted[pixel * padded + c]) - (Frozen ? 0 : (to_beta + normal(pixel) * to_gamma) / numbers);
            CHECK(static_cast<double>(dx[pixel * padded + c]) == near(gamma / deviation * through));
        }
        const Stored next_mean = gradients[2 * channels + c], next_variance = gradients[3 * channels + c];
        if (Frozen) {  // to the bit: nothing drifts in a million steps
            CHECK(next_mean == parameters[2 * channels + c]);
            CHECK(next_variance == parameters[3 * channels + c]);
        } else {
            CHECK(static_cast<double>(next_mean) == near(0.99 * running_mean + 0.01 * mean));
            CHECK(static_cast<double>(next_variance) == near(0.99 * running_variance + 0.01 * variance));
        }
    }
}

}  // namespace

TEST_CASE("BatchNorm is its formula, in training and frozen, and so are its gradients and its next statistics") {
    check_by_hand<Fast, false>();
    check_by_hand<Fast, true>();
    check_by_hand<Plain<double>, false>();
    check_by_hand<Plain<double>, true>();
}

TEST_CASE("frozen statistics keep their bits, whatever they are: a step of 0.99 and 0.01 of the same may round") {
    constexpr std::size_t channels = 4096;
    constexpr Layout layout{{1, 1, channels}, {}, channels};
    using Norm = BatchNormLayer<Fast, layout, layout>;
    std::vector<float> numbers(channels, 0.5f), y(channels), dy(channels), parameters(4 * channels), gradients(4 * channels);
    std::vector<float> scratch(Norm::scratch_size + Norm::scratch_per_sample);
    Random random{Seed{6}};
    for (float& number : parameters) number = static_cast<float>(random.uniform(0.001, 4.0));
    const LayerSettings settings{.frozen = true};
    testing::forward_batch<Norm>({.inputs = {numbers.data()}, .output = y.data(), .parameters = parameters.data(), .scratch = scratch.data(),
                                  .settings = &settings}, channels, channels);
    testing::backward_batch<Norm, Gradient::none>({.inputs = {numbers.data()}, .output = y.data(), .output_gradient = dy.data(),
                                                   .parameters = parameters.data(), .scratch = scratch.data(), .gradients = gradients.data(),
                                                   .settings = &settings}, channels, channels);
    CHECK(std::equal(parameters.begin() + 2 * channels, parameters.end(), gradients.begin() + 2 * channels));
}

namespace {

// The sums of samples as shares are summed: `join(left, samples of it, right, samples of it)` makes one of two.
template <class Sums, class Join>
Sums by_shares(const std::vector<Sums>& samples, Join join) {
    const Shares shares{samples.size()};
    std::vector<Sums> sums;
    std::vector<std::size_t> sizes;
    for (std::size_t share = 0; share < shares.count; ++share) {
        sums.push_back(samples[shares.first(share)]);
        sizes.push_back(1);
        for (std::size_t n = shares.first(share) + 1; n < shares.last(share); ++n) sums.back() = join(sums.back(), sizes.back()++, samples[n], 1);
    }
    for (std::size_t step = 1; step < sums.size(); step *= 2)
        for (std::size_t to = 0; to + step < sums.size(); to += 2 * step) {
            sums[to] = join(sums[to], sizes[to], sums[to + step], sizes[to + step]);
            sizes[to] += sizes[to + step];
        }
    return sums[0];
}

// The sums of a batch from those that the layer has of each sample alone, to the bit.
template <class Arithmetic>
void check_shares(std::size_t count, bool frozen) {
    using Stored = typename Arithmetic::Stored;
    using Numbers = std::vector<Stored>;
    constexpr std::size_t channels = 20, pixels = 8, padded = Arithmetic::channel_stride(channels), size = pixels * padded;
    constexpr Layout layout{{2, 4, channels}, {}, padded};
    using Norm = BatchNormLayer<Arithmetic, layout, layout>;
    Numbers x(count * size), dy(count * size), parameters(4 * channels, Stored{1});
    Random random{Seed{6}};
    for (std::size_t pixel = 0; pixel < count * pixels; ++pixel)
        for (std::size_t c = 0; c < channels; ++c) {
            x[pixel * padded + c] = static_cast<Stored>(random.uniform(-1, 2));
            dy[pixel * padded + c] = static_cast<Stored>(random.uniform(-1, 1));
        }
    const LayerSettings settings{.frozen = frozen};
    struct Run {
        Numbers scratch, gradients;
    };
    const auto run = [&](std::size_t first, std::size_t samples) {
        Run of{Numbers(Norm::scratch_size + samples * Norm::scratch_per_sample), Numbers(4 * channels)};
        Numbers y(samples * size), dx(samples * size), wanted(dy.begin() + static_cast<std::ptrdiff_t>(first * size), dy.end());
        testing::forward_batch<Norm>({.inputs = {x.data() + first * size}, .output = y.data(), .parameters = parameters.data(),
                                      .scratch = of.scratch.data(), .settings = &settings, .count = samples}, size, size);
        const Numbers moments = of.scratch;
        testing::backward_batch<Norm, Gradient::write>({.inputs = {x.data() + first * size}, .input_gradients = {dx.data()}, .output = y.data(),
                                                        .output_gradient = wanted.data(), .parameters = parameters.data(),
                                                        .scratch = of.scratch.data(), .gradients = of.gradients.data(), .settings = &settings,
                                                        .count = samples}, size, size);
        of.scratch = moments;
        return of;
    };
    const Run all = run(0, count);
    constexpr auto kept = static_cast<std::ptrdiff_t>(Norm::scratch_size);  // the sample's sums stand behind
    std::vector<Numbers> alone;  // frozen: gradients; else (mean, squared deviations)
    for (std::size_t sample = 0; sample < count; ++sample) {
        const Run one = run(sample, 1);
        alone.push_back(frozen ? Numbers(one.gradients.begin(), one.gradients.begin() + 2 * channels)
                               : Numbers(one.scratch.begin() + kept, one.scratch.begin() + kept + 2 * channels));
    }
    const Numbers sums = by_shares(alone, [&](Numbers left, std::size_t before, const Numbers& right, std::size_t more) {
        const Stored share = static_cast<Stored>(more) / static_cast<Stored>(before + more), weight = share * static_cast<Stored>(before * pixels);
        for (std::size_t n = 0; n < left.size(); ++n) {
            if (frozen) {
                left[n] += right[n];
            } else if (n < channels) {
                const Stored difference = right[n] - left[n];
                left[n] += difference * share;
                left[channels + n] += right[channels + n] + difference * difference * weight;
            }
        }
        return left;
    });
    INFO("a batch of " << count << (frozen ? ", frozen" : ""));
    for (std::size_t c = 0; c < channels; ++c) {
        if (frozen) {
            CHECK(all.gradients[c] == sums[c]);
            CHECK(all.gradients[channels + c] == sums[channels + c]);
        } else {
            CHECK(all.scratch[c] == sums[c]);
            CHECK(all.scratch[channels + c] == Stored{1} / kernel::deviation(sums[channels + c] / static_cast<Stored>(count * pixels), 1e-3));
        }
    }
}

}  // namespace

TEST_CASE("BatchNorm sums samples as shares are summed, to the bit") {
    for (const std::size_t count : {1u, 7u, 8u, 9u, 24u, 64u, 100u}) {
        check_shares<Fast>(count, true);
        check_shares<Plain<float>>(count, true);
    }
    // Where all that are joined are of a size, Chan's factors are powers of two: no compiler rounds their products.
    for (const std::size_t count : {1u, 2u, 4u, 8u, 16u}) {
        check_shares<Fast>(count, false);
        check_shares<Plain<float>>(count, false);
    }
}

TEST_CASE("BatchNorm without gamma or beta, with another epsilon and momentum: training and a trained network by the formula, and gradients") {
    using Net = Network<Image<1, 1, 1>, Sequential<BatchNormOf<Epsilon<0.75>, Momentum<0.9>, NoGamma>, Dense<2>>>;
    Net network{Seed{1}};
    REQUIRE(network.rows().size() == 5);
    CHECK(network.rows()[0].name == "0.beta");
    network.edit([](auto& layers) { layers.template get<0>().beta()(0) = 2; });
    Array<float, 4> images(std::array<std::size_t, 4>{2, 1, 1, 1});
    images(0, 0, 0, 0) = 0, images(1, 0, 0, 0) = 1;  // mean 0.5, variance 0.25
    const Array<std::int32_t, 1> labels{0, 1};
    fit(network, images, labels, {.epochs = 1, .batch = 2, .optimizer = Sgd{.rate = 1e-6f}});
    CHECK(network.layer<0>().mean()(0) == doctest::Approx(0.05));
    CHECK(network.layer<0>().variance()(0) == doctest::Approx(0.9 + 0.025));
    Network<Image<1, 1, 1>, Sequential<BatchNormOf<Epsilon<0.75>, NoBeta>>> trained;
    trained.edit([](auto& layers) {
        const auto norm = layers.template get<0>();
        norm.gamma()(0) = 3, norm.mean()(0) = 1, norm.variance()(0) = 0.25f;
    });
    CHECK(trained.predict(Array<float, 3>{{{5}}})(0) == 12);
    static_assert(Network<Image<1, 1, 3>, Sequential<BatchNormOf<NoBeta, NoGamma>>>::parameter_count == 2 * 3);
    using testing::check_gradients;
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 6, Linear>, BatchNormOf<NoGamma, Epsilon<0.1>>, Dense<5>, BatchNormOf<NoBeta, Momentum<0.5>>, Dense<3>>>(5);
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 19, Linear>, BatchNormOf<NoGamma, NoBeta>, MaxPool, Dense<3>>>(5, 3);
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 4, Linear>, BatchNormOf<NoGamma, NoBeta>, Dense<3>>>(6, 1, [](auto& of) { of.template freeze<1>(); });
}

TEST_CASE("BatchNorm with options goes into the convolution in front of it") {
    const auto check = []<class First, class Norm>() {
        using Net = Network<Image<9, 8, 16>, Sequential<First, Norm, Dense<2>>>;
        using Exact = Network<Image<9, 8, 16>, Sequential<First, Norm, Dense<2>>, Plain<double>>;
        static_assert(Predictor<Net>::Plan::count == 2);
        Net network{Seed{4}};
        network.edit_parameters([](std::span<float> numbers) {
            Random random{Seed{3}};
            for (float& number : numbers) number += static_cast<float>(random.uniform(0.0, 0.5));
        });
        Exact exact;
        exact.edit_parameters([&](std::span<double> numbers) { std::copy(network.parameters().begin(), network.parameters().end(), numbers.begin()); });
        const Array<float, 4> picture = xt::ones<float>({1, 9, 8, 16});
        const auto fast = network.predict(picture);
        const auto plain = exact.predict(picture);
        for (std::size_t n = 0; n < 2; ++n) CHECK(fast(0, n) == doctest::Approx(plain(0, n)).epsilon(1e-4));
    };
    check.operator()<Conv<3, 4, Linear>, BatchNormOf<Epsilon<0.5>, NoGamma>>();
    check.operator()<Conv<1, 4, Linear, NoBias>, BatchNormOf<NoBeta>>();
    check.operator()<DepthwiseConv<3, Linear>, BatchNormOf<Epsilon<0.25>, NoGamma, NoBeta>>();
}
