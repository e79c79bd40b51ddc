// SPDX-License-Identifier: MIT
#pragma once

// NaNs, infinities, and numbers near the ends of the range, through a layer: forward, backward, and a step of training.

#include "sides.hpp"

#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace testing::not_finite {

using namespace denim;

inline constexpr float infinity = std::numeric_limits<float>::infinity();

/// A network whose layer under test stands between a first convolution, where bad numbers come from, and the logits.
template <class Layer, class Numbers = Fast>
using Around = Network<Image<9, 8, 3>, Sequential<Conv<1, 4, Linear>, Layer, Dense<3>>, Numbers>;

/// A finite loss whose gradient is NaN.
struct NaNGradient {
    static constexpr Wants wants = Wants::label;
    template <class Scalar>
    double sample(const Scalar*, std::size_t outputs, const Target&, Scalar* gradient, double) const {
        std::fill_n(gradient, outputs, not_a_number<Scalar>());
        return 1;
    }
};

struct Data {
    Array<float, 4> images{std::array<std::size_t, 4>{3, 9, 8, 3}};
    Array<std::int32_t, 1> labels{std::array<std::size_t, 1>{3}, 1};
    std::vector<std::uint32_t> order{0, 1, 2};

    explicit Data(float size = 1) {
        Random random{Seed{8}};
        for (float& number : images) number = size * static_cast<float>(random.uniform(0.1, 1));
    }
};

template <class Net>
std::vector<typename Net::Stored> logits(const Net& network, const Data& data = Data{}) {
    const auto all = network.predict(data.images);
    return {all.begin(), all.end()};
}
template <class Numbers>
std::size_t nans(const Numbers& numbers) {
    return static_cast<std::size_t>(std::count_if(numbers.begin(), numbers.end(), [](auto number) { return is_nan(number); }));
}
template <class Numbers>
bool finite(const Numbers& numbers) {
    return std::all_of(numbers.begin(), numbers.end(), [](auto number) { return is_finite(number); });
}

/// A network without its type, beside its plain twin.
struct Pair {
    Side<float> good;
    Side<double> twin;
    NetworkState<float>& state;  // of the network that `learner` teaches
    Learner& learner;
    Learner& poisoned;  // by NaNGradient

    void reset() const { state.parameters = AlignedArray<float>(good.parameters); }
};

template <class Scalar>
std::vector<Scalar> logits(const Side<Scalar>& side, const Data& data) {
    return side.predict(Pictures::of(data.images, side.graph.input));
}

/// Gradients of NaNGradient's step.
template <class Scalar>
std::vector<Scalar> poisoned_gradients(const Side<Scalar>& side, const Data& data) {
    testing::SideTrainer<Scalar, Scalar, NaNGradient> trainer{side, 3};
    const std::vector<std::int32_t> labels(3, 1);
    trainer.step(side.parameters, {Pictures::of(data.images, side.graph.input), labels, data.order, Seed{3}, 2});
    return {trainer.gradients().begin(), trainer.gradients().end()};
}

inline void check_pair(const Pair& pair, const Data& data, const Samples& samples) {
    const Side<float>& good = pair.good;
    REQUIRE(finite(logits(good, data)));

    // A NaN in any row reaches a logit, from the first convolution every one.
    for (const Row& row : good.rows) {
        CAPTURE(row.name);
        Side<float> bad = good;
        bad.parameters[row.offset + row.size() / 2] = not_a_number<float>();
        const std::size_t count = nans(logits(bad, data));
        CHECK(count > 0);
        if (row.offset == 0) CHECK(count == 9);

        // A step says so, of the loss or of running statistics that a layer moves, and changes nothing.
        pair.reset();
        pair.state.parameters.data()[row.offset + row.size() / 2] = not_a_number<float>();
        CHECK_THROWS_AS(detail::teach(pair.learner, samples, nullptr, {.batch = 3, .optimizer = Sgd{.rate = 0.1f}}), NotFinite);
        CHECK(std::memcmp(bad.parameters.data(), pair.state.parameters.data(), bad.parameters.size() * sizeof(float)) == 0);
    }

    // An infinite channel gives what the definition gives: numbers, or none.
    for (const float wrong : {infinity, -infinity}) {
        Side<float> bad = good;
        Side<double> twin = pair.twin;
        bad.parameters[bad.rows[1].offset + 1] = wrong;
        std::ranges::copy(bad.parameters, twin.parameters.begin());
        const std::vector<float> got = logits(bad, data);
        const std::vector<double> right = logits(twin, data);
        for (std::size_t n = 0; n < got.size(); ++n) {
            CAPTURE(right[n]);
            const double number = static_cast<double>(got[n]);
            CHECK((is_finite(number) ? is_finite(right[n]) && std::abs(number - right[n]) < 1e-3 * (1 + std::abs(right[n])) : !is_finite(right[n])));
        }
    }

    // A NaN gradient reaches every gradient that it reaches by definition; fit names the row and changes nothing.
    Side<double> twin = pair.twin;
    std::ranges::copy(good.parameters, twin.parameters.begin());
    const std::vector<float> got = poisoned_gradients(good, data);
    const std::vector<double> right = poisoned_gradients(twin, data);
    CHECK(nans(right) > 0);
    for (std::size_t n = 0; n < got.size(); ++n)
        if (is_nan(right[n]) && !is_nan(got[n])) FAIL("gradient " << n << " is " << got[n]);
    pair.reset();
    CHECK_THROWS_AS(detail::teach(pair.poisoned, samples, nullptr, {.batch = 3, .loss = NaNGradient{}}), GradientNotFinite);
    CHECK(std::ranges::equal(pair.state.parameters.span(), good.parameters));

    // The smallest numbers are numbers.
    const Data small{1e-40f};
    const std::vector<float> quick = logits(good, small);
    const std::vector<double> exact = logits(twin, small);
    for (std::size_t n = 0; n < quick.size(); ++n) CHECK(std::abs(static_cast<double>(quick[n]) - exact[n]) < 1e-4 * (1 + std::abs(exact[n])));
}

template <class Layer>
void check_layer(const char* name) {
    CAPTURE(name);
    Around<Layer> network{Seed{3}};
    NetworkLearner learner{network, 3, {SoftmaxCrossEntropy{}}}, poisoned{network, 3, {NaNGradient{}}};
    const Data data;
    check_pair({testing::side_of<true>(network), testing::side_of<true>(Around<Layer, Plain<double>>{}), network.state(), learner, poisoned}, data,
               Samples::of(LabelledPair{data.images, data.labels}, learner.input(), learner.heads(), "training"));
}

}  // namespace testing::not_finite
