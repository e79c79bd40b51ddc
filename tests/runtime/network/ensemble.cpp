// SPDX-License-Identifier: MIT
#include "messages.hpp"

#include <denim/denim.hpp>
#include <denim/network/ensemble.hpp>
#include <denim/training/find_rate.hpp>

#include <doctest/doctest.h>

#include <sstream>

using namespace denim;

namespace {

using One = Network<Image<6, 6, 1>, Sequential<Conv<3, 4>, Dense<3>>>;
using Other = Network<Image<6, 6, 1>, Sequential<Dense<3>>>;

Array<std::uint8_t, 4> pictures(std::size_t count) {
    Array<std::uint8_t, 4> all(std::array<std::size_t, 4>{count, 6, 6, 1});
    Random random{Seed{4}};
    for (std::uint8_t& byte : all) byte = static_cast<std::uint8_t>(random.below(256));
    return all;
}

}  // namespace

TEST_CASE("networks of two types answer as one: the mean of their probabilities") {
    const One first{Seed{1}}, second{Seed{2}};
    const Other third{Seed{3}};
    const Ensemble ensemble{first, second, third};
    CHECK(ensemble.size() == 3);
    const auto asked = pictures(70);
    const auto together = ensemble.probabilities(asked);
    const auto a = first.probabilities(asked), b = second.probabilities(asked), c = third.probabilities(asked);
    const auto classes = ensemble.classes(asked);
    for (std::size_t n = 0; n < 70; ++n) {
        std::size_t best = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            CHECK(together(n, k) == doctest::Approx((a(n, k) + b(n, k) + c(n, k)) / 3));
            if (together(n, k) > together(n, best)) best = k;
        }
        CHECK(classes(n, 0) == static_cast<std::int32_t>(best));
    }
    const Array<std::uint8_t, 3> alone = view(asked.data() + 36 * 5, std::array<std::size_t, 3>{6, 6, 1});
    const auto one = ensemble.predict(alone);
    for (std::size_t k = 0; k < 3; ++k) CHECK(one(k) == ensemble.predict(asked)(5, k));
    CHECK(Ensemble{std::vector<One>{first, second}}.size() == 2);
    const auto same = Ensemble{first}.probabilities(asked);
    CHECK(same(3, 1) == doctest::Approx(a(3, 1)));
    CHECK(message_of([] { Ensemble{std::vector<One>{}}; }) == "denim: Ensemble: at least one network was expected, but got none");

    Array<std::int32_t, 1> labels(std::array<std::size_t, 1>{70});
    for (std::size_t n = 0; n < 70; ++n) labels(n) = classes(n, 0);
    const LabelledPair set{asked, labels};
    CHECK(evaluate(ensemble, set).accuracy == 1);
    CHECK(evaluate(first, set).accuracy < 1);
    CHECK(evaluate(Predictor{first}, set).loss == evaluate(first, set).loss);
}

TEST_CASE("labels side by side and numbers are averaged as their losses mean them") {
    const auto asked = pictures(10);
    const auto learnt = [&](const Loss& loss, std::uint64_t seed) {
        One network{Seed{seed}};
        Array<float, 2> targets = xt::zeros<float>({10, 3});
        fit(network, asked, targets, {.epochs = 1, .loss = loss});
        return network;
    };
    const One first = learnt(BinaryCrossEntropy{}, 1), second = learnt(BinaryCrossEntropy{}, 2);
    const auto together = Ensemble{first, second}.probabilities(asked), a = first.probabilities(asked), b = second.probabilities(asked);
    CHECK(together(4, 2) == doctest::Approx((a(4, 2) + b(4, 2)) / 2));
    const One one = learnt(MeanSquaredError{}, 1), other = learnt(MeanSquaredError{}, 2);
    CHECK(Ensemble{one, other}.predict(asked)(4, 2) == doctest::Approx((one.predict(asked)(4, 2) + other.predict(asked)(4, 2)) / 2));
    CHECK(message_of([&] { Ensemble{one, first}; }) ==
          "denim: Ensemble: networks whose losses mean the same were expected, but those of network 1 and of the first differ");
}

TEST_CASE("a search for the rate gives a curve that falls and rises, and leaves the network alone") {
    const auto asked = pictures(60);
    Array<std::int32_t, 1> labels(std::array<std::size_t, 1>{60});
    for (std::size_t n = 0; n < 60; ++n) labels(n) = asked(n, 2, 2, 0) > 128 ? 1 : 0;
    const LabelledPair train{asked, labels};
    One network{Seed{1}};
    const std::vector<float> before{network.parameters().begin(), network.parameters().end()};
    const RateCurve curve = find_rate(network, train, {.batch = 16, .optimizer = Sgd{.rate = 0.5f}}, {.first = 1e-4, .last = 1000, .steps = 60});
    CHECK(std::ranges::equal(before, network.parameters()));
    REQUIRE(curve.rates.size() == curve.losses.size());
    REQUIRE(curve.rates.size() > 20);
    CHECK(curve.rates.size() < 60);  // it diverges before the last rate
    CHECK(curve.rates[0] == doctest::Approx(1e-4));
    CHECK(curve.rates[7] / curve.rates[6] == doctest::Approx(std::pow(1e7, 1.0 / 59)));
    CHECK(curve.losses.back() > curve.losses.front());
    CHECK(curve.steepest > 1e-4);
    CHECK(curve.steepest <= curve.lowest);
    One learns{Seed{1}};
    const History history = fit(learns, train, {.epochs = 20, .batch = 16, .optimizer = Sgd{.rate = static_cast<float>(curve.steepest)}});
    CHECK(history.epochs.back().train.loss < 0.8 * history.epochs.front().train.loss);
    std::ostringstream text;
    text << curve;
    CHECK(text.str().find("the loss falls fastest at ") != std::string::npos);
    CHECK(message_of([&] { find_rate(network, train, {}, {.first = 0}); }).starts_with("denim: find_rate: rates from above 0"));
    CHECK(message_of([&] { find_rate(network, train, {.optimizer = Sgd{.rate = 0}}); }) ==
          "denim: find_rate: an optimizer with a rate above 0 was expected, but got 0");
}
