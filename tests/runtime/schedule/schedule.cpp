// SPDX-License-Identifier: MIT
#include "messages.hpp"
#include "runtime/training/fake_learner.hpp"
#include "scratch.hpp"

#include <denim/optimizer/sgd.hpp>
#include <denim/schedule/constant_rate.hpp>
#include <denim/schedule/cosine_rate.hpp>
#include <denim/schedule/exponential_rate.hpp>
#include <denim/schedule/one_cycle_rate.hpp>
#include <denim/schedule/plateau_rate.hpp>
#include <denim/schedule/step_rate.hpp>
#include <denim/training/checkpoint.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

using namespace denim;

namespace {

std::vector<double> factors(const Schedule& schedule, std::size_t batches, std::size_t epochs) {
    const History history;
    std::vector<double> all;
    for (std::size_t step = 0; step < batches * epochs; ++step)
        all.push_back(static_cast<double>(schedule.factor({step, batches, epochs, history})));
    return all;
}

void check_near(const std::vector<double>& got, const std::vector<double>& expected) {
    REQUIRE(got.size() == expected.size());
    for (std::size_t n = 0; n < got.size(); ++n) CHECK(got[n] == doctest::Approx(expected[n]).epsilon(1e-5));
}

// The rate of each step.
struct Rates {
    std::vector<float> all = {};
    void on_batch(Run& run) { all.push_back(run.rate); }
};

// Ends a run as if from outside.
struct Leave {
    std::size_t epoch, batch;
    void on_batch(Run& run) const {
        if (run.epoch == epoch && run.batch == batch) run.stop = run.interrupted = true;
    }
};

// A user's own: up and down, from epoch to epoch.
struct Zigzag {
    [[nodiscard]] float factor(const Moment& at) const { return at.epoch() % 2 == 0 ? 0.5f : 1; }
};

}  // namespace

TEST_CASE("each schedule is its formula, with a warm-up before it") {
    check_near(factors(Schedule{}, 2, 2), {1, 1, 1, 1});
    check_near(factors(ConstantRate{}, 2, 2), {1, 1, 1, 1});
    check_near(factors(ConstantRate{.warm_up = 3}, 2, 3), {0.25, 0.5, 0.75, 1, 1, 1});
    check_near(factors(StepRate{.every = 2, .by = 0.5f}, 2, 5), {1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25});
    check_near(factors(StepRate{.every = 1, .by = 0.5f, .warm_up = 3}, 2, 2), {0.25, 0.5, 0.375, 0.5});
    const double half = std::sqrt(0.5);
    check_near(factors(ExponentialRate{.by = 0.5f}, 2, 3), {1, half, 0.5, 0.5 * half, 0.25, 0.25 * half});
    check_near(factors(ExponentialRate{.by = 0.5f, .warm_up = 1}, 2, 1), {0.5, half});
    const auto cosine = [](double done) { return 0.5 * (1 + std::cos(std::numbers::pi * done)); };
    check_near(factors(CosineRate{}, 2, 2), {1, cosine(0.25), cosine(0.5), cosine(0.75)});
    check_near(factors(CosineRate{.last = 0.2f, .warm_up = 1}, 1, 2), {0.5, 0.2 + 0.8 * cosine(0.5)});
    check_near(factors(Zigzag{}, 1, 3), {1, 0.5, 1});
}

TEST_CASE("one cycle is PyTorch's OneCycleLR(max_lr=1, total_steps=20)") {
    check_near(factors(OneCycleRate{}, 4, 5),
               {0.04,         0.1316718427, 0.3716718427, 0.6683281573, 0.9083281573, 1.0,      0.9874640062,
                0.950484632,  0.8909161776, 0.8117456539, 0.7169430018, 0.6112620219, 0.500002, 0.3887419781,
                0.2830609982, 0.188258346,  0.1090878224, 0.049519368,  0.0125399938, 4e-6});
    for (const double factor : factors(OneCycleRate{}, 1, 1)) CHECK(factor == 1);
}

