// SPDX-License-Identifier: MIT
// The loss, the optimizers and ten steps of the study's network against what Keras gives.
#include "golden/golden.hpp"

#include <denim/denim.hpp>
#include <denim/format.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

using namespace denim;

namespace {

std::vector<double> read(const std::string& file, const std::string& name) {
    return Npz{std::filesystem::path{"golden"} / file}.read(name).as<double>();
}

template <class Scalar>
std::vector<Scalar> cast(const std::vector<double>& numbers) {
    std::vector<Scalar> all;
    for (const double number : numbers) all.push_back(static_cast<Scalar>(number));
    return all;
}

void check_loss(const std::string& name) {
    const auto logits = read("loss.npz", name + ".logits"), expected = read("loss.npz", name + ".logits_gradient"),
               labels = read("loss.npz", name + ".labels");
    const std::size_t count = labels.size(), classes = logits.size() / count;
    double loss = 0;
    for (std::size_t n = 0; n < count; ++n) {
        std::vector<double> gradient(classes);
        loss += SoftmaxCrossEntropy{}.sample(logits.data() + n * classes, classes, Target{static_cast<std::int32_t>(labels[n])},
                                             gradient.data(), 1.0 / static_cast<double>(count));
        for (std::size_t k = 0; k < classes; ++k)
            CHECK(gradient[k] == doctest::Approx(expected[n * classes + k]).epsilon(1e-9));
    }
    CHECK(loss / static_cast<double>(count) == doctest::Approx(read("loss.npz", name + ".loss")[0]).epsilon(1e-12));
}

void check_other_loss(const std::string& name, const auto& loss) {
    const auto logits = read("losses.npz", name + ".logits"), expected = read("losses.npz", name + ".logits_gradient");
    const bool labelled = loss.wants == Wants::label;
    const auto targets = read("losses.npz", name + (labelled ? ".labels" : ".targets"));
    const auto numbers = cast<float>(targets);
    const std::size_t count = 7, outputs = logits.size() / count;
    double sum = 0;
    for (std::size_t n = 0; n < count; ++n) {
        const Target target = labelled ? Target{static_cast<std::int32_t>(targets[n])}
                                       : Target{0, std::span{numbers}.subspan(n * outputs, outputs)};
        std::vector<double> gradient(outputs);
        sum += loss.sample(logits.data() + n * outputs, outputs, target, gradient.data(), 1.0 / static_cast<double>(count));
        for (std::size_t k = 0; k < outputs; ++k) {
            INFO(name << ", picture " << n << ", output " << k);
            CHECK(std::abs(gradient[k] - expected[n * outputs + k]) <= 1e-6 * std::abs(expected[n * outputs + k]) + 3e-8);
        }
    }
    CHECK(sum / static_cast<double>(count) == doctest::Approx(read("losses.npz", name + ".loss")[0]).epsilon(1e-6));
}

void check_optimizer(const std::string& name, const Optimizer& optimizer) {
    auto parameters = cast<float>(read("optimizer.npz", name + ".before"));
    const auto gradients = cast<float>(read("optimizer.npz", name + ".gradients"));
    const auto after = read("optimizer.npz", name + ".after");
    const std::size_t count = parameters.size();
    std::vector<Row> rows{{.name = "weights", .extents = {count}, .decays = true}};
    OptimizerState state{optimizer, count};
    for (std::size_t step = 0; step < 5; ++step) {
        update_parameters(optimizer, state, rows, parameters, std::span{gradients}.subspan(step * count, count),
                          optimizer.rate());
        for (std::size_t n = 0; n < count; ++n) {
            INFO(name << ", step " << step << ", number " << n);
            CHECK(std::abs(static_cast<double>(parameters[n]) - after[step * count + n]) <=
                  1e-6 * (0.1 + std::abs(after[step * count + n])));
        }
    }
}

template <std::size_t Filters>
void check_steps(const std::string& name, std::size_t batch, float rate, double tolerance) {
    Network<Image<120, 90, 3>, Sequential<Conv<5, Filters>, MaxPool, Conv<5, Filters>, MaxPool, Dense<3>>> network;
    network.edit([](auto& layers) {
        const auto fill = [](auto weights, std::uint32_t seed, float scale) {
            const auto numbers = golden::numbers(weights.size(), seed, scale);
            std::copy(numbers.begin(), numbers.end(), weights.begin());
        };
        fill(layers.template get<0>().weights(), 1, 1.0f / 16);
        fill(layers.template get<2>().weights(), 2, 1.0f / 32);
        fill(layers.template get<4>().weights(), 3, 1.0f / 128);
        layers.template get<0>().bias().fill(0.25f);
        layers.template get<2>().bias().fill(0.25f);
    });
    Array<std::uint8_t, 4> pictures(std::array<std::size_t, 4>{10 * batch, 120, 90, 3});
    Array<std::int32_t, 1> labels(std::array<std::size_t, 1>{10 * batch});
    for (std::size_t n = 0; n < 10 * batch; ++n) {
        const golden::Picture picture{static_cast<std::uint32_t>(n)};
        std::copy(picture.pixels.begin(), picture.pixels.end(),
                  pictures.begin() + static_cast<std::ptrdiff_t>(n * golden::Picture::size));
        labels(n) = picture.label;
    }
    struct Losses {
        std::vector<double> all;
        double before = 0;
        void on_batch(Run& run) {  // the mean of the epoch so far, taken apart
            const auto count = static_cast<double>(run.batch);
            all.push_back(run.train.loss * count - before);
            before = run.train.loss * count;
        }
    } losses;
    fit(network, pictures, labels, {.epochs = 1, .batch = batch, .optimizer = Adam{.rate = rate}, .shuffle = false}, losses);
    const auto expected = read("study_steps.npz", name + ".losses");
    REQUIRE(losses.all.size() == expected.size());
    for (std::size_t step = 0; step < expected.size(); ++step) {
        INFO(name << ", step " << step);
        CHECK(losses.all[step] == doctest::Approx(expected[step]).epsilon(tolerance).scale(0));
    }
    const auto sums = read("study_steps.npz", name + ".squares");
    for (std::size_t row = 0; row < 6; ++row) {
        double squares = 0;
        for (const float number : network.parameters().subspan(network.rows()[row].offset, network.rows()[row].size()))
            squares += static_cast<double>(number) * static_cast<double>(number);
        CHECK(squares == doctest::Approx(sums[row]).epsilon(2e-4).scale(0));
    }
}

}  // namespace

