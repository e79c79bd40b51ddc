// SPDX-License-Identifier: MIT
#include <denim/data/balanced_order.hpp>
#include <denim/data/folds.hpp>
#include <denim/sweep/cross_validate.hpp>

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <sstream>

using namespace denim;

namespace {

std::vector<std::int32_t> unequal_classes() {
    std::vector<std::int32_t> classes(103);
    for (std::size_t i = 0; i < classes.size(); ++i) classes[i] = i % 10 == 0 ? 2 : i % 3 == 0 ? 1 : 0;
    return classes;
}

std::string said(auto&& call) {
    try {
        call();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("folds share each class and all samples alike, to one") {
    const auto classes = unequal_classes();
    for (const std::size_t folds : {2u, 3u, 5u, 10u}) {
        const auto numbers = fold_numbers(classes, folds, Seed{4});
        CHECK(numbers == fold_numbers(classes, folds, Seed{4}));
        CHECK(numbers != fold_numbers(classes, folds, Seed{5}));
        for (std::int32_t label = -1; label < 3; ++label) {  // -1: of any class
            std::vector<std::size_t> counts(folds);
            for (std::size_t i = 0; i < classes.size(); ++i) counts[numbers[i]] += label < 0 || classes[i] == label;
            CHECK(std::ranges::max(counts) - std::ranges::min(counts) <= 1);
        }
    }
    CHECK(said([&] { fold_numbers(classes, 1, Seed{}); }) ==
          "denim: folds: at least 2 folds, and no more than the 103 samples, were expected, but got 1");
}

TEST_CASE("each sample is asked about once, and learned from in every other fold") {
    const auto classes = unequal_classes();
    std::vector<std::size_t> asked(classes.size());
    for (const Fold& fold : k_folds(classes, 4, Seed{1})) {
        CHECK(std::ranges::is_sorted(fold.train));
        CHECK(fold.train.size() + fold.test.size() == classes.size());
        std::set<std::size_t> both{fold.train.begin(), fold.train.end()};
        for (const std::size_t place : fold.test) {
            ++asked[place];
            CHECK(both.insert(place).second);
        }
    }
    CHECK(std::ranges::count(asked, 1u) == 103);
}

TEST_CASE("groups stay on one side, and classes are shared as nearly as they allow") {
    std::vector<std::int32_t> classes;
    std::vector<std::string> products;
    for (std::size_t product = 0; product < 60; ++product)
        for (std::size_t photo = 0; photo < 1 + product % 5; ++photo) {
            classes.push_back(product % 4 == 0);
            products.push_back("product " + std::to_string(product) + "-" + std::to_string(photo));
        }
    const auto groups = group_numbers(products, [](const std::string& name) { return name.substr(0, name.find('-')); });
    CHECK(groups.back() == 59);
    const auto check_whole = [&](const auto& parts) {
        std::map<std::size_t, std::set<std::size_t>> of_group;
        for (std::size_t i = 0; i < groups.size(); ++i) of_group[groups[i]].insert(static_cast<std::size_t>(parts[i]));
        for (const auto& [group, where] : of_group) CHECK(where.size() == 1);
    };
    const auto numbers = fold_numbers(classes, 5, Seed{2}, groups);
    check_whole(numbers);
    CHECK(numbers != fold_numbers(classes, 5, Seed{3}, groups));
    for (std::uint32_t fold = 0; fold < 5; ++fold)
        for (std::int32_t label = 0; label < 2; ++label) {
            double count = 0;
            for (std::size_t i = 0; i < classes.size(); ++i) count += numbers[i] == fold && classes[i] == label;
            CHECK(count == doctest::Approx(static_cast<double>(std::ranges::count(classes, label)) / 5).epsilon(0.15));
        }
    const auto parts = grouped_parts(classes, groups, {70, 10, 20}, Seed{2});
    check_whole(parts);
    CHECK(static_cast<double>(std::ranges::count(parts, Part::test)) == doctest::Approx(36).epsilon(0.15));
    CHECK(static_cast<double>(std::ranges::count(parts, Part::validation)) == doctest::Approx(18).epsilon(0.25));
    for (const Fold& split : repeated_splits(classes, 3, 0.25, Seed{6}, groups)) {
        std::vector<int> side(classes.size());
        for (const std::size_t place : split.test) side[place] = 1;
        check_whole(side);
        CHECK(static_cast<double>(split.test.size()) == doctest::Approx(45).epsilon(0.15));
    }
    CHECK(said([&] { fold_numbers(classes, 61, Seed{}, groups); }) ==
          "denim: folds: at least 2 folds, and no more than the 60 groups, were expected, but got 61");
    CHECK(said([&] { fold_numbers(classes, 2, Seed{}, std::span{groups}.first(3)); }) ==
          "denim: folds: a group for each of 180 samples was expected, or none, but 3 came");
}

TEST_CASE("repeated splits differ, and have the shares that were asked for") {
    const auto classes = unequal_classes();
    const auto splits = repeated_splits(classes, 4, 0.2, Seed{1});
    REQUIRE(splits.size() == 4);
    for (std::size_t n = 0; n < 4; ++n) {
        CHECK(splits[n].test.size() == 21);
        CHECK(splits[n].train.size() == 82);
        if (n > 0) CHECK(splits[n].test != splits[0].test);
    }
    CHECK(said([&] { repeated_splits(classes, 1, 1, Seed{}); }).starts_with("denim: repeated_splits: at least 1 split"));
    CHECK(said([&] { repeated_splits(std::span{classes}.first(1), 1, 0.5, Seed{}); }) ==
          "denim: repeated_splits: 1 samples leave a side of the split empty");
}

TEST_CASE("a balanced order has every class equally often, and every sample of a class") {
    const auto labels = unequal_classes();
    std::vector<std::size_t> seen(labels.size());
    for (std::uint64_t epoch = 1; epoch <= 40; ++epoch) {
        const auto order = balanced_order(labels, Seed{3}, epoch);
        REQUIRE(order.size() == labels.size());
        std::vector<std::size_t> counts(3);
        for (const std::uint32_t place : order) ++counts[static_cast<std::size_t>(labels[place])], ++seen[place];
        CHECK(std::ranges::max(counts) - std::ranges::min(counts) <= 1);
        if (epoch > 1) CHECK(order != balanced_order(labels, Seed{3}, epoch - 1));
        CHECK(order == balanced_order(labels, Seed{3}, epoch));
    }
    for (std::int32_t label = 0; label < 3; ++label) {
        std::vector<std::size_t> of_class;
        for (std::size_t i = 0; i < labels.size(); ++i)
            if (labels[i] == label) of_class.push_back(seen[i]);
        CHECK(std::ranges::max(of_class) - std::ranges::min(of_class) <= 1);
    }
    CHECK(balanced_order({}, Seed{}, 1).empty());
}

TEST_CASE("an interval over folds is as wide as Nadeau and Bengio say") {
    const std::vector<double> scores{0.9, 0.92, 0.88, 0.91, 0.89};
    const Repeats plain = repeats(scores), corrected = resampled(scores, 0.25);
    CHECK(corrected.mean == plain.mean);
    CHECK(corrected.deviation == plain.deviation);
    CHECK(corrected.high - corrected.mean == doctest::Approx(2.7764451 * 0.0158114 * std::sqrt(1.0 / 5 + 0.25)));
    CHECK(corrected.mean - corrected.low == doctest::Approx(corrected.high - corrected.mean));
    CHECK(is_nan(resampled(std::span{scores}.first(1), 0.25).low));
    CHECK_THROWS_AS(resampled(scores, -1), std::invalid_argument);

    struct Counted {
        std::size_t count;
        Counted select(const std::vector<std::size_t>& places) const { return {places.size()}; }
    };
    const auto classes = unequal_classes();
    std::vector<std::size_t> numbers;
    const auto folds = k_folds(classes, 5, Seed{1});
    const CrossValidation all = cross_validate(Counted{103}, folds, [&](const Counted& train, const Counted& test, std::size_t fold) {
        CHECK(train.count + test.count == 103);
        numbers.push_back(fold);
        return Score{1.0, scores[fold]};
    });
    CHECK(numbers == std::vector<std::size_t>{0, 1, 2, 3, 4});
    CHECK(all.test_over_train == doctest::Approx(0.25));
    CHECK(all.accuracy().high == doctest::Approx(corrected.high));
    std::ostringstream text;
    text << all;
    CHECK(text.str() == "accuracy 0.9000 +- 0.0158, 95 % interval 0.8706 to 0.9294; loss 1.0000 +- 0.0000, 95 % interval 1.0000 to 1.0000\n");
    CHECK_THROWS_AS(cross_validate(Counted{1}, {}, [](auto&&...) { return Score{}; }), std::invalid_argument);
}

TEST_CASE("a sample on both sides of a fold is refused before anything is trained") {
    struct Places {
        [[nodiscard]] std::size_t select(std::span<const std::size_t> places) const { return places.size(); }
    };
    std::size_t trained = 0;
    const auto run = [&](const std::vector<Fold>& folds) {
        cross_validate(Places{}, folds, [&](std::size_t, std::size_t, std::size_t) { return ++trained, Score{}; });
    };
    run({{{0, 1}, {2, 3}}, {{2, 3}, {0, 3 - 2}}});  // in two folds a sample may stand
    CHECK(trained == 2);
    CHECK(said([&] { run({{{0, 1}, {2, 3}}, {{2, 3, 9}, {0, 9}}}); }) ==
          "denim: cross_validate: samples on one side of each fold were expected, but fold 1 learns from sample 9 and is asked about it");
    CHECK(trained == 2);
}
