// SPDX-License-Identifier: MIT
// Networks whose input is a vector or a sequence, from arrays to answers and files.
#include "messages.hpp"
#include "scratch.hpp"
#include "views.hpp"

#include <denim/denim.hpp>
#include <denim/exchange.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>

using namespace denim;

namespace {

using Net = Network<Input<4>, Sequential<Dense<16, Tanh>, BatchNorm, Dense<3>>>;
using Line = Network<Input<4>, Sequential<Dense<2>>>;
using Wave = Network<Image<1, 24, 1>, Sequential<Conv<Window<1, 5>, 8>, Pool<Max, Window<1, 2>>, Conv<Window<1, 3>, 8>, GlobalPool<Average>, Dense<2>>>;

// Vectors of three classes: which of the first three numbers is largest. The fourth is noise.
struct Table {
    Array<float, 2> images;
    Array<std::int32_t, 1> labels;

    explicit Table(std::size_t count, std::uint64_t seed = 1) : images(std::array<std::size_t, 2>{count, 4}), labels(std::array{count}) {
        Random random{Seed{seed}};
        for (std::size_t n = 0; n < count; ++n) {
            for (std::size_t k = 0; k < 4; ++k) images(n, k) = static_cast<float>(random.uniform(-1, 1));
            const float* const row = &images(n, 0);
            labels(n) = static_cast<std::int32_t>(std::max_element(row, row + 3) - row);
        }
    }
};

std::string refusal(const auto& network, const auto& array) {
    return message_of([&] { static_cast<void>(network.predict(array)); });
}
template <std::size_t Rank>
Array<float, Rank> of(std::array<std::size_t, Rank> extents) {
    return Array<float, Rank>(extents, 0.5f);
}

}  // namespace

TEST_CASE("vectors come as (N, C), or (C) for one; arrays of pictures of one pixel are the same") {
    const Net network{Seed{1}};
    const Table set{5};
    const auto all = network.predict(set.images);
    REQUIRE(all.shape() == std::array<std::size_t, 2>{5, 3});
    for (std::size_t n = 0; n < 5; ++n) {
        const Array<float, 1> one = xt::view(set.images, n);
        const auto alone = network.predict(one);
        REQUIRE(alone.shape() == std::array<std::size_t, 1>{3});
        CHECK(alone == xt::view(all, n));
        CHECK(network.classes(one) == xt::view(network.classes(set.images), n));
        CHECK(network.probabilities(one) == xt::view(network.probabilities(set.images), n));
    }
    CHECK(network.predict(view(set.images.data(), std::array<std::size_t, 4>{5, 1, 1, 4})) == all);
    CHECK(Network<Image<1, 1, 4>, Net::Layers>{Seed{1}}.predict(set.images) == all);
    const Array<float, 2> wide = xt::concatenate(xt::xtuple(set.images, set.images), 1);
    CHECK(network.predict(xt::view(wide, xt::all(), xt::range(4, 8))) == all);  // rows that do not follow each other
    const xt::xarray<float> dynamic = set.images;
    CHECK(network.predict(dynamic) == all);
    const Array<std::uint8_t, 2> bytes{{0, 51, 102, 255}};
    Array<float, 2> floats(std::array<std::size_t, 2>{1, 4});
    std::ranges::transform(bytes, floats.begin(), [](std::uint8_t byte) { return static_cast<float>(byte) * (1.0f / 255); });
    CHECK(network.predict(bytes) == network.predict(floats));
}

TEST_CASE("an array of another rank or extent is refused with what was expected and what came") {
    const Net network;
    const std::string expected = "denim: the network takes vectors of shape (N, 4) or one of (4,), but got an array of shape ";
    CHECK(refusal(network, of<2>({5, 3})) == expected + "(5, 3)");
    CHECK(refusal(network, of<2>({4, 5})) == expected + "(4, 5)");
    CHECK(refusal(network, of<1>({5})) == expected + "(5,)");
    CHECK(refusal(network, of<3>({2, 2, 4})) == expected + "(2, 2, 4)");
    CHECK(refusal(network, of<4>({2, 2, 1, 4})) == expected + "(2, 2, 1, 4)");
    const std::string sequences = "denim: the network takes pictures of shape (N, 1, 24, 1) or one of (1, 24, 1), but got an array of shape ";
    CHECK(refusal(Wave{}, of<2>({5, 24})) == sequences + "(5, 24)");
    CHECK(refusal(Wave{}, of<1>({24})) == sequences + "(24,)");
    CHECK(refusal(Wave{}, of<3>({5, 24, 1})) == sequences + "(5, 24, 1)");
}

