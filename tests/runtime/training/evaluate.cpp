// SPDX-License-Identifier: MIT
// What evaluate says of known logits, counted and added by hand: one head, several, pictures without a label or a class.
#include <denim/layer/dense.hpp>
#include <denim/layer/heads.hpp>
#include <denim/network/network.hpp>
#include <denim/training/evaluate.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <sstream>
#include <vector>

using namespace denim;

namespace {

// -log of the softmax of `label`.
double cross_entropy(std::vector<double> logits, std::size_t label) {
    double sum = 0;
    for (const double logit : logits) sum += std::exp(logit);
    return std::log(sum) - logits[label];
}

template <class Type>
std::string text_of(const Type& value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

}  // namespace

TEST_CASE("a head by hand: counts, confusion, mean loss") {
    const HeadSlice<float> slice{{3, 1, 0, /**/ 0, 2, 1, /**/ 1, 0, 2, /**/ 5, 4, 0, /**/ 0, 1, 0}, {0, 1, 2, 1, 0}};
    const HeadEvaluation result = detail::evaluate_head(slice, 3);
    CHECK(result.count == 5);
    CHECK(result.correct == 3);
    CHECK(result.accuracy == doctest::Approx(0.6));
    const double loss = cross_entropy({3, 1, 0}, 0) + cross_entropy({0, 2, 1}, 1) + cross_entropy({1, 0, 2}, 2) + cross_entropy({5, 4, 0}, 1) +
                        cross_entropy({0, 1, 0}, 0);
    CHECK(result.loss == doctest::Approx(loss / 5));
    const std::vector<std::size_t> expected{1, 1, 0, /**/ 1, 1, 0, /**/ 0, 0, 1};
    CHECK(std::equal(result.confusion.begin(), result.confusion.end(), expected.begin(), expected.end()));
    CHECK(text_of(result).starts_with("accuracy 0.6 (3 of 5), loss "));
    CHECK(text_of(result).find("class  pictures  precision  recall     F1\n    0         2     0.5000  0.5000  0.5000\n") != std::string::npos);
    const HeadEvaluation nothing = detail::evaluate_head(HeadSlice<float>{}, 3);
    CHECK(nothing.count == 0);
    CHECK(nothing.loss == 0);
}

TEST_CASE("classes are printed by the names that the set has for all of them") {
    struct Named {
        Array<float, 2> images{{1, 0}, {0, 1}, {0, 1}};
        Array<int, 1> labels{0, 1, 0};
        std::vector<std::string> class_names;
    };
    Network<Input<2>, Sequential<Dense<2>>> network;
    network.edit_parameters([](std::span<float> numbers) { std::ranges::copy(std::vector<float>{2, 0, 0, 2, 0, 0}, numbers.begin()); });
    const auto table = [&](std::vector<std::string> names) {
        const std::string text = text_of(evaluate(network, Named{.class_names = std::move(names)}));
        return text.substr(text.find('\n') + 1);
    };
    CHECK(table({"Röcke und Hosen", "b"}) ==
          "class            pictures  precision  recall     F1\n"
          "Röcke und Hosen         2     1.0000  0.5000  0.6667\n"
          "b                       1     0.5000  1.0000  0.6667\n");
    const std::string numbers =
        "class  pictures  precision  recall     F1\n"
        "    0         2     1.0000  0.5000  0.6667\n"
        "    1         1     0.5000  1.0000  0.6667\n";
    CHECK(table({}) == numbers);
    CHECK(table({"a", "b", "and one more"}) == numbers);
}

TEST_CASE("a score prints what it has") {
    CHECK(text_of(Score{.loss = 0.25, .accuracy = 0.9375}) == "accuracy 0.9375, loss 0.25");
    CHECK(text_of(Score{.loss = 3}) == "loss 3");
    CHECK(text_of(Score{.loss = not_a_number<double>(), .accuracy = 0.5}) == "accuracy 0.5, loss nan");
}

TEST_CASE("a picture whose logits hold a NaN has no class") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const HeadEvaluation result = detail::evaluate_head(HeadSlice<float>{{3, 1, nan, 2}, {0, 1}}, 2);
    CHECK(result.count == 2);
    CHECK(result.correct == 1);
    CHECK(result.confusion(0, 0) == 1);
    CHECK(result.confusion(1, 0) + result.confusion(1, 1) == 0);
    CHECK(std::isnan(result.loss));
}

