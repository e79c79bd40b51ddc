// SPDX-License-Identifier: MIT
#include "runtime/training/fake_learner.hpp"

#include "messages.hpp"

#include <denim/training/early_stopping.hpp>

#include <doctest/doctest.h>

using namespace denim;

TEST_CASE("the run ends after its patience, with the weights of its best epoch") {
    FakeLearner learner;
    learner.validation_losses = {0.9, 0.5, 0.6, 0.55, 0.4, 0.3};
    Remember remember;
    const History history = fake_fit(learner, 20, EarlyStopping{.patience = 2}, remember);
    CHECK(history.epochs.size() == 4);
    CHECK(history.best_epoch == 2);
    CHECK(numbers_of(learner) == remember.all[1]);
}

TEST_CASE("an improvement below the minimum does not count; equal is no improvement") {
    FakeLearner learner;
    learner.validation_losses = {0.9, 0.85, 0.82, 0.79};
    const History history = fake_fit(learner, 20, EarlyStopping{.patience = 2, .minimum_improvement = 0.1});
    CHECK(history.epochs.size() == 3);
    CHECK(history.best_epoch == 1);
    FakeLearner flat;
    flat.validation_losses = {0.5};
    CHECK(fake_fit(flat, 20, EarlyStopping{.patience = 3}).epochs.size() == 4);
}

TEST_CASE("losses that are not numbers are no improvement; weights may stay as they are") {
    FakeLearner learner;
    learner.validation_losses = {0.5, NAN, NAN};
    Remember remember;
    const History history = fake_fit(learner, 20, EarlyStopping{.patience = 2, .restore_best = false}, remember);
    CHECK(history.epochs.size() == 3);
    CHECK(history.best_epoch == 0);
    CHECK(numbers_of(learner) == remember.all[2]);
    // Nor are they the best so far: an epoch behind them is.
    FakeLearner late;
    late.validation_losses = {NAN, 0.5, NAN, 0.6, 0.7};
    Remember all;
    const History better = fake_fit(late, 20, EarlyStopping{.patience = 2}, all);
    CHECK(better.epochs.size() == 4);
    CHECK(better.best_epoch == 2);
    CHECK(numbers_of(late) == all.all[1]);
    FakeLearner never;
    never.validation_losses = {NAN};
    CHECK(fake_fit(never, 20, EarlyStopping{.patience = 3}).epochs.size() == 3);
}

TEST_CASE("training scores may be watched; a validation score that there is not is an error") {
    FakeLearner learner;
    learner.loss = [](std::size_t step) { return step < 8 ? 1.0 - 0.1 * static_cast<double>(step) : 2.0; };
    CHECK(fake_fit(learner, 20, EarlyStopping{.patience = 1, .monitor = Monitor::train_loss}).epochs.size() == 3);
    FakeLearner other;
    CHECK(message_of([&] { fake_fit(other, 2, EarlyStopping{}); }).find("no validation set") != std::string::npos);
}

TEST_CASE("one that has seen a run begins the next one anew: no weights of the first come back") {
    EarlyStopping stopping{.patience = 2};
    FakeLearner first;
    first.validation_losses = {0.1, 0.5, 0.6};
    CHECK(fake_fit(first, 20, stopping).best_epoch == 1);
    FakeLearner second;
    second.validation_losses = {NAN};
    Remember remember;
    const History history = fake_fit(second, 20, stopping, remember);
    CHECK(history.epochs.size() == 2);
    CHECK(history.best_epoch == 0);
    CHECK(numbers_of(second) == remember.all[1]);
    FakeLearner third;
    third.validation_losses = {0.4, 0.3, 0.35, 0.36};  // none as good as the first run's best
    CHECK(fake_fit(third, 20, stopping).best_epoch == 2);
}
