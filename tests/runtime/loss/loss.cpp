// SPDX-License-Identifier: MIT
// Every loss: its gradient against finite differences, far logits, what it refuses; networks that learn with each, and with one
// of a user's own.
#include "kept_threads.hpp"
#include "messages.hpp"

#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

using namespace denim;

namespace {

// A user's own: the mean absolute error, smooth near zero (Huber with delta 1).
struct Huber {
    static constexpr Wants wants = Wants::numbers;

    template <class Scalar>
    double sample(const Scalar* outputs, std::size_t count, const Target& target, Scalar* gradient, double scale) const {
        double loss = 0;
        for (std::size_t k = 0; k < count; ++k) {
            const double difference = static_cast<double>(outputs[k]) - static_cast<double>(target.numbers[k]),
                         size = std::abs(difference);
            loss += size < 1 ? difference * difference / 2 : size - 0.5;
            gradient[k] = static_cast<Scalar>(scale * std::clamp(difference, -1.0, 1.0) / static_cast<double>(count));
        }
        return loss / static_cast<double>(count);
    }
};
static_assert(LossType<Huber>);

void check_gradient(const auto& loss) {
    constexpr std::size_t outputs = 5;
    Random random{Seed{7}};
    for (int trial = 0; trial < 50; ++trial) {
        std::array<double, outputs> logits{}, gradient{}, ignored{};
        std::array<float, outputs> numbers{};
        for (double& logit : logits) logit = random.uniform(-4.0, 4.0);
        for (float& number : numbers) number = static_cast<float>(random.below(2));
        const Target target =
            loss.wants == Wants::label ? Target{static_cast<std::int32_t>(random.below(outputs))} : Target{0, numbers};
        const double value = loss.sample(logits.data(), outputs, target, gradient.data(), 0.5);
        CHECK(loss.sample(logits.data(), outputs, target, ignored.data(), 1.0) == value);
        for (std::size_t k = 0; k < outputs; ++k) {
            const double kept = logits[k], step = 1e-5;
            logits[k] = kept + step;
            const double above = loss.sample(logits.data(), outputs, target, ignored.data(), 1.0);
            logits[k] = kept - step;
            const double below = loss.sample(logits.data(), outputs, target, ignored.data(), 1.0);
            logits[k] = kept;
            CHECK(std::abs(0.5 * (above - below) / (2 * step) - gradient[k]) < 1e-8);
        }
    }
    // Logits as far apart as they come: no NaN, and the right answer costs nothing.
    std::array<float, 3> far{1e4f, -1e4f, -1e4f}, gradient{};
    const std::array<float, 3> numbers{1, 0, 0};
    for (const std::int32_t label : {0, 1}) {
        const double value = loss.sample(far.data(), 3, Target{label, numbers}, gradient.data(), 1.0);
        CHECK(std::isfinite(value));
        for (const float number : gradient) CHECK(std::isfinite(number));
    }
}

// A bright spot somewhere: above or below, left or right, and where exactly.
struct Spots {
    Array<std::uint8_t, 4> images;
    Array<std::uint8_t, 2> sides;
    Array<float, 2> places;
    Array<std::int32_t, 1> quarters;

    explicit Spots(std::size_t count, std::uint64_t seed = 1)
        : images(std::array<std::size_t, 4>{count, 8, 8, 1}),
          sides(std::array<std::size_t, 2>{count, 2}),
          places(std::array<std::size_t, 2>{count, 2}),
          quarters(std::array<std::size_t, 1>{count}) {
        Random random{Seed{seed}};
        for (std::size_t n = 0; n < count; ++n) {
            const std::size_t y = random.below(7), x = random.below(7);
            for (std::size_t i = 0; i < 64; ++i) images.data()[n * 64 + i] = static_cast<std::uint8_t>(random.below(40));
            for (std::size_t i = 0; i < 4; ++i) images(n, y + i / 2, x + i % 2, 0) = 250;
            places(n, 0) = static_cast<float>(y) / 6;
            places(n, 1) = static_cast<float>(x) / 6;
            sides(n, 0) = y >= 4;
            sides(n, 1) = x >= 4;
            quarters(n) = 2 * sides(n, 0) + sides(n, 1);
        }
    }
};

template <std::size_t Outputs>
using Small = Network<Image<8, 8, 1>, Sequential<Conv<3, 8>, MaxPool, Dense<24, ReLU>, Dense<Outputs>>>;

template <std::size_t Outputs, class Labels>
double last_over_first(const Spots& set, const Labels& labels, const Loss& loss, const Augmentation& change = {}) {
    Small<Outputs> network{Seed{1}};
    const LabelledPair pair{set.images, labels};
    const History history =
        fit(network, pair, pair,
            {.epochs = 12, .batch = 16, .optimizer = Adam{.rate = 5e-3f}, .loss = loss, .augmentation = change});
    const Score score = evaluate(network, pair, loss);
    CHECK(score.loss == history.epochs.back().validation.loss);
    if (loss.wants() == Wants::label) CHECK(score.accuracy > 0.9);
    return history.epochs.back().train.loss / history.epochs.front().train.loss;
}

}  // namespace

