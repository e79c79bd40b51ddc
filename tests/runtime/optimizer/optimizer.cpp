// SPDX-License-Identifier: MIT
// Every optimizer against its formula in double, over rows of all kinds; what each does to frozen rows; one of a user's own.
#include "kept_threads.hpp"

#include <denim/machine/random.hpp>
#include <denim/optimizer/adam_w.hpp>
#include <denim/optimizer/lion.hpp>
#include <denim/optimizer/rms_prop.hpp>
#include <denim/optimizer/sgd.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <vector>

using namespace denim;

namespace {

// Two pairs of numbers that go from step to step, and one step of a formula.
struct Exact {
    double parameter, first = 0, second = 0;
};
using Formula = std::function<void(Exact&, double gradient, double step, bool decays)>;

// Rows of odd lengths; one is longer than what a thread takes at a time.
struct Rows {
    std::vector<Row> rows{{"0.weights", {20'011}, 0, true, true},
                          {"0.bias", {13}, 20'011, true, false},
                          {"1.weights", {5}, 20'024, false, true},
                          {"2.mean", {3}, 20'029, false, false, Moved::by_layer}};
    std::vector<float> parameters = std::vector<float>(20'032), gradients = parameters;

    Rows() {
        Random random{Seed{3}};
        for (float& number : parameters) number = static_cast<float>(random.uniform(-1, 1));
    }
    void draw(std::uint64_t step) {
        Random random{Seed{4}, step};
        for (float& number : gradients) number = static_cast<float>(random.uniform(-1, 1));
        gradients[0] = 0;
    }
};

template <class Type>
void check(const Type& optimizer, const Formula& formula) {
    const testing::KeptThreads kept_threads;
    Type other = optimizer;  // a schedule's rate, not the optimizer's own, is the one that counts
    other.rate = 0.75f;
    std::vector<std::vector<float>> results;
    for (const std::size_t wanted : {1u, 3u}) {
        set_threads(wanted);
        set_serial_threshold(0);
        Rows all;
        const std::vector<float> before = all.parameters;
        std::vector<Exact> exact;
        for (const float number : before) exact.push_back({static_cast<double>(number)});
        OptimizerState state{other, before.size()};
        for (std::uint64_t step = 1; step <= 4; ++step) {
            all.draw(step);
            update_parameters(other, state, all.rows, all.parameters, all.gradients, optimizer.rate);
            std::size_t wrong = 0;  // a NaN is
            for (std::size_t n = 0; n < 20'024; ++n) {
                formula(exact[n], static_cast<double>(all.gradients[n]), static_cast<double>(step), n < 20'011);
                wrong += !(std::abs(static_cast<double>(all.parameters[n]) - exact[n].parameter) < 1e-6);
            }
            CHECK(wrong == 0);
        }
        CHECK(state.step == 4);
        CHECK(std::equal(before.begin() + 20'024, before.begin() + 20'029, all.parameters.begin() + 20'024));
        CHECK(std::equal(all.gradients.begin() + 20'029, all.gradients.end(), all.parameters.begin() + 20'029));
        results.push_back(all.parameters);
    }
    CHECK(results[0] == results[1]);
}

double sign(double number) { return number > 0 ? 1 : number < 0 ? -1 : 0; }

// A user's own: moves by the sign of the gradient alone, and keeps nothing.
struct SignDescent {
    float rate = 1e-2f;
    static constexpr std::size_t state_arrays = 0;
    void apply(const Update& at) const {
        for (std::size_t n = 0; n < at.count; ++n)
            at.parameters[n] -= at.gradients[n] > 0 ? at.rate : at.gradients[n] < 0 ? -at.rate : 0;
    }
};

// Another, which keeps four: how often it was called, once in each.
struct FourCounts {
    float rate = 1e-2f;
    static constexpr std::size_t state_arrays = 4;
    void apply(const Update& at) const {
        for (float* counts : at.state)
            for (std::size_t n = 0; n < at.count; ++n) at.parameters[n] -= at.rate * (counts[n] += 1);
    }
};

}  // namespace

TEST_CASE("an optimizer keeps as many numbers for each parameter as its formula has") {
    CHECK(OptimizerState{Sgd{}, 10}.numbers.size() == 10);
    CHECK(OptimizerState{Lion{}, 10}.numbers.size() == 10);
    CHECK(OptimizerState{RmsProp{}, 10}.numbers.size() == 20);
    CHECK(OptimizerState{Adam{}, 10}.numbers.size() == 20);
    CHECK(OptimizerState{AdamW{}, 10}.numbers.size() == 20);
    CHECK(OptimizerState{SignDescent{}, 10}.numbers.size() == 0);
    CHECK(OptimizerState{FourCounts{}, 10}.numbers.size() == 40);
}

TEST_CASE("each optimizer is its formula, for any number of threads") {
    check(Sgd{}, [](Exact& at, double gradient, double, bool) { at.parameter -= 0.01 * gradient; });
    check(Sgd{.rate = 0.1f, .momentum = 0.75f}, [](Exact& at, double gradient, double, bool) {
        at.first = 0.75 * at.first - 0.1 * gradient;
        at.parameter += at.first;
    });
    check(Sgd{.rate = 0.1f, .momentum = 0.75f, .nesterov = true}, [](Exact& at, double gradient, double, bool) {
        at.first = 0.75 * at.first - 0.1 * gradient;
        at.parameter += 0.75 * at.first - 0.1 * gradient;
    });
    check(Sgd{.rate = 0.1f, .momentum = 0.75f, .nesterov = true, .decay = 0.5f},
          [](Exact& at, double gradient, double, bool decays) {
              if (decays) at.parameter -= 0.1 * 0.5 * at.parameter;
              at.first = 0.75 * at.first - 0.1 * gradient;
              at.parameter += 0.75 * at.first - 0.1 * gradient;
          });
    const auto adam = [](double decay) {
        return [decay](Exact& at, double gradient, double step, bool decays) {
            if (decays) at.parameter -= 1e-2 * decay * at.parameter;
            at.first += 0.1 * (gradient - at.first);
            at.second += 1e-3 * (gradient * gradient - at.second);
            const double mean = at.first / (1 - std::pow(0.9, step)), spread = at.second / (1 - std::pow(0.999, step));
            at.parameter -= 1e-2 * mean / (std::sqrt(spread) + 1e-7 / std::sqrt(1 - std::pow(0.999, step)));
        };
    };
    check(Adam{.rate = 1e-2f}, adam(0));
    check(AdamW{.rate = 1e-2f, .decay = 0.5f}, adam(0.5));
    for (const double momentum : {0.0, 0.5})
        check(RmsProp{.momentum = static_cast<float>(momentum)}, [momentum](Exact& at, double gradient, double, bool) {
            at.first = 0.9 * at.first + 0.1 * gradient * gradient;
            at.second = momentum * at.second + 1e-3 * gradient / std::sqrt(at.first + 1e-7);
            at.parameter -= at.second;
        });
    check(Lion{.rate = 1e-2f, .decay = 0.5f}, [](Exact& at, double gradient, double, bool decays) {
        if (decays) at.parameter -= 1e-2 * 0.5 * at.parameter;
        at.parameter -= 1e-2 * sign(0.9 * at.first + 0.1 * gradient);
        at.first = 0.99 * at.first + 0.01 * gradient;
    });
    check(FourCounts{}, [](Exact& at, double, double step, bool) { at.parameter -= 4 * 1e-2 * step; });
    check(SignDescent{}, [](Exact& at, double gradient, double, bool) { at.parameter -= 1e-2 * sign(gradient); });
}

TEST_CASE("what an optimizer keeps of each parameter") {
    CHECK(OptimizerState(Sgd{}, 10).numbers.size() == 10);
    CHECK(OptimizerState(Lion{}, 10).numbers.size() == 10);
    CHECK(OptimizerState(Adam{}, 10).numbers.size() == 20);
    CHECK(OptimizerState(AdamW{}, 10).numbers.size() == 20);
    CHECK(OptimizerState(RmsProp{}, 10).numbers.size() == 20);
    CHECK(OptimizerState(SignDescent{}, 10).numbers.size() == 0);
}

TEST_CASE("an optimizer says which one it is and what its settings are; one that does not is named as such") {
    SettingsRecord adam, sign;
    adam("optimizer", Optimizer{Adam{.rate = 1e-5f, .beta_2 = 0.99f}});
    CHECK(adam.text() == "optimizer = Adam\noptimizer.rate = 1e-05\noptimizer.beta_1 = 0.9\noptimizer.beta_2 = 0.99\n"
                         "optimizer.epsilon = 1e-07\n");
    sign("optimizer", Optimizer{SignDescent{}});
    CHECK(sign.find("optimizer")->ends_with("SignDescent, which does not describe itself"));
}
