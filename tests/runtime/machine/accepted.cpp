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

TEST_CASE("what is type-erased still has its name and settings") {
    const auto text_of = [](const auto& erased) {
        SettingsRecord settings;
        settings("it", erased);
        return settings.text();
    };
    CHECK(text_of(Optimizer{Sgd{.rate = 0.5f, .momentum = 0.25f, .nesterov = true}}) ==
          "it = Sgd\nit.rate = 0.5\nit.momentum = 0.25\nit.nesterov = true\nit.decay = 0\n");
    CHECK(text_of(Loss{SoftmaxCrossEntropy{.class_weights = {1, 0.5f}}}) ==
          "it = SoftmaxCrossEntropy\nit.label_smoothing = 0\nit.class_weights.0 = 1\nit.class_weights.1 = 0.5\n");
    CHECK(text_of(Loss{MeanSquaredError{}}) == "it = MeanSquaredError\n");
    CHECK(text_of(Schedule{StepRate{.every = 3, .by = 0.5f}}) == "it = StepRate\nit.every = 3\nit.by = 0.5\nit.warm_up = 0\n");
    CHECK(text_of(Averaging{Ema{.momentum = 0.5}}) == "it = Ema\nit.momentum = 0.5\n");
    CHECK(text_of(Schedule{}) == "it = none\n");
}