TEST_CASE("fit, evaluate and a validation set of vectors; augmentation is of pictures") {
    const Table train{300}, test{100, 2};
    Net network{Seed{5}};
    const FitOptions options{.epochs = 30, .batch = 20, .optimizer = Adam{.rate = 0.01f}};
    const History history = fit(network, train, test, options);
    CHECK(history.epochs.back().train.loss < history.epochs.front().train.loss / 2);
    const Evaluation result = evaluate(network, test);
    CHECK(result.count == 100);
    CHECK(result.accuracy > 0.9);
    CHECK(evaluate(network, test.images, test.labels).loss == result.loss);
    const auto refused = [&](const auto& images) {
        return message_of([&] {
            FitOptions changed = options;
            changed.augmentation = {.flip = true};
            fit(network, images, train.labels, changed);
        });
    };
    const std::string vectors = "denim: Augmentation: it changes pictures, but these are vectors of 4 numbers";
    CHECK(refused(train.images) == vectors);
    CHECK(refused(Array<std::uint8_t, 2>(std::array<std::size_t, 2>{300, 4})) == vectors);
    const std::string three = "denim: the network takes vectors of shape (N, 4) or one of (4,), but got an array of shape (300, 3)";
    CHECK(message_of([&] { fit(network, of<2>({300, 3}), train.labels, options); }) == three);
    CHECK(message_of([&] { evaluate(network, of<2>({300, 3}), train.labels); }) == three);
}

TEST_CASE("a network of several targets learns them all, and is scored by each") {
    const Table train{200}, test{50, 2};
    const auto targets_of = [](const Table& set) {
        Array<float, 2> targets(std::array<std::size_t, 2>{set.labels.size(), 2});
        for (std::size_t n = 0; n < set.labels.size(); ++n) {
            targets(n, 0) = 2 * set.images(n, 0) - set.images(n, 1) + 0.5f;
            targets(n, 1) = 30 * set.images(n, 3) - 7;
        }
        return targets;
    };
    Line network{Seed{2}};
    const FitOptions options{.epochs = 40, .batch = 10, .optimizer = Sgd{.rate = 0.1f}, .loss = MeanSquaredError{}};
    const auto targets = targets_of(train), test_targets = targets_of(test);
    fit(network, train.images, targets, options);
    const auto scores = evaluate_targets(network, test.images, test_targets);
    REQUIRE(scores.size() == 2);
    for (const TargetScore& score : scores) {
        CHECK(score.count == 50);
        CHECK(score.root_mean_squared_error < 1e-3);
        CHECK(score.r2 == doctest::Approx(1).epsilon(1e-4));
    }
    const double mean = (scores[0].mean_squared_error + scores[1].mean_squared_error) / 2;
    CHECK(evaluate(network, LabelledPair{test.images, test_targets}, MeanSquaredError{}).loss == doctest::Approx(mean));
    CHECK(message_of([&] { fit(network, train.images, xt::view(targets, xt::all(), 0), options); }) ==
          "denim: the loss wants labels of the training set in the shape (200, 2), a number for each output of each picture, but theirs is (200,)");
    CHECK(message_of([&] { evaluate_targets(network, test.images, targets); }).find("labels of the test set in the shape (50, 2)") != std::string::npos);
    CHECK(message_of([&] { static_cast<void>(network.probabilities(test.images)); }).find("no probabilities") != std::string::npos);
}