TEST_CASE("a plateau lets the rate fall, once for each patience, with a cooldown, not below the last") {
    const auto factors_of = [](const PlateauRate& schedule, const std::vector<double>& losses) {
        History history;
        std::vector<double> all;
        for (const double loss : losses) {
            history.epochs.push_back({history.epochs.size() + 1, {loss, 0.5}, {loss, 0.5}});
            all.push_back(static_cast<double>(schedule.factor({history.epochs.size(), 1, 100, history})));
        }
        return all;
    };
    check_near(factors_of({.by = 0.5f, .patience = 2}, {3, 2, 2, 2, 2, 2, 1, 1, 1}),
               {1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125});
    check_near(factors_of({.by = 0.5f, .patience = 1, .cooldown = 2}, {1, 1, 1, 1, 1, 1}), {1, 0.5, 0.5, 0.25, 0.25, 0.125});
    check_near(factors_of({.by = 0.5f, .patience = 1, .last = 0.4f}, {1, 1, 1, 1}), {1, 0.5, 0.4, 0.4});
    check_near(factors_of({.by = 0.5f, .patience = 1, .minimum_improvement = 0.5}, {3, 2.6, 2.4, 2.3}), {1, 0.5, 0.5, 0.25});
    check_near(factors_of({.by = 0.5f, .patience = 1, .monitor = Monitor::validation_accuracy}, {3, 2, 1}), {1, 0.5, 0.25});
    FakeLearner learner;
    const std::vector<float> before = numbers_of(learner);
    CHECK(message_of([&] {
              fake_fit(learner, FitOptions{.epochs = 1, .schedule = PlateauRate{}});
          }).find("PlateauRate watches a validation score") != std::string::npos);
    CHECK(numbers_of(learner) == before);  // told before the first step
    CHECK_NOTHROW(fake_fit(learner, FitOptions{.epochs = 2, .schedule = PlateauRate{.monitor = Monitor::train_loss}}));
    const double none = std::numeric_limits<double>::quiet_NaN();
    const Epoch numbers{1, {0.5, none}, {0.5, none}};
    CHECK(watched_score(Monitor::validation_loss, numbers, "Watcher") == 0.5);
    CHECK(message_of([&] { watched_score(Monitor::validation_accuracy, numbers, "Watcher"); })
              .find("Watcher watches an accuracy, but the loss of this run has none; choose Monitor::validation_loss") !=
          std::string::npos);
}

TEST_CASE("fit gives every step its rate") {
    FakeLearner learner;
    Rates rates;
    const History history =
        fake_fit(learner, FitOptions{.epochs = 3, .optimizer = Sgd{.rate = 0.5f}, .schedule = Zigzag{}}, rates);
    CHECK(rates.all == std::vector<float>{0.5f, 0.5f, 0.5f, 0.5f, 0.25f, 0.25f, 0.25f, 0.25f, 0.5f, 0.5f, 0.5f, 0.5f});
    CHECK(history.epochs[1].rate == 0.25);
}

TEST_CASE("a run with a schedule goes on with the same bits; one with another schedule does not") {
    const std::vector<double> losses{0.9, 0.5, 0.6, 0.55, 0.4, 0.3};
    const std::vector<Schedule> all{CosineRate{.warm_up = 3}, OneCycleRate{}, PlateauRate{.patience = 1}, Zigzag{}};
    for (std::size_t n = 0; n < all.size(); ++n) {
        const FitOptions options{.epochs = 6, .schedule = all[n]};
        FakeLearner whole;
        whole.validation_losses = losses;
        fake_fit(whole, options);
        for (const std::size_t batch : {2u, 4u}) {
            const Scratch scratch;
            FakeLearner first, second, third;
            for (FakeLearner* each : {&first, &second, &third}) each->validation_losses = losses;
            CHECK_THROWS_AS(fake_fit(first, options, Checkpoint{scratch / "run"}, Leave{4, batch}), Interrupted);
            FitOptions other = options;
            other.schedule = all[(n + 1) % all.size()];
            CHECK(message_of([&] { fake_fit(third, other, Checkpoint{scratch / "run"}); }).find("another run") !=
                  std::string::npos);
            other.schedule = options.schedule;
            other.optimizer = Adam{.beta_1 = 0.8f};
            CHECK(message_of([&] { fake_fit(third, other, Checkpoint{scratch / "run"}); }).find("another run") !=
                  std::string::npos);
            second.begin_at(3);
            fake_fit(second, options, Checkpoint{scratch / "run"});
            CHECK(numbers_of(second) == numbers_of(whole));
        }
    }
}