TEST_CASE("gradients are those of finite differences") {
    check_gradient(SoftmaxCrossEntropy{});
    check_gradient(SoftmaxCrossEntropy{.label_smoothing = 0.2f, .class_weights = {1, 2, 0.25f, 0, 3}});
    check_gradient(BinaryCrossEntropy{});
    check_gradient(BinaryCrossEntropy{.label_smoothing = 0.2f});
    for (const float gamma : {0.0f, 0.5f, 1.0f, 2.0f}) check_gradient(Focal{.gamma = gamma});
    check_gradient(MeanSquaredError{});
    check_gradient(Huber{});
}

namespace {

struct NoAccuracy {
    static constexpr Wants wants = Wants::label;
    template <class Scalar>
    double sample(const Scalar*, std::size_t outputs, const Target&, Scalar* gradient, double) const {
        std::fill_n(gradient, outputs, Scalar{0});
        return 0;
    }
};

}  // namespace

TEST_CASE("smoothed targets of sigmoids by hand") {
    // Targets 1 and 0 become 0.9 and 0.1; the loss of a logit z and a target t is log(1 + e^z) - t z.
    const std::array<double, 2> logits{2, -1};
    const std::array<float, 2> numbers{1, 0};
    std::array<double, 2> gradient{};
    const double loss = BinaryCrossEntropy{.label_smoothing = 0.2f}.sample(logits.data(), 2, Target{.numbers = numbers}, gradient.data(), 3);
    CHECK(loss == doctest::Approx((std::log1p(std::exp(2.0)) - 0.9 * 2 + std::log1p(std::exp(-1.0)) + 0.1) / 2).epsilon(1e-6));
    CHECK(gradient[0] == doctest::Approx(3 * (1 / (1 + std::exp(-2.0)) - 0.9) / 2).epsilon(1e-6));
    CHECK(gradient[1] == doctest::Approx(3 * (1 / (1 + std::exp(1.0)) - 0.1) / 2).epsilon(1e-6));
}

TEST_CASE("what counts as right") {
    const std::array<float, 3> logits{1, -2, 3}, targets{1, 1, 1};
    CHECK(SoftmaxCrossEntropy{}.right(logits.data(), 3, Target{2}) == 1);
    CHECK(Focal{}.right(logits.data(), 3, Target{0}) == 0);
    CHECK(BinaryCrossEntropy{}.right(logits.data(), 3, Target{0, targets}) == doctest::Approx(2.0 / 3));
    const std::array<float, 1> undecided{0}, half{0.5f}, more{0.75f};  // a half is not more than a half, on either side
    CHECK(BinaryCrossEntropy{}.right(undecided.data(), 1, Target{0, half}) == 1);
    CHECK(BinaryCrossEntropy{}.right(undecided.data(), 1, Target{0, more}) == 0);
    CHECK(std::isnan(Loss{MeanSquaredError{}}.right(logits.data(), 3, Target{0, targets})));
    // A NaN is right nowhere, wherever it stands, and its loss and gradients are NaN.
    for (std::size_t place = 0; place < 3; ++place) {
        std::array<float, 3> wrong = logits, gradient{};
        wrong[place] = not_a_number<float>();
        const auto is_none = [&](auto loss) {
            const bool none = is_nan(loss.sample(wrong.data(), 3, Target{0, targets}, gradient.data(), 1.0));
            return none && is_nan(gradient[place]);
        };
        CHECK(is_none(SoftmaxCrossEntropy{}));
        CHECK(is_none(SoftmaxCrossEntropy{.label_smoothing = 0.1f, .class_weights = {0, 1, 1}}));
        CHECK(is_none(Focal{}));
        CHECK(is_none(BinaryCrossEntropy{}));
        CHECK(is_none(MeanSquaredError{}));
        for (const std::int32_t label : {0, 1, 2}) CHECK(SoftmaxCrossEntropy{}.right(wrong.data(), 3, Target{label}) == 0);
        const std::array<float, 3> none{0, 0, 0};
        CHECK(BinaryCrossEntropy{}.right(wrong.data(), 3, Target{0, none}) == doctest::Approx((place == 1 ? 0 : 1) / 3.0));
    }
    // A head whose loss has no accuracy leaves none, whichever it is.
    for (const bool first : {false, true}) {
        LossOfHeads losses{SoftmaxCrossEntropy{}, {SoftmaxCrossEntropy{}, SoftmaxCrossEntropy{}}};
        losses.each[first ? 0 : 1] = NoAccuracy{};
        const std::array<float, 4> heads{1, 2, 1, 2};
        const std::array<std::int32_t, 2> labels{0, 0};
        const std::array<std::size_t, 2> widths{2, 2};
        std::array<float, 4> gradient;
        CHECK(is_nan(head_losses(losses, heads.data(), widths, Targets{labels}, 0, {}, gradient.data(), 1.0).right));
    }
    CHECK(Focal{.alpha = 1, .gamma = 0}.sample(logits.data(), 3, Target{1}, std::array<float, 3>{}.data(), 1.0) ==
          doctest::Approx(SoftmaxCrossEntropy{}.sample(logits.data(), 3, Target{1}, std::array<float, 3>{}.data(), 1.0)));
}

