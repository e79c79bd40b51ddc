// SPDX-License-Identifier: MIT
#include "gradients.hpp"
#include "kept_threads.hpp"
#include "messages.hpp"
#include "scratch.hpp"

#include <denim/exchange.hpp>

#include <cstring>
#include <sstream>
#include <string>

using namespace denim;
using testing::check_gradients;

namespace {

using Two = Network<Image<8, 8, 1>, Sequential<Conv<3, 6>, MaxPool, Heads<Dense<3>, Sequential<Dense<8, ReLU>, Dense<2>>>>>;
static_assert(Two::heads == std::array<std::size_t, 2>{3, 2} && Two::output == Shape{1, 1, 5});
static_assert(Network<Image<8, 8, 1>, Dense<4>>::heads == std::array<std::size_t, 1>{4});

// Bright above, in the middle or below; to the left or to the right. Every fourth picture has no label for one head.
struct Set {
    Array<std::uint8_t, 4> images;
    Array<std::int32_t, 2> labels;

    explicit Set(std::size_t count, std::uint64_t seed = 1)
        : images(std::array<std::size_t, 4>{count, 8, 8, 1}), labels(std::array<std::size_t, 2>{count, 2}) {
        Random random{Seed{seed}};
        for (std::size_t n = 0; n < count; ++n) {
            const std::size_t row = n % 3, column = n / 3 % 2;
            for (std::size_t y = 0; y < 8; ++y)
                for (std::size_t x = 0; x < 8; ++x)
                    images(n, y, x, 0) =
                        static_cast<std::uint8_t>(random.below(60) + (y * 3 / 8 == row ? 80 : 0) + (x / 4 == column ? 80 : 0));
            labels(n, 0) = n % 8 == 1 ? no_label : static_cast<std::int32_t>(row);
            labels(n, 1) = n % 8 == 5 ? no_label : static_cast<std::int32_t>(column);
        }
    }
};

template <class Labels>
std::string refusal(const Set& set, const Labels& labels, const FitOptions& options = {}) {
    Two network;
    return message_of([&] { fit(network, LabelledPair{set.images, labels}, options); });
}

}  // namespace

TEST_CASE("Heads: gradients, with labels that are missing and weights that differ") {
    check_gradients<Image<5, 4, 2>, Sequential<Conv<2, 3>, Heads<Dense<3>, Sequential<Dense<4, ReLU>, Dense<2>>, Dense<5>>>>(7);
    check_gradients<Image<4, 4, 1>, Sequential<Heads<Dense<3>, Sequential<Conv<3, 2>, BatchNorm, Dense<2>>>>>(6);
    check_gradients<Image<8, 8, 3>, Sequential<Conv<3, 3>, Heads<Sequential<Dense<300, ReLU>, Dense<3>>, Dense<2>>>>(9, 997);
}

TEST_CASE("Heads: a label that is missing gives no loss and no gradient") {
    const std::size_t heads[]{3, 2};
    const float logits[]{1, 2, 3, 4, 5}, weights[]{1, 0.5f};
    const std::int32_t first[]{2, no_label}, both[]{2, 0};
    float gradient[5], alone[3];
    const double loss = SoftmaxCrossEntropy{}.sample(logits, 3, Target{2}, alone, 0.25);
    HeadLosses result = head_losses(SoftmaxCrossEntropy{}, logits, heads, Targets{first}, 0, weights, gradient, 0.25);
    CHECK(result.loss == loss);
    CHECK(result.right == 1);
    CHECK(std::equal(alone, alone + 3, gradient));
    CHECK(gradient[3] == 0);
    CHECK(gradient[4] == 0);
    result = head_losses(SoftmaxCrossEntropy{}, logits, heads, Targets{both}, 0, weights, gradient, 0.25);
    CHECK(result.loss == doctest::Approx(loss + 0.5 * std::log1p(std::exp(1.0))));
    CHECK(result.right == 0);
    CHECK(gradient[4] == doctest::Approx(0.125 / (1 + std::exp(-1.0))));
}

TEST_CASE("Heads: each has a loss of its own") {
    const std::size_t heads[]{3, 2};
    const float logits[]{1, 2, 3, 4, 5}, weights[]{1, 0.5f};
    const std::int32_t labels[]{1, 0};
    const LossOfHeads losses{SoftmaxCrossEntropy{}, {SoftmaxCrossEntropy{.label_smoothing = 0.1f}, Focal{}}};
    float gradient[5], own[5];
    const HeadLosses result = head_losses(losses, logits, heads, Targets{labels}, 0, weights, gradient, 0.25);
    const double first = SoftmaxCrossEntropy{.label_smoothing = 0.1f}.sample(logits, 3, Target{1}, own, 0.25);
    const double second = Focal{}.sample(logits + 3, 2, Target{0}, own + 3, 0.125);
    CHECK(result.loss == first + 0.5 * second);
    CHECK(std::equal(own, own + 5, gradient));

    const Set train{120};
    const auto loss_of_head = [&](const std::vector<Loss>& each) {
        Two network{Seed{1}};
        return fit(network, train, {.epochs = 3, .batch = 16, .head_losses = each}).epochs.back().train.loss;
    };
    const double plain = loss_of_head({});
    CHECK(loss_of_head({SoftmaxCrossEntropy{}, SoftmaxCrossEntropy{}}) == plain);
    CHECK(loss_of_head({SoftmaxCrossEntropy{}, Focal{}}) < plain);
    CHECK(refusal(train, train.labels, {.head_losses = {Focal{}}}) ==
          "denim: fit: the network has 2 heads, but 1 head_losses came; expected one for each, or none");
    CHECK(refusal(train, train.labels, {.head_losses = {Focal{}, MeanSquaredError{}}})
              .find("that of head 1 wants a number for each output") != std::string::npos);
}

