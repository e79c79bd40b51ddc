// SPDX-License-Identifier: MIT
#include "golden.hpp"
#include "messages.hpp"

#include <denim/metric/confusion.hpp>

#include <doctest/doctest.h>

using namespace denim;

TEST_CASE("confusion, precision, recall, F1 and top-k as scikit-learn counts them") {
    const Confusion counts = confusion_matrix(golden::labels, std::span<const float>{golden::logits}, 4);
    CHECK(std::equal(counts.begin(), counts.end(), golden::confusion.begin(), golden::confusion.end()));
    CHECK(accuracy(counts) == doctest::Approx(golden::top_k[0]));
    const auto scores = class_scores(counts);
    REQUIRE(scores.size() == 4);
    for (std::size_t k = 0; k < 4; ++k) {
        CHECK(scores[k].count == golden::support[k]);
        CHECK(scores[k].precision == doctest::Approx(golden::precision[k]).epsilon(1e-12));
        CHECK(scores[k].recall == doctest::Approx(golden::recall[k]).epsilon(1e-12));
        CHECK(scores[k].f1 == doctest::Approx(golden::f1[k]).epsilon(1e-12));
        if (k > 0)
            CHECK(top_k_accuracy(golden::logits, golden::labels, 4, k) == doctest::Approx(golden::top_k[k - 1]).epsilon(1e-12));
    }
    const ClassScore mean = macro_average(scores);
    CHECK(mean.precision == doctest::Approx(golden::macro[0]).epsilon(1e-12));
    CHECK(mean.recall == doctest::Approx(golden::macro[1]).epsilon(1e-12));
    CHECK(mean.f1 == doctest::Approx(golden::macro[2]).epsilon(1e-12));
    CHECK(mean.count == 40);
}

TEST_CASE("a class that never occurs scores 0; of equal scores the first is predicted") {
    const std::vector<std::int32_t> labels{0, 0, 1}, predicted{0, 1, 1};
    const auto scores = class_scores(confusion_matrix(labels, predicted, 3));
    CHECK(scores[2].precision == 0);
    CHECK(scores[2].recall == 0);
    CHECK(scores[2].f1 == 0);
    const std::vector<float> tie{1, 1, 0};
    const std::vector<std::int32_t> second{1};
    CHECK(predicted_classes(tie, 3)[0] == 0);
    CHECK(top_k_accuracy(tie, second, 3, 1) == 0);
    CHECK(top_k_accuracy(tie, second, 3, 2) == 1);
    CHECK(accuracy(Confusion(std::array<std::size_t, 2>{2, 2}, 0)) == 0);
}

TEST_CASE("what does not fit is an error") {
    const std::vector<std::int32_t> labels{0, 3}, fine{0, 1};
    const std::vector<float> scores(6), few(5);
    CHECK(message_of([&] {
              confusion_matrix(labels, std::span<const float>{scores}, 3);
          }).find("labels from 0 to 2 were expected, but got 3") != std::string::npos);
    CHECK(message_of([&] { confusion_matrix(fine, std::span<const float>{few}, 3); }).find("but got 5 numbers") !=
          std::string::npos);
    CHECK(message_of([&] { predicted_classes(few, 3); }) ==
          "denim: metric: scores of whole pictures, each for 3 classes, at least 1, were expected, but got 5 numbers");
    CHECK(message_of([&] { predicted_classes(few, 0); }).find("each for 0 classes") != std::string::npos);
    CHECK(message_of([&] { confusion_matrix(labels, fine, 3); }).find("below 3") != std::string::npos);
    CHECK(message_of([&] { confusion_matrix(std::span{labels}.first(1), fine, 3); }).find("2 for 1") != std::string::npos);
}

TEST_CASE("a NaN among the scores is an error, wherever it stands: such a picture has no class") {
    const std::vector<std::int32_t> labels{0, 1};
    for (std::size_t place = 3; place < 6; ++place) {
        std::vector<float> scores{1, 2, 3, 4, 5, 6};
        scores[place] = not_a_number<float>();
        const auto refuses = [&](auto act) { CHECK(message_of(act).find("one of picture 1 is a NaN") != std::string::npos); };
        refuses([&] { predicted_classes(scores, 3); });
        refuses([&] { confusion_matrix(labels, std::span<const float>{scores}, 3); });
        refuses([&] { top_k_accuracy(scores, labels, 3, 2); });
    }
    const std::vector<float> infinite{-std::numeric_limits<float>::infinity(), std::numeric_limits<float>::infinity()};
    CHECK(predicted_classes(infinite, 2)[0] == 1);
    CHECK(predicted_classes(infinite, 1) == std::vector<std::int32_t>{0, 0});  // of one class there is one answer
}
