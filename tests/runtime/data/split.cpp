// SPDX-License-Identifier: MIT
#include <denim/data/split.hpp>

#include <doctest/doctest.h>

#include <array>
#include <set>

using namespace denim;

namespace {

DataSet numbered(std::size_t count, std::size_t classes) {
    DataSet set = DataSet::with_room(count, {2, 3, 1}, std::vector<std::string>(classes, "a class"));
    for (std::size_t i = 0; i < count; ++i) {
        set.labels(i) = static_cast<std::int32_t>(i * i % classes);
        for (std::size_t k = 0; k < 6; ++k) set.picture(i)[k] = static_cast<std::uint8_t>(i >> (k % 2 * 8));
        set.sources.push_back(std::to_string(i));
    }
    return set;
}

}  // namespace

TEST_CASE("the study's set sizes") {
    // 3 categories, 17 subclasses, counts near to the study's.
    std::vector<std::int32_t> classes;
    const std::array<int, 17> counts{1951, 3051, 1251, 1251, 1251, 1251, 590, 440, 620, 200, 741, 636, 620, 520, 560, 630, 640};
    for (std::size_t c = 0; c < 17; ++c)
        classes.insert(classes.end(), static_cast<std::size_t>(counts[c]), static_cast<int>(c));
    REQUIRE(classes.size() == 16'203);
    const auto parts = split_parts(classes, {80, 10, 10}, Seed{1});
    CHECK(std::ranges::count(parts, Part::train) == 12'963);
    CHECK(std::ranges::count(parts, Part::validation) == 1'620);
    CHECK(std::ranges::count(parts, Part::test) == 1'620);
    std::size_t at = 0;
    for (const int count : counts) {
        for (const Part part : {Part::validation, Part::test}) {
            const auto got = std::count(parts.begin() + static_cast<std::ptrdiff_t>(at),
                                        parts.begin() + static_cast<std::ptrdiff_t>(at) + count, part);
            CHECK(std::abs(static_cast<double>(got) - count / 10.0) < 1);
        }
        at += static_cast<std::size_t>(count);
    }
}

TEST_CASE("small classes and odd shares never ask for more than there is") {
    for (const SplitShares shares :
         {SplitShares{80, 10, 10}, SplitShares{0, 1, 1}, SplitShares{1, 0, 0}, SplitShares{1, 1, 1}, SplitShares{0, 0, 5}, SplitShares{98, 1, 1}})
        for (std::size_t count = 0; count < 40; ++count) {
            std::vector<std::int32_t> classes(count);
            for (std::size_t i = 0; i < count; ++i) classes[i] = static_cast<std::int32_t>(i % 13);
            const auto parts = split_parts(classes, shares, Seed{9});
            const double wanted = static_cast<double>(count) * shares.test / static_cast<double>(shares.sum());
            CHECK(std::abs(static_cast<double>(std::ranges::count(parts, Part::test)) - wanted) <= 1);
            if (shares.train == 0) CHECK(std::ranges::count(parts, Part::train) <= 1);
        }
    CHECK_THROWS_AS(split_parts({}, {0, 0, 0}, Seed{}), std::invalid_argument);
}

TEST_CASE("a split is a partition, keeps the order, and depends on the seed alone") {
    const DataSet set = numbered(500, 5);
    const auto [train, validation, test] = split(set, {80, 10, 10}, Seed{4});
    CHECK(train.size() == 400);
    CHECK(validation.size() == 50);
    CHECK(test.size() == 50);
    std::set<std::string> all;
    for (const DataSet* part : {&train, &validation, &test}) {
        CHECK(part->class_names == set.class_names);
        int before = -1;
        for (std::size_t i = 0; i < part->size(); ++i) {
            const int place = std::stoi(part->sources[i]);
            CHECK(place > before);
            before = place;
            CHECK(part->label(i) == set.label(static_cast<std::size_t>(place)));
            CHECK(std::memcmp(part->picture(i), set.picture(static_cast<std::size_t>(place)), 6) == 0);
            all.insert(part->sources[i]);
        }
    }
    CHECK(all.size() == 500);
    CHECK(split(set, {80, 10, 10}, Seed{4}).test.sources == test.sources);
    CHECK(split(set, {80, 10, 10}, Seed{5}).test.sources != test.sources);
    // Known for ever: what a seed gives is part of what it promises.
    const std::vector<std::int32_t> ten(10, 0);
    const auto parts = split_parts(ten, {60, 20, 20}, Seed{1});
    std::string letters;
    for (const Part part : parts) letters += "tvT"[static_cast<std::size_t>(part)];
    CHECK(letters == "vTvTtttttt");
}

TEST_CASE("pictures with the same pixels stay together") {
    DataSet set = numbered(300, 3);
    for (std::size_t i = 0; i < 100; ++i) std::memcpy(set.picture(3 * i), set.picture(0), 6);
    const auto parts = split(set, {1, 1, 1}, Seed{2});
    int with = 0;
    for (const DataSet* part : {&parts.train, &parts.validation, &parts.test}) {
        bool found = false;
        for (std::size_t i = 0; i < part->size(); ++i) found = found || std::memcmp(part->picture(i), set.picture(0), 6) == 0;
        with += found;
    }
    CHECK(with == 1);
}

TEST_CASE("sets that do not fit together are refused") {
    DataSet set = numbered(10, 2);
    set.labels(3) = 2;
    CHECK_THROWS_AS(split(set, {1, 1, 1}, Seed{}), std::invalid_argument);
    set.labels(3) = -1;
    CHECK_THROWS_AS(set.check(), std::invalid_argument);
    set.labels(3) = 1;
    CHECK_NOTHROW(set.check());
    set.sources.pop_back();
    CHECK_THROWS_AS(set.check(), std::invalid_argument);
    CHECK_THROWS_AS(set.select(std::array<std::size_t, 1>{10}), std::out_of_range);
}

TEST_CASE("fingerprints see every byte and the length") {
    std::vector<std::uint8_t> bytes(43);
    std::set<std::uint64_t> seen{fingerprint(bytes), fingerprint({bytes.data(), 42}), fingerprint({bytes.data(), 40}),
                                 fingerprint({})};
    CHECK(seen.size() == 4);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = 1;
        CHECK(seen.insert(fingerprint(bytes)).second);
        bytes[i] = 0;
    }
    const std::uint64_t same[] = {1, 2, 1, 1};
    const int pixels[] = {5, 6, 7, 5};  // 2 has the fingerprint of 0, but not its pixels
    const auto first = first_equals(same, [&](std::size_t a, std::size_t b) { return pixels[a] == pixels[b]; });
    CHECK(first == std::vector<std::size_t>{0, 1, 2, 0});
}

TEST_CASE("first equals that do not fit the samples are refused") {
    const std::vector<std::int32_t> classes{0, 0, 1};
    const auto with = [&](std::vector<std::size_t> first) { split_parts(classes, {1, 1, 1}, Seed{}, first); };
    CHECK_NOTHROW(with({0, 0, 2}));
    CHECK_THROWS_WITH_AS(with({0, 0}), "denim: split: the first equal of each of 3 samples was expected, or none, but 2 came", std::invalid_argument);
    CHECK_THROWS_WITH_AS(with({0, 0, 7}), "denim: split: a sample's first equal is itself or one before it, but that of sample 2 is 7",
                         std::invalid_argument);
}
