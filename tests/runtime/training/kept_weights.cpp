// SPDX-License-Identifier: MIT
#include "runtime/training/fake_learner.hpp"

#include <denim/training/early_stopping.hpp>
#include <denim/training/kept_weights.hpp>
#include <denim/training/stop_on_nan.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <optional>
#include <set>
#include <thread>

using namespace denim;

namespace {

std::vector<float> numbers_in(const SharedNumbers& shared) { return {shared.begin(), shared.end()}; }

}  // namespace

TEST_CASE("weights of the same bits are kept once, and stay as they were") {
    KeptWeights copies;
    std::vector<float> weights{1, 2, 3};
    const SharedNumbers one = copies.keep(weights), again = copies.keep(weights);
    CHECK(one.data() == again.data());
    CHECK(one.data() != weights.data());
    weights[2] = 4;
    const SharedNumbers other = copies.keep(weights);
    CHECK(other.data() != one.data());
    CHECK(numbers_in(one) == std::vector<float>{1, 2, 3});
    CHECK(numbers_in(other) == std::vector<float>{1, 2, 4});
    weights[2] = 3;
    CHECK(copies.keep(weights).data() == one.data());
    weights.pop_back();
    CHECK(numbers_in(copies.keep(weights)) == std::vector<float>{1, 2});
    // Bits, not values.
    CHECK(copies.keep(std::vector<float>{0}).data() != copies.keep(std::vector<float>{-0.0f}).data());
    const std::vector<float> none{std::numeric_limits<float>::quiet_NaN()};
    const SharedNumbers kept = copies.keep(none);
    CHECK(copies.keep(none).data() == kept.data());
    CHECK(SharedNumbers{}.empty());
}

TEST_CASE("all memory that nobody keeps any more is taken again, before there is more") {
    KeptWeights copies;
    std::vector<float> weights(1000);
    std::vector<SharedNumbers> kept;
    std::set<const float*> places;
    const auto keep_five = [&](float first) {
        for (std::size_t n = 0; n < 5; ++n) {
            weights[0] = first + static_cast<float>(n);
            kept.push_back(copies.keep(weights));
            places.insert(kept.back().data());
        }
    };
    keep_five(0);
    CHECK(places.size() == 5);
    kept.clear();
    keep_five(10);
    CHECK(places.size() == 5);
}

TEST_CASE("memory that nobody keeps any more is taken again") {
    KeptWeights copies;
    std::vector<float> weights(1000);
    std::optional<SharedNumbers> first = copies.keep(weights), holder = first;
    const float* const place = first->data();
    weights[0] = 1;
    first.reset();
    CHECK(copies.keep(weights).data() != place);  // somebody has it still
    holder.reset();
    weights[0] = 2;
    const SharedNumbers one = copies.keep(weights);
    weights[0] = 3;
    const SharedNumbers two = copies.keep(weights);
    CHECK((one.data() == place || two.data() == place));
    CHECK(*one.data() == 2);
    CHECK(*two.data() == 3);
}

TEST_CASE("a copy outlives the run, and any thread may let go of it") {
    SharedNumbers left;
    {
        KeptWeights copies;
        for (int turn = 0; turn < 100; ++turn) {
            const std::vector<float> weights(100, static_cast<float>(turn));
            left = copies.keep(weights);
            std::thread other{[mine = copies.keep(std::vector<float>(50, 0.5f))]() mutable { mine = {}; }};
            CHECK(left.data()[99] == static_cast<float>(turn));
            other.join();
        }
    }
    CHECK(left.data()[0] == 99);
}

TEST_CASE("callbacks that keep the same epoch's weights have one copy of them") {
    FakeLearner learner;
    learner.validation_losses = {0.9, 0.5, 0.6};
    EarlyStopping early{.patience = 9};
    StopOnNaN stop{nullptr};
    struct Look {
        const EarlyStopping& early;
        const StopOnNaN& stop;
        std::vector<bool> shared = {};
        void on_rest(const Run& run) {
            if (run.between_epochs()) shared.push_back(early.best_parameters_.data() == stop.good_.data());
        }
    } look{early, stop};
    Remember remember;
    fake_fit(learner, 3, early, stop, remember, look);
    CHECK(look.shared == std::vector<bool>{true, true, false});
    CHECK(numbers_in(early.best_parameters_) == remember.all[1]);
    CHECK(numbers_in(stop.good_) == remember.all[2]);
}

TEST_CASE("a callback that changes the weights between two that keep them is heard") {
    struct Prune {
        void on_epoch(Run& run) const { run.learner.parameters()[0] = 0; }
    };
    FakeLearner learner;
    learner.validation_losses = {0.9};
    EarlyStopping early{.patience = 9, .restore_best = true};
    StopOnNaN stop{nullptr};
    fake_fit(learner, 1, early, Prune{}, stop);
    CHECK(early.best_parameters_.data()[0] != 0);
    CHECK(stop.good_.data()[0] == 0);
}