TEST_CASE("scores of one target are those of the others beside it; a constant target has no R2") {
    const std::vector<float> outputs{1, 10, 2, 30, 3, 20}, targets{2, 10, 2, 10, 5, 10};
    const auto scores = target_scores<float>(outputs, targets, 2);
    REQUIRE(scores.size() == 2);
    CHECK(scores[0].mean_squared_error == doctest::Approx((1.0 + 0 + 4) / 3));
    CHECK(scores[0].mean_absolute_error == doctest::Approx(1));
    CHECK(scores[0].r2 == doctest::Approx(1 - 5.0 / 6));
    CHECK(scores[1].root_mean_squared_error == doctest::Approx(std::sqrt(500.0 / 3)));
    CHECK(is_nan(scores[1].r2));
    std::ostringstream text;
    text << scores;
    CHECK(text.str() ==
          "target  samples  root mean square  mean absolute      R2\n"
          "     0        3           1.29099              1  0.1667\n"
          "     1        3           12.9099             10     nan\n");
    const std::vector<float> with_nan{1, not_a_number<float>(), 2, 0, 3, 0};
    CHECK(is_nan(target_scores<float>(with_nan, targets, 2)[1].mean_squared_error));
    CHECK(!is_nan(target_scores<float>(with_nan, targets, 2)[0].mean_squared_error));
    for (const std::size_t count : {0u, 4u}) CHECK_THROWS_AS(target_scores<float>(outputs, targets, count), std::invalid_argument);
    CHECK_THROWS_AS(target_scores<float>(outputs, std::span{targets}.first(4), 2), std::invalid_argument);
}

TEST_CASE("a sequence of pulses learns where they stand") {
    Array<float, 4> waves(std::array<std::size_t, 4>{120, 1, 24, 1});
    Array<std::int32_t, 1> labels(std::array<std::size_t, 1>{120});
    Random random{Seed{9}};
    for (std::size_t n = 0; n < 120; ++n) {  // one pulse upwards and then one down, or the other way round
        labels(n) = static_cast<std::int32_t>(n % 2);
        for (std::size_t x = 0; x < 24; ++x) waves(n, 0, x, 0) = static_cast<float>(random.uniform(-0.1, 0.1));
        const std::size_t at = 2 + random.below(18);
        waves(n, 0, at, 0) += n % 2 ? 1.0f : -1.0f;
        waves(n, 0, at + 2, 0) -= n % 2 ? 1.0f : -1.0f;
    }
    Wave network{Seed{4}};
    fit(network, waves, labels, {.epochs = 40, .batch = 12, .optimizer = Adam{.rate = 0.01f}});
    CHECK(evaluate(network, waves, labels).accuracy > 0.95);
}

TEST_CASE("summary, weight files and graphs say what enters") {
    const Scratch scratch;
    const Net network{Seed{1}};
    CHECK(network.summary().find("Input") != std::string::npos);
    CHECK(network.summary().find("Image") == std::string::npos);
    CHECK(Wave{}.summary().find("Image") != std::string::npos);
    CHECK(detail::architecture_of<Net>() == "Input<4>, Sequential<Dense<16, Tanh>, BatchNorm, Dense<3>>");
    save(network, scratch / "net.safetensors");
    const Net loaded = load<Net>(scratch / "net.safetensors");
    const Table set{7};
    CHECK(loaded.predict(set.images) == network.predict(set.images));
    using Other = Network<Input<5>, Net::Layers>;
    CHECK(message_of([&] { load<Other>(scratch / "net.safetensors"); }).find("Input<4>") != std::string::npos);
    Other other;

    export_onnx(network, scratch / "net.onnx");
    const OnnxModel model = read_onnx(scratch / "net.onnx");
    CHECK(model.inputs[0].name == "features");
    CHECK(model.inputs[0].shape == std::vector<std::size_t>{0, 4});
    CHECK(std::ranges::none_of(model.nodes, [](const OnnxNode& node) { return node.type == "Transpose" || node.type == "Flatten"; }));
    Net read{Seed{2}};
    import_onnx(read, scratch / "net.onnx");
    CHECK(read.predict(set.images) == network.predict(set.images));
    CHECK(onnx_model(network, {.bytes = true}).inputs[0].type == ElementType::uint8);
    CHECK(message_of([&] { import_onnx(other, scratch / "net.onnx"); }) != "");
}