TEST_CASE("softmax cross-entropy, large logits too") {
    check_loss("small");
    check_loss("large");
    check_loss("many");
}

TEST_CASE("the other losses, and their options") {
    const auto weights = cast<float>(read("losses.npz", "weighted.weights"));
    check_other_loss("smooth", SoftmaxCrossEntropy{.label_smoothing = 0.1f});
    check_other_loss("weighted", SoftmaxCrossEntropy{.label_smoothing = 0.1f, .class_weights = weights});
    check_other_loss("binary", BinaryCrossEntropy{});
    check_other_loss("binary_smooth", BinaryCrossEntropy{.label_smoothing = 0.2f});
    check_other_loss("focal", Focal{});
    check_other_loss("focal_sharp", Focal{.alpha = 1, .gamma = 0.5f});
    check_other_loss("squares", MeanSquaredError{});
}

TEST_CASE("five steps of each optimizer") {
    check_optimizer("adam", Adam{});
    check_optimizer("adam_fast", Adam{.rate = 0.25f, .beta_1 = 0.5f, .beta_2 = 0.75f, .epsilon = 0.125f});
    check_optimizer("sgd", Sgd{});
    check_optimizer("momentum", Sgd{.momentum = 0.9f});
    check_optimizer("nesterov", Sgd{.momentum = 0.9f, .nesterov = true});
    check_optimizer("adam_w", AdamW{.decay = 0.25f});
    check_optimizer("rms_prop", RmsProp{});
    check_optimizer("rms_momentum", RmsProp{.momentum = 0.9f});
    check_optimizer("lion", Lion{.decay = 0.25f});
    check_optimizer("sgd_decay", Sgd{.momentum = 0.9f, .nesterov = true, .decay = 0.25f});
}

TEST_CASE("ten training steps of the study's network follow Keras's losses") {
    check_steps<16>("small", 4, 1.0f / 8192, 1e-4);
    check_steps<64>("full", 8, 1.0f / 8192, 1e-4);
}
