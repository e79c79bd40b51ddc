// SPDX-License-Identifier: MIT
// A step that would not stay finite is refused wherever in a row it would not, and whatever is tried changes nothing.
#include <denim/optimizer/adam_w.hpp>
#include <denim/optimizer/check_step.hpp>
#include <denim/optimizer/sgd.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace denim;

namespace {

// A row that begins within the array and is longer than what is tried at a time, one that stays, and one that its layer moves.
struct Step {
    std::vector<Row> rows{{"0.bias", {7}, 0}, {"0.weights", {40'003}, 7, true, true}, {"1.weights", {5}, 40'010, false}, {"2.mean", {3}, 40'015, false, false, Moved::by_layer}};
    std::vector<float> parameters = std::vector<float>(40'018), gradients = parameters;
    Optimizer optimizer;
    OptimizerState state;

    explicit Step(const Optimizer& of) : optimizer(of), state(of, parameters.size()) { std::fill_n(state.numbers.data(), state.numbers.size(), 0.0f); }
    void check(float rate = 0.5f) const { check_step(optimizer, state, rows, parameters, gradients, rate); }
};

constexpr float largest = std::numeric_limits<float>::max(), infinity = std::numeric_limits<float>::infinity();
constexpr std::size_t places[] = {0, 6, 7, 8, 7 + 16'383, 7 + 16'384, 20'000, 40'009};

}  // namespace

TEST_CASE("a gradient that is not finite is found at every place, of what is trained or moved by its layer") {
    Step step{Sgd{}};
    CHECK_NOTHROW(step.check());
    for (const float wrong : {infinity, -infinity, std::numeric_limits<float>::quiet_NaN()}) {
        for (const std::size_t place : places) {
            step.gradients[place] = wrong;
            CHECK_THROWS_AS(step.check(), GradientNotFinite);
            step.gradients[place] = 0;
        }
        step.gradients[40'012] = wrong;  // of a frozen row: nobody reads it
        CHECK_NOTHROW(step.check());
        step.gradients[40'012] = 0;
        step.gradients[40'016] = wrong;
        CHECK_THROWS_AS(step.check(), GradientNotFinite);
        step.gradients[40'016] = 0;
    }
    step.gradients[40'016] = largest;  // its next value, not a gradient: no step is made of it
    CHECK_NOTHROW(step.check(1e30f));
}

TEST_CASE("a step out of the range is found at every place, and one that stays within it is taken") {
    for (const std::size_t place : places) {
        Step step{Sgd{}};
        step.gradients[place] = -largest;
        CHECK_NOTHROW(step.check());
        step.parameters[place] = 0.75f * largest;
        const std::vector<float> before = step.parameters;
        CHECK_THROWS_AS(step.check(), WeightsNotFinite);
        CHECK(step.parameters == before);
        step.parameters[place] = -0.75f * largest;
        CHECK_NOTHROW(step.check());
    }
}

TEST_CASE("each parameter is tried with its own state, and the state has to stay finite too") {
    for (const std::size_t place : places) {
        Step step{Sgd{.momentum = 0.75f}};
        step.gradients[place] = 1e16f;
        step.state.numbers.data()[place] = -largest;
        CHECK_NOTHROW(step.check());
        step.parameters[place] = -0.75f * largest;
        CHECK_THROWS_AS(step.check(), WeightsNotFinite);
        CHECK(step.state.numbers.data()[place] == -largest);
        Step square{AdamW{}};  // whose second state is the mean of squares
        square.gradients[place] = 1e25f;
        CHECK_THROWS_AS(square.check(), WeightsNotFinite);
        square.gradients[place] = 1e15f;
        CHECK_NOTHROW(square.check());
    }
}

TEST_CASE("a large rate is enough to try the step, without any gradient") {
    Step step{AdamW{.decay = 1}};
    step.parameters[20'000] = 1e33f;
    CHECK_NOTHROW(step.check(1e5f));
    CHECK_THROWS_AS(step.check(1e7f), WeightsNotFinite);
}
