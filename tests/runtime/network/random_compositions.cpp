// SPDX-License-Identifier: MIT
// Fifty networks that nobody thought of: layers, options and shapes are drawn by the compiler. Each is trained on one batch and answers,
// by the fast kernels and by the plain twins in double precision, whether these store in double or in float; and what stood in the memory before
// changes no bit.
#include "gradients.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

using namespace denim;

namespace {

// Numbers without order from a seed and a place; "Fast splittable pseudorandom number generators", Steele, Lea, Flood, 2014.
constexpr std::uint64_t scrambled(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}
constexpr std::size_t draw(std::uint64_t seed, std::uint64_t place, std::size_t below) { return scrambled(scrambled(seed) + place) % below; }

template <class Spec, Shape Out>
struct Drawn {
    using Layer = Spec;
    static constexpr Shape shape = Out;
};

template <std::uint64_t Seed>
constexpr auto drawn_function() {
    constexpr std::size_t which = draw(Seed, 11, 6);
    if constexpr (which == 0) return Linear{};
    else if constexpr (which == 1) return Tanh{};
    else if constexpr (which == 2) return SiLU{};
    else if constexpr (which == 3) return Sigmoid{};
    else return ReLU{};
}

// A layer that takes pictures of a shape.
template <std::uint64_t Seed, Shape In>
constexpr auto drawn_layer() {
    constexpr std::size_t h = In.height, w = In.width, c = In.channels, filters = 1 + draw(Seed, 1, 20), which = draw(Seed, 2, 17);
    constexpr std::size_t windows[] = {1, 2, 3, 5}, window = windows[draw(Seed, 3, 4)], stride = 1 + draw(Seed, 4, 3) / 2;
    constexpr Shape halved{(h + 1) / 2, (w + 1) / 2, c};
    using Function = decltype(drawn_function<Seed>());
    constexpr auto same = []<class Spec>(Spec) { return Drawn<Spec, Shape{h, w, c}>{}; };
    if constexpr (which <= 1)
        return Drawn<Conv<window, filters, Same, Stride<stride>, Function>, Shape{(h + stride - 1) / stride, (w + stride - 1) / stride, filters}>{};
    else if constexpr (which == 2 && h >= window && w >= window)
        return Drawn<Conv<window, filters>, Shape{h - window + 1, w - window + 1, filters}>{};
    else if constexpr (which == 3)
        return Drawn<Conv<3, filters, Same, Linear, Dilation<2>, NoBias>, Shape{h, w, filters}>{};
    else if constexpr (which == 4 && c % 2 == 0)
        return Drawn<Conv<3, 2 * filters, Same, Groups<2>, Function>, Shape{h, w, 2 * filters}>{};
    else if constexpr (which <= 5)
        return same(DepthwiseConv<3, Same, Function>{});
    else if constexpr (which == 6 && h >= 2 && w >= 2)
        return Drawn<MaxPool, Shape{h / 2, w / 2, c}>{};
    else if constexpr (which == 7)
        return Drawn<Pool<Average, 3, Same, Stride<2>>, halved>{};
    else if constexpr (which == 8)
        return same(Pool<Max, 3, Same, Stride<1>>{});
    else if constexpr (which <= 10)
        return same(BatchNorm{});
    else if constexpr (which == 11)
        return same(LayerNorm{});
    else if constexpr (which == 12)
        return same(Activation<Function>{});
    else if constexpr (which == 13)
        return same(Dropout{});
    else if constexpr (which == 14)
        return same(Residual<Conv<3, c, Same, Function>, BatchNorm>{});
    else if constexpr (which == 15)
        return same(Gate<Conv<1, c, Sigmoid>>{});
    else
        return Drawn<Parallel<Conv<1, filters>, Conv<3, 3, Same, Function>>, Shape{h, w, filters + 3}>{};
}

template <std::uint64_t Seed, Shape In, std::size_t More, class... Layers>
constexpr auto drawn_body() {
    constexpr std::uint64_t here = scrambled(Seed + More);
    if constexpr (More > 0) {
        using Next = decltype(drawn_layer<here, In>());
        return drawn_body<Seed, Next::shape, More - 1, Layers..., typename Next::Layer>();
    } else if constexpr (draw(here, 5, 3) == 0) {
        return Sequential<Layers..., GlobalPool<Average>, Dense<3>>{};
    } else {
        return Sequential<Layers..., Dense<2 + draw(here, 6, 20)>>{};
    }
}

template <std::uint64_t Seed>
using InputOf = Image<3 + draw(Seed, 7, 12), 3 + draw(Seed, 8, 12), 1 + draw(Seed, 9, 5)>;
template <std::uint64_t Seed>
using BodyOf = decltype(drawn_body<Seed, InputOf<Seed>::shape, 2 + draw(Seed, 10, 4)>());

struct Answers {
    double loss = 0;
    std::vector<double> gradients, logits;
};

template <class Stored, class Computed>
StepResult step(testing::SideTrainer<Stored, Computed>& trainer, const testing::Problem& problem, std::span<const Stored> parameters) {
    return trainer.step(parameters, {problem.pictures(), problem.labels, problem.order, Seed{3}, 2, problem.weights});
}
template <class Stored, class Computed>
Answers answers_of(const testing::Side<Stored, Computed>& side, const testing::Problem& problem) {
    testing::SideTrainer trainer{side, problem.order.size()};
    const double loss = step<Stored>(trainer, problem, side.parameters).loss;
    const std::vector<Stored> logits = side.predict(problem.pictures());
    return {loss, {trainer.gradients().begin(), trainer.gradients().end()}, {logits.begin(), logits.end()}};
}

void check_close(const std::vector<double>& got, const std::vector<double>& expected, double share, const char* what) {
    REQUIRE(got.size() == expected.size());
    double worst = 0, largest = 0;
    for (std::size_t n = 0; n < got.size(); ++n) {
        largest = std::max(largest, std::abs(expected[n]));
        worst = std::isnan(got[n]) ? 1e9 : std::max(worst, std::abs(got[n] - expected[n]));
    }
    INFO(what << ": largest difference " << worst << " in numbers of up to " << largest);
    CHECK(worst <= share * (0.1 + largest));
}

// The same from a trainer and a predictor whose places, scratch and records hold NaN and infinities of a step that failed.
void check_after_a_failed_step(const testing::Side<float>& side, const testing::Problem& problem, const Answers& expected) {
    testing::SideTrainer trainer{side, problem.order.size()};
    const std::vector<float> broken(side.parameters.size(), std::numeric_limits<float>::quiet_NaN());
    CHECK_THROWS_AS(step<float>(trainer, problem, broken), LossNotFinite);
    CHECK(step<float>(trainer, problem, side.parameters).loss == expected.loss);
    CHECK(std::ranges::equal(trainer.gradients(), expected.gradients));
    BatchPredictor<float> predictor{*side.answers};
    predictor.take(side.parameters.data(), side.settings);
    testing::Problem huge = problem;
    huge.images *= 3e38f;
    std::vector<float> logits(expected.logits.size());
    predictor.predict(huge.pictures(), logits.data());
    predictor.predict(problem.pictures(), logits.data());
    CHECK(std::ranges::equal(logits, expected.logits));
}

void check(testing::Side<double> exact, testing::Side<float, double> stored, testing::Side<float> quick, const testing::Problem& problem,
           const std::string& written) {
    INFO(written << ", " << problem.order.size() << " pictures");
    quick.parameters.assign(exact.parameters.begin(), exact.parameters.end());
    stored.parameters = quick.parameters;
    exact.parameters.assign(quick.parameters.begin(), quick.parameters.end());  // which float holds
    const Answers expected = answers_of(exact, problem), got = answers_of(quick, problem), rounded = answers_of(stored, problem);
    CHECK(std::abs(got.loss - expected.loss) <= 1e-5 * (1 + expected.loss));
    check_close(got.gradients, expected.gradients, 1e-4, "gradients");
    check_close(got.logits, expected.logits, 1e-4, "logits");
    CHECK(std::abs(rounded.loss - expected.loss) <= 0x1p-19 * (1 + expected.loss));
    check_close(rounded.gradients, expected.gradients, 0x1p-19, "gradients, stored in float");
    check_close(rounded.logits, expected.logits, 0x1p-22, "logits, stored in float");
    check_after_a_failed_step(quick, problem, got);
}

template <std::uint64_t Seed>
void check() {
    Network<InputOf<Seed>, BodyOf<Seed>, Plain<double>> exact{denim::Seed{Seed + 1}};
    testing::scatter(exact);
    check(testing::side_of<true>(exact), testing::side_of<true>(Network<InputOf<Seed>, BodyOf<Seed>, Plain<double, float>>{}),
          testing::side_of<true>(Network<InputOf<Seed>, BodyOf<Seed>>{}), testing::Problem{InputOf<Seed>::shape, 2 + draw(Seed, 12, 9), exact.heads},
          detail::spelling<Network<InputOf<Seed>, BodyOf<Seed>>>());
}

}  // namespace

#ifndef DENIM_FIRST_COMPOSITION
#define DENIM_FIRST_COMPOSITION 0
#endif

TEST_CASE("networks drawn at random: fast and plain agree") {
    []<std::uint64_t... Seeds>(std::integer_sequence<std::uint64_t, Seeds...>) {
        (check<DENIM_FIRST_COMPOSITION + Seeds>(), ...);
    }(std::make_integer_sequence<std::uint64_t, 50>{});
}
