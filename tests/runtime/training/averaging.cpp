// SPDX-License-Identifier: MIT
#include "messages.hpp"
#include "runtime/training/fake_learner.hpp"
#include "scratch.hpp"

#include <denim/training/averaging.hpp>
#include <denim/training/checkpoint.hpp>
#include <denim/training/early_stopping.hpp>
#include <denim/training/stop_on_nan.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace denim;

namespace {

// What learns after every step, and what callbacks see after every epoch.
struct Watch {
    std::vector<std::vector<float>> steps = {}, epochs = {};
    void on_batch(Run& run) { steps.emplace_back(run.learner.parameters().begin(), run.learner.parameters().end()); }
    void on_epoch(Run& run) { epochs.emplace_back(run.learner.parameters().begin(), run.learner.parameters().end()); }
};

struct Leave {
    std::size_t epoch, batch;
    void on_batch(Run& run) const {
        if (run.epoch == epoch && run.batch == batch) run.stop = run.interrupted = true;
    }
};

void check_near(const std::vector<float>& got, const std::vector<double>& expected) {
    REQUIRE(got.size() == expected.size());
    for (std::size_t n = 0; n < got.size(); ++n)
        CHECK(static_cast<double>(got[n]) == doctest::Approx(expected[n]).epsilon(1e-5));
}

// A user's own: the latest weights and the average before them count the same.
struct Halves {
    [[nodiscard]] double share(const Moment&) const { return 0.5; }
};

const std::vector<double> losses{0.9, 0.5, 0.6, 0.55, 0.4, 0.3};

}  // namespace

TEST_CASE("averages are their formulas; steps go on as without them") {
    FakeLearner plain;
    Watch bare;
    fake_fit(plain, 4, bare);
    for (const bool of_epochs : {false, true}) {
        FakeLearner learner;
        Watch watch;
        const Averaging averaging = of_epochs ? Averaging{Swa{.first_epoch = 2}} : Averaging{Ema{.momentum = 0.75}};
        fake_fit(learner, FitOptions{.epochs = 4, .averaging = averaging}, watch);
        CHECK(watch.steps == bare.steps);
        std::vector<double> mean(8);
        for (std::size_t step = 0; step < 16; ++step) {
            const double share = !of_epochs                  ? (step == 0 ? 1 : 0.25)
                                 : step % 4 == 3 && step > 4 ? 1.0 / (static_cast<double>(step / 4))
                                                             : 0;
            for (std::size_t n = 0; n < 8; ++n) mean[n] += share * (static_cast<double>(bare.steps[step][n]) - mean[n]);
            if (step % 4 != 3) continue;
            if (of_epochs && step < 4)
                CHECK(watch.epochs[0] == bare.epochs[0]);  // no average yet
            else
                check_near(watch.epochs[step / 4], mean);
        }
        CHECK(numbers_of(learner) == watch.epochs.back());
        CHECK(numbers_of(learner) != numbers_of(plain));
    }
    FakeLearner learner;
    Watch watch;
    fake_fit(learner, FitOptions{.epochs = 1, .averaging = Halves{}}, watch);
    CHECK(numbers_of(learner)[0] == doctest::Approx(0.125f * watch.steps[0][0] + 0.125f * watch.steps[1][0] +
                                                    0.25f * watch.steps[2][0] + 0.5f * watch.steps[3][0]));
}

TEST_CASE("the best weights are averaged ones") {
    FakeLearner learner;
    learner.validation_losses = losses;
    Watch watch;
    const History history =
        fake_fit(learner, FitOptions{.epochs = 9, .averaging = Ema{.momentum = 0.5}}, watch, EarlyStopping{.patience = 2});
    CHECK(history.best_epoch == 2);
    CHECK(numbers_of(learner) == watch.epochs[1]);
}

TEST_CASE("a run with an average goes on with the same bits, and stays done when it is") {
    for (const Averaging& averaging : {Averaging{Ema{.momentum = 0.9}}, Averaging{Swa{.first_epoch = 3}}})
        for (const std::size_t epoch : {1u, 3u, 5u, 6u})
            for (const std::size_t batch : {1u, 4u}) {
                const FitOptions options{.epochs = 6, .averaging = averaging};
                const Scratch scratch;
                FakeLearner whole, first, second, third, other;
                for (FakeLearner* each : {&whole, &first, &second, &third, &other}) each->validation_losses = losses;
                fake_fit(whole, options, EarlyStopping{.patience = 9, .restore_best = false});
                CHECK_THROWS_AS(fake_fit(first, options, Checkpoint{scratch / "run"}, Leave{epoch, batch}), Interrupted);
                second.begin_at(epoch - 1);
                fake_fit(second, options, Checkpoint{scratch / "run"});
                CHECK(numbers_of(second) == numbers_of(whole));
                fake_fit(third, options, Checkpoint{scratch / "run"});
                CHECK(numbers_of(third) == numbers_of(whole));
                CHECK(message_of([&] { fake_fit(other, 6, Checkpoint{scratch / "run"}); }).find("another run") !=
                      std::string::npos);
            }
}

TEST_CASE("after a loss that is no number the network has its last good average") {
    FakeLearner learner;
    learner.loss = [](std::size_t step) { return step < 10 ? 1.0 : std::numeric_limits<double>::quiet_NaN(); };
    Watch watch;
    fake_fit(learner, FitOptions{.epochs = 6, .averaging = Ema{.momentum = 0.5}}, watch, StopOnNaN{nullptr});
    CHECK(numbers_of(learner) == watch.epochs[1]);
}