TEST_CASE("networks learn with each loss, and with one of a user's own") {
    const Spots set{200};
    CHECK(last_over_first<4>(set, set.quarters,
                             SoftmaxCrossEntropy{.label_smoothing = 0.05f, .class_weights = {1, 2, 1, 0.5f}}) < 0.6);
    CHECK(last_over_first<4>(set, set.quarters, Focal{}) < 0.4);
    CHECK(last_over_first<2>(set, set.sides, BinaryCrossEntropy{}) < 0.4);
    CHECK(last_over_first<2>(set, set.places, MeanSquaredError{}) < 0.2);
    CHECK(last_over_first<2>(set, set.places, Huber{}) < 0.2);
    CHECK(last_over_first<2>(set, set.places, MeanSquaredError{}, {.brightness = 0.05f}) <
          0.3);  // targets go with their pictures
}

TEST_CASE("numbers as targets give the same bits for any number of threads, with augmentation too") {
    const testing::KeptThreads kept_threads;
    const Spots set{70};
    set_serial_threshold(0);
    for (const float shift : {0.0f, 0.1f}) {
        std::vector<float> first;
        for (const std::size_t wanted : {1u, 3u}) {
            set_threads(wanted);
            Small<2> network{Seed{3}};
            fit(network, set.images, set.sides,
                {.epochs = 2, .batch = 32, .loss = BinaryCrossEntropy{}, .augmentation = {.shift = shift}});
            if (first.empty()) first.assign(network.parameters().begin(), network.parameters().end());
            CHECK(std::memcmp(first.data(), network.parameters().data(), first.size() * sizeof(float)) == 0);
        }
    }
}

TEST_CASE("targets and settings that do not fit are refused with both sides") {
    const Spots set{12};
    const auto refusal = [&](const auto& labels, const Loss& loss) {
        Small<2> network;
        return message_of([&] { fit(network, set.images, labels, {.loss = loss}); });
    };
    const auto has = [](const std::string& message, const std::string& part) {
        INFO(message);
        CHECK(message.find(part) != std::string::npos);
    };
    has(refusal(set.places, SoftmaxCrossEntropy{}),
        "the loss wants labels, whole numbers from 0, but the labels of the training set are fractions");
    has(refusal(set.quarters, MeanSquaredError{}),
        "in the shape (12, 2), a number for each output of each picture, but theirs is (12,)");
    Array<float, 2> wrong = set.places;
    wrong(7, 1) = 1.5f;
    has(refusal(wrong, BinaryCrossEntropy{}),
        "number 1 of picture 7 of the training set is 1.5, which the loss does not accept");
    wrong(7, 1) = std::numeric_limits<float>::quiet_NaN();
    has(refusal(wrong, MeanSquaredError{}), "number 1 of picture 7 of the training set is nan");
    Array<int, 1> labels(std::array<std::size_t, 1>{12}, 1);
    has(refusal(labels, SoftmaxCrossEntropy{.class_weights = {1, 2, 3}}),
        "the network has 2 outputs, but 3 class_weights came");
    has(refusal(labels, SoftmaxCrossEntropy{.class_weights = {1, -2}}), "at least 0, but one is -2");
    has(refusal(labels, SoftmaxCrossEntropy{.label_smoothing = 2}), "from 0 to 1, but is 2");
    CHECK(message_of([] { BinaryCrossEntropy{.label_smoothing = -0.5f}.check(3); }).find("from 0 to 1, but is -0.5") !=
          std::string::npos);
    Network<Image<8, 8, 1>, Sequential<Heads<Dense<2>, Dense<3>>>> heads;
    has(message_of([&] { fit(heads, set.images, set.places, {.loss = MeanSquaredError{}}); }), "the network has 2 heads");
}
