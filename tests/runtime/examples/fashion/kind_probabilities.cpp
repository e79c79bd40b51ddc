// SPDX-License-Identifier: MIT
#include "fashion/kind_probabilities.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

using namespace fashion;

namespace {

double sum_of(const std::vector<double>& all, std::string_view category) {
    double sum = 0;
    for (std::size_t k = 0; k < kinds.size(); ++k) sum += kinds[k].category == category ? all[k] : 0;
    return sum;
}

double of(const std::vector<double>& all, std::string_view category, std::string_view folder) {
    return all[find_kind(category, folder).value()];
}

}  // namespace

TEST_CASE("the heads' questions: what they concern, and their answers in order") {
    const auto names = class_names(head_tasks);
    CHECK(names == std::vector<std::string>{"glasses", "trousers", "shoes", "male", "female", "optical", "sunglasses",
                                            "trousers", "jeans", "boots", "trainers", "sandals", "formal", "others",
                                            "ballerina", "heels"});
    const Kind &glasses = kinds[find_kind("glasses", "optical").value()],
               &heels = kinds[find_kind("shoes", "heels-female").value()];
    const auto labels = [](const Kind& kind) {
        std::vector<int> all;
        for (const Task& question : head_tasks) all.push_back(concerns(question, kind) ? label(question, kind) : -1);
        return all;
    };
    CHECK(labels(glasses) == std::vector<int>{0, -1, 0, -1, -1});
    CHECK(labels(heels) == std::vector<int>{2, 1, -1, -1, 6});
}

TEST_CASE("kinds share the probability of their category by gender and type") {
    //                               category          gender      glasses     trousers    shoes
    const std::vector<float> answers{0.2f, 0.3f, 0.5f, 0.6f, 0.4f, 0.1f, 0.9f, 0.3f, 0.7f, 0, 0, 0, 0.5f, 0, 0, 0.5f};
    const auto all = kind_probabilities(answers);
    CHECK(sum_of(all, "glasses") == doctest::Approx(0.2));
    CHECK(sum_of(all, "trousers") == doctest::Approx(0.3));
    CHECK(sum_of(all, "shoes") == doctest::Approx(0.5));
    CHECK(of(all, "glasses", "sunglasses") == doctest::Approx(0.2 * 0.9));
    CHECK(of(all, "trousers", "jeans-female") == doctest::Approx(0.3 * 0.4 * 0.7));
    // Men's formal shoes and women's heels: the other halves of these types do not exist.
    CHECK(of(all, "shoes", "formal-male") == doctest::Approx(0.5 * 0.6));
    CHECK(of(all, "shoes", "heels-female") == doctest::Approx(0.5 * 0.4));
}

TEST_CASE("a type that the likelier gender does not have loses to a kind that there is, and nothing is divided by 0") {
    const std::vector<float> contradiction{0, 0, 1, 1, 0, 0.5f, 0.5f, 0.5f, 0.5f, 0, 0.2f, 0, 0, 0, 0, 0.8f};
    const auto all = kind_probabilities(contradiction);
    CHECK(of(all, "shoes", "trainers-male") == doctest::Approx(1));
    const std::vector<float> impossible{0, 0, 1, 1, 0, 0.5f, 0.5f, 0.5f, 0.5f, 0, 0, 0, 0, 0, 0, 1};
    const auto even = kind_probabilities(impossible);
    CHECK(of(even, "shoes", "heels-female") == doctest::Approx(1.0 / 11));
    CHECK(std::accumulate(even.begin(), even.end(), 0.0) == doctest::Approx(1));
}
