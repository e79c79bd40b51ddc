// SPDX-License-Identifier: MIT
// What settings accept: every setting of every class refuses what it does not accept, by its name, and stands in docs/errors.md.
#include "messages.hpp"
#include "pages.hpp"

#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

using namespace denim;

namespace {

const double none = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

/// Numbers on both sides of each bound, and those that are none.
std::vector<double> numbers_around(const Accepted& accepted) {
    return {none, infinity, -infinity, accepted.lowest - 1, accepted.lowest, accepted.lowest + 0.5, accepted.highest, accepted.highest + 1};
}

/// Calls each(one of its settings) of a class with settings; fit checks them all.
template <class Each>
void each_class(Each each) {
    each(Adam{});
    each(AdamW{});
    each(Sgd{});
    each(RmsProp{});
    each(Lion{});
    each(SoftmaxCrossEntropy{});
    each(Focal{});
    each(BinaryCrossEntropy{});
    each(ConstantRate{});
    each(StepRate{});
    each(ExponentialRate{});
    each(CosineRate{});
    each(OneCycleRate{});
    each(PlateauRate{});
    each(Ema{});
    each(Swa{});
    each(EarlyStopping{});
    each(Augmentation{});
}

}  // namespace

TEST_CASE("an interval takes what lies in it, never what is no finite number, and says itself") {
    CHECK(at_least_0.takes(0));
    CHECK(at_least_0.takes(1e300));
    CHECK_FALSE(above_0.takes(0));
    CHECK(from_0_to_1.takes(1));
    CHECK_FALSE(from_0_below_1.takes(1));
    for (const Accepted& accepted : {at_least_0, above_0, at_least_1, from_0_to_1, from_0_below_1, above_0_below_1, Accepted{.lowest = -5}}) {
        for (const double number : {none, infinity, -infinity}) CHECK_FALSE(accepted.takes(number));
        for (const double number : numbers_around(accepted)) {
            const bool above = accepted.lowest_too ? number >= accepted.lowest : number > accepted.lowest;
            const bool below = accepted.highest_too ? number <= accepted.highest : number < accepted.highest;
            CHECK(accepted.takes(number) == (above && below && number < infinity));
        }
    }
    CHECK(at_least_0.words() == "as a finite number of at least 0");
    CHECK(above_0.words() == "as a finite number above 0");
    CHECK(from_0_below_1.words() == "from 0 to less than 1");
    CHECK(above_0_below_1.words() == "from above 0 to less than 1");
    CHECK(message_of([] { check_setting("Adam", "rate", none, at_least_0); }) ==
          "denim: Adam: rate was expected as a finite number of at least 0, but is nan");
    CHECK(message_of([] { check_setting("Focal", "gamma", -0.1f, at_least_0); }) ==
          "denim: Focal: gamma was expected as a finite number of at least 0, but is -0.1");
    CHECK(message_of([] { check_setting("fit", "epochs", std::size_t{0}, at_least_1); }) ==
          "denim: fit: epochs was expected as a finite number of at least 1, but is 0");
}

TEST_CASE("every class accepts its defaults, and each setting stands in docs/errors.md with what it accepts") {
    const std::string page = read(root / "docs/errors.md");
    std::size_t count = 0;
    each_class([&](const auto& of) {
        using Type = std::remove_cvref_t<decltype(of)>;
        CHECK(message_of([&] { check_settings_of(of); }).empty());
        of.each_setting([&](std::string_view setting, auto, const Accepted& accepted) {
            ++count;
            const std::string row = std::string{"| "} + Type::name + " | " + std::string{setting} + " | " + accepted.words() + " |";
            CHECK_MESSAGE(page.find(row) != std::string::npos, "docs/errors.md lacks: " << row);
        });
    });
    CHECK(count > 50);
}

TEST_CASE("what is type-erased still has its name and settings, and is checked") {
    const auto names_of = [](const auto& erased) {
        std::string all{erased.name()};
        erased.each_setting([&](std::string_view name, double value, const Accepted&) { all += " " + std::string{name} + "=" + shortest_text(value); });
        return all;
    };
    CHECK(names_of(Optimizer{Sgd{.rate = 0.5f, .momentum = 0.25f, .nesterov = true}}) == "Sgd rate=0.5 momentum=0.25 nesterov=1 decay=0");
    CHECK(names_of(Loss{SoftmaxCrossEntropy{.class_weights = {1, 0.5f}}}) ==
          "SoftmaxCrossEntropy label_smoothing=0 class_weights.0=1 class_weights.1=0.5");
    CHECK(names_of(Loss{MeanSquaredError{}}) == "MeanSquaredError");
    CHECK(names_of(Schedule{StepRate{.every = 3, .by = 0.5f}}) == "StepRate every=3 by=0.5 warm_up=0");
    CHECK(names_of(Averaging{Ema{.momentum = 0.5}}) == "Ema momentum=0.5");
    CHECK(names_of(Schedule{}) == "");
}
