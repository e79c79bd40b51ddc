// SPDX-License-Identifier: MIT
#include "runtime/training/fake_learner.hpp"

#include "messages.hpp"

#include <denim/training/stop_on_nan.hpp>

#include <doctest/doctest.h>

using namespace denim;

namespace {

std::string text_of(std::FILE* file) {
    std::rewind(file);
    std::string text(1000, ' ');
    text.resize(std::fread(text.data(), 1, text.size(), file));
    return text;
}

}  // namespace

TEST_CASE("a loss that is no number ends the run with the weights of the last good epoch, and a sentence") {
    FakeLearner learner;
    learner.loss = [](std::size_t step) { return step == 9 ? NAN : 1.0; };
    Remember remember;
    std::FILE* words = std::tmpfile();
    StopOnNaN stop{words};
    const History history = fake_fit(learner, 5, stop, remember);
    CHECK(history.epochs.size() == 2);
    CHECK(numbers_of(learner) == remember.all[1]);
    CHECK(stop.stopped());
    CHECK(text_of(words).find("epoch 3, batch 2: the loss, a gradient or a weight is not a finite number; the network has the weights of "
                              "the end of epoch 2 again") != std::string::npos);
    std::fclose(words);
}

TEST_CASE("in the first epoch it goes back to the beginning") {
    FakeLearner learner;
    learner.loss = [](std::size_t step) { return step == 2 ? INFINITY : 1.0; };
    const std::vector<float> before = numbers_of(learner);
    const History history = fake_fit(learner, 5, StopOnNaN{nullptr});
    CHECK(history.epochs.empty());
    CHECK(numbers_of(learner) == before);
}

TEST_CASE("a weight that is infinite after an epoch is found too") {
    FakeLearner learner;
    struct Spoil {
        void on_epoch(Run& run) const {
            if (run.epoch == 3) run.learner.parameters()[4] = INFINITY;
        }
    };
    Remember remember;
    StopOnNaN stop{nullptr};
    CHECK(fake_fit(learner, 9, remember, Spoil{}, stop).epochs.size() == 3);
    CHECK(numbers_of(learner) == remember.all[1]);
}

TEST_CASE("it says whether it had to, of the last run") {
    StopOnNaN stop{nullptr};
    CHECK(!stop.stopped());
    FakeLearner good, bad;
    bad.loss = [](std::size_t step) { return step == 2 ? NAN : 1.0; };
    fake_fit(good, 2, stop);
    CHECK(!stop.stopped());
    fake_fit(bad, 2, stop);
    CHECK(stop.stopped());
    fake_fit(good, 2, stop);
    CHECK(!stop.stopped());
}

TEST_CASE("without it, fit throws") {
    FakeLearner learner;
    learner.loss = [](std::size_t step) { return step == 5 ? NAN : 1.0; };
    CHECK_THROWS_AS(fake_fit(learner, 5), LossNotFinite);
    CHECK(message_of([&] { fake_fit(learner, 5); }).find("step 5") != std::string::npos);
}