TEST_CASE("scores are means over the pictures of the sums over their heads") {
    const std::vector<std::size_t> heads{2, 3};
    const std::vector<double> logits{2, 0, 1, 3, 0, /**/ 0, 1, 0, 0, 4, /**/ 1, 0, 5, 0, 0};
    const std::vector<std::int32_t> labels{0, 1, /**/ 0, 2, /**/ no_label, 0};
    const Score result = score<SoftmaxCrossEntropy, double>({}, logits, {labels}, heads);
    const double first = cross_entropy({2, 0}, 0) + cross_entropy({0, 1}, 0),
                 second = cross_entropy({1, 3, 0}, 1) + cross_entropy({0, 0, 4}, 2) + cross_entropy({5, 0, 0}, 0);
    CHECK(result.loss == doctest::Approx((first + second) / 3));
    CHECK(result.accuracy == doctest::Approx(2.0 / 3));  // the second picture's first head is wrong
    const std::vector<float> weights{2, 0.5f};
    CHECK(score<SoftmaxCrossEntropy, double>({}, logits, {labels}, heads, weights).loss == doctest::Approx((2 * first + 0.5 * second) / 3));
}

TEST_CASE("a network of two heads: each by itself, and both together") {
    using Two = Network<Image<1, 1, 2>, Sequential<Heads<Dense<2>, Dense<3>>>>;
    const Two network{Seed{3}};
    const Array<float, 4> images{{{{0.25f, 1.0f}}}, {{{-1.0f, 0.5f}}}, {{{2.0f, -1.0f}}}, {{{0.0f, 0.75f}}}};
    const Array<int, 2> labels{{0, 2}, {1, no_label}, {1, 0}, {0, 1}};
    const Evaluation result = evaluate(network, images, labels);
    const auto logits = network.predict(images);
    double loss = 0;
    std::size_t right[3] = {};
    for (std::size_t n = 0; n < 4; ++n) {
        const auto at = [&](std::size_t k) { return static_cast<double>(logits(n, k)); };
        const auto first = static_cast<std::size_t>(labels(n, 0));
        loss += cross_entropy({at(0), at(1)}, first);
        const bool first_right = (at(1) > at(0)) == (first == 1);
        bool both_right = first_right;
        if (labels(n, 1) != no_label) {
            const auto second = static_cast<std::size_t>(labels(n, 1));
            loss += cross_entropy({at(2), at(3), at(4)}, second);
            const std::size_t largest = at(2) >= at(3) && at(2) >= at(4) ? 0 : at(3) >= at(4) ? 1 : 2;
            right[1] += largest == second;
            both_right = both_right && largest == second;
        }
        right[0] += first_right;
        right[2] += both_right;
    }
    CHECK(result.count == 4);
    CHECK(result.loss == doctest::Approx(loss / 4));
    CHECK(result.correct == right[2]);
    CHECK(result.accuracy == doctest::Approx(static_cast<double>(right[2]) / 4));
    CHECK(result.confusion.size() == 0);
    REQUIRE(result.heads.size() == 2);
    CHECK(result.heads[0].count == 4);
    CHECK(result.heads[1].count == 3);
    CHECK(result.heads[0].correct == right[0]);
    CHECK(result.heads[1].correct == right[1]);
    CHECK(result.heads[0].confusion.size() == 4);
    CHECK(result.heads[1].confusion.size() == 9);
    const std::string text = text_of(result);
    CHECK(text.starts_with("all heads: accuracy "));
    CHECK(text.find("\nhead 0: accuracy ") != std::string::npos);
    CHECK(text.find("\nhead 1: accuracy ") != std::string::npos);
    Evaluation alone;  // of one head nothing is said twice
    static_cast<HeadEvaluation&>(alone) = result.heads[0];
    alone.heads = {result.heads[0]};
    CHECK(text_of(alone) == text_of(result.heads[0]));
}