TEST_CASE("Heads: a network learns two things at once, and tells how each head does") {
    const Set train{240}, validation{80, 2};
    Two network{Seed{1}};
    const History history =
        fit(network, train, validation, {.epochs = 15, .batch = 16, .optimizer = Adam{.rate = 5e-3f}, .head_weights = {1, 2}});
    CHECK(history.epochs.back().train.loss < 0.3 * history.epochs.front().train.loss);
    const Evaluation result = evaluate(network, validation);
    CHECK(result.accuracy > 0.95);
    CHECK(result.accuracy == history.epochs.back().validation.accuracy);
    CHECK(result.count == 80);
    REQUIRE(result.heads.size() == 2);
    CHECK(result.heads[0].count == 70);  // the others have no label
    CHECK(result.heads[0].accuracy > 0.95);
    CHECK(result.heads[1].count == 70);
    CHECK(result.heads[1].confusion.shape(0) == 2);
    std::ostringstream text;
    text << result;
    CHECK(text.str().starts_with("all heads: accuracy"));
    CHECK(text.str().find("head 1: accuracy") != std::string::npos);

    const Predictor predictor{network};
    const auto logits = predictor.predict(validation.images), probabilities = predictor.probabilities(validation.images);
    const auto classes = predictor.classes(validation.images);
    REQUIRE(classes.shape() == std::array<std::size_t, 2>{80, 2});
    CHECK(classes(4, 0) == 1);
    CHECK(classes(4, 1) == 1);
    for (std::size_t n = 0; n < 80; ++n) {
        CHECK(probabilities(n, 0) + probabilities(n, 1) + probabilities(n, 2) == doctest::Approx(1));
        CHECK(probabilities(n, 3) + probabilities(n, 4) == doctest::Approx(1));
        CHECK(classes(n, 1) == (logits(n, 4) > logits(n, 3) ? 1 : 0));
    }
    const auto one = view(validation.images.data() + 7 * 64, std::array<std::size_t, 3>{8, 8, 1});
    CHECK(network.classes(one) == Array<std::int32_t, 1>{classes(7, 0), classes(7, 1)});
    CHECK(network.summary().find("2.1.0") != std::string::npos);

    const Scratch scratch;
    save(network, scratch / "two.safetensors", {.labels = {"above", "middle", "below", "left", "right"}});
    CHECK(load<Two>(scratch / "two.safetensors").predict(validation.images) == logits);
}

TEST_CASE("Heads: the same bits for 1 and 3 threads, with augmentation too") {
    const testing::KeptThreads kept_threads;
    const Set train{70};
    set_serial_threshold(0);
    for (const float shift : {0.0f, 0.1f}) {
        std::vector<float> first;
        for (const std::size_t wanted : {1u, 3u}) {
            set_threads(wanted);
            Two network{Seed{3}};
            fit(network, train, {.epochs = 2, .batch = 32, .augmentation = {.shift = shift}, .head_weights = {1, 0.5f}});
            if (first.empty()) first.assign(network.parameters().begin(), network.parameters().end());
            CHECK(std::memcmp(first.data(), network.parameters().data(), first.size() * sizeof(float)) == 0);
        }
    }
}

TEST_CASE("Heads: labels and weights that do not fit are refused with both sides") {
    const Set set{12};
    CHECK(refusal(set, Array<int, 1>(std::array<std::size_t, 1>{12}, 0)) ==
          "denim: the network has 2 heads, so the labels of the training set were expected in the shape (N, 2), but theirs is "
          "(12,)");
    CHECK(
        refusal(set, Array<int, 2>(std::array<std::size_t, 2>{12, 3}, 0)).find("in the shape (N, 2), but theirs is (12, 3)") !=
        std::string::npos);
    CHECK(refusal(set, Array<int, 2>(std::array<std::size_t, 2>{11, 2}, 0)).find("has 12 pictures, but 11 labels") !=
          std::string::npos);
    Array<int, 2> labels(std::array<std::size_t, 2>{12, 2}, 0);
    labels(5, 1) = 2;
    CHECK(refusal(set, labels) ==
          "denim: label number 5 of the training set is 2 for head 1, but that has 2 outputs: labels go from 0 to 1, or are -1 "
          "for no label");
    labels(5, 1) = -2;
    CHECK(refusal(set, labels).find("is -2 for head 1") != std::string::npos);
    labels(5, 0) = labels(5, 1) = no_label;
    CHECK(refusal(set, labels) == "denim: picture 5 of the training set has no label for any head; expected one at least");
    CHECK(refusal(set, set.labels, {.head_weights = {1}}) ==
          "denim: fit: the network has 2 heads, but 1 head_weights came; expected one for each, or none");
    CHECK(refusal(set, set.labels, {.head_weights = {1, -1}}).find("at least 0, but one is -1") != std::string::npos);
    using One = Network<Image<8, 8, 1>, Sequential<Dense<3>>>;
    One one;
    CHECK(message_of([&] { fit(one, set, {}); }).find("expected as one array of shape (N,), but they have 2 dimensions") !=
          std::string::npos);
}
