// SPDX-License-Identifier: MIT
#pragma once

// Which samples are learned from and which are asked: k folds, repeated splits, groups that stay together.

#include <denim/data/split.hpp>
#include <denim/machine/random.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace denim {

/// Places of samples: those to learn from, and those to be asked about.
struct Fold {
    std::vector<std::size_t> train, test;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// A number from 0 for each key, the same for equal keys, in the order in which they first come: of the product on each photograph,
/// say. `key_of(sample)` gives anything that can be sorted.
///
///     const auto groups = group_numbers(set.sources, [](const std::string& path) { return path.substr(0, path.rfind('-')); });
template <class Range, class KeyOf = std::identity>
std::vector<std::size_t> group_numbers(const Range& samples, KeyOf key_of = {}) {
    std::map<std::decay_t<decltype(key_of(*std::begin(samples)))>, std::size_t> known;
    std::vector<std::size_t> numbers;
    for (const auto& sample : samples) numbers.push_back(known.emplace(key_of(sample), known.size()).first->second);
    return numbers;
}

namespace detail {

inline void check_groups(std::size_t samples, std::span<const std::size_t> groups) {
    if (!groups.empty() && groups.size() != samples)
        throw std::invalid_argument("denim: folds: a group for each of " + std::to_string(samples) + " samples was expected, or none, but " +
                                    std::to_string(groups.size()) + " came");
}

/// The part of each sample, every group whole. The largest groups go first, equals in an order drawn from the seed, each to the part that
/// it leaves nearest to its share of every class: the sum of (samples of the class)^2 / share is least where all parts have their shares.
inline std::vector<std::uint32_t> deal_groups(std::span<const std::int32_t> classes, std::span<const std::size_t> groups,
                                              std::span<const double> shares, Seed seed) {
    check_groups(classes.size(), groups);
    std::map<std::size_t, std::vector<std::size_t>> by_group;
    std::map<std::int32_t, double> all;
    for (std::size_t i = 0; i < classes.size(); ++i) by_group[groups.empty() ? i : groups[i]].push_back(i), ++all[classes[i]];
    std::vector<const std::vector<std::size_t>*> order;
    for (const auto& [group, members] : by_group) order.push_back(&members);
    shuffle(order, Random{seed});
    std::map<std::size_t, std::vector<const std::vector<std::size_t>*>, std::greater<>> by_size;  // std::stable_sort is a warning of clang 19
    for (const auto* members : order) by_size[members->size()].push_back(members);
    order.clear();
    for (const auto& [size, some] : by_size) order.insert(order.end(), some.begin(), some.end());
    std::vector<std::uint32_t> parts(classes.size());
    std::vector<std::map<std::int32_t, double>> dealt(shares.size());
    for (const auto* members : order) {
        std::map<std::int32_t, double> own;
        for (const std::size_t i : *members) ++own[classes[i]];
        std::size_t best = shares.size();
        double least = 0;
        for (std::size_t part = 0; part < shares.size(); ++part) {
            if (shares[part] == 0) continue;
            double cost = 0;
            for (const auto& [label, count] : own)
                cost += (2 * dealt[part][label] * count + count * count) / (all[label] * all[label] * shares[part]);
            if (best == shares.size() || cost < least) best = part, least = cost;
        }
        for (const auto& [label, count] : own) dealt[best][label] += count;
        for (const std::size_t i : *members) parts[i] = static_cast<std::uint32_t>(best);
    }
    return parts;
}

}  // namespace detail

/// The fold of each sample, 0 to `folds` - 1, drawn from the seed: every class is dealt alike, to one sample, and so are all. Samples of one
/// group (numbers of any kind; none may be given) have one fold, and then shares are as equal as whole groups allow. Throws
/// std::invalid_argument for fewer than 2 folds, or where a fold would be empty.
inline std::vector<std::uint32_t> fold_numbers(std::span<const std::int32_t> classes, std::size_t folds, Seed seed,
                                               std::span<const std::size_t> groups = {}) {
    detail::check_groups(classes.size(), groups);
    std::size_t different = classes.size();
    if (!groups.empty()) {
        std::vector<std::size_t> sorted{groups.begin(), groups.end()};
        std::ranges::sort(sorted);
        different -= std::ranges::unique(sorted).size();
    }
    if (folds < 2 || folds > different)
        throw std::invalid_argument("denim: folds: at least 2 folds, and no more than the " + std::to_string(different) +
                                    (groups.empty() ? " samples" : " groups") + ", were expected, but got " + std::to_string(folds));
    if (!groups.empty()) return detail::deal_groups(classes, groups, std::vector<double>(folds, 1.0 / static_cast<double>(folds)), seed);
    std::map<std::int32_t, std::vector<std::size_t>> places;
    for (std::size_t i = 0; i < classes.size(); ++i) places[classes[i]].push_back(i);
    std::vector<std::uint32_t> numbers(classes.size());
    std::size_t dealt = 0;
    for (auto& [label, members] : places) {
        shuffle(members, Random{seed, static_cast<std::uint64_t>(label)});
        for (const std::size_t i : members) numbers[i] = static_cast<std::uint32_t>(dealt++ % folds);
    }
    return numbers;
}

/// Each fold once as what is asked about, the others to learn from; places in the order of the set.
///
///     for (const Fold& fold : k_folds(labels, 5, Seed{1})) train_and_score(set.select(fold.train), set.select(fold.test));
inline std::vector<Fold> k_folds(std::span<const std::int32_t> classes, std::size_t folds, Seed seed, std::span<const std::size_t> groups = {}) {
    const auto numbers = fold_numbers(classes, folds, seed, groups);
    std::vector<Fold> all(folds);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        for (std::size_t fold = 0; fold < folds; ++fold) (numbers[i] == fold ? all[fold].test : all[fold].train).push_back(i);
    return all;
}

/// A split in three that keeps groups whole: all photographs of one product on one side. Every class is shared as nearly alike as whole
/// groups allow; which groups go where is drawn from the seed.
inline std::vector<Part> grouped_parts(std::span<const std::int32_t> classes, std::span<const std::size_t> groups, SplitShares shares, Seed seed) {
    if (shares.sum() == 0) throw std::invalid_argument("denim: split: at least one share above zero was expected");
    const auto share = [&](std::uint32_t of) { return static_cast<double>(of) / static_cast<double>(shares.sum()); };
    const double all[] = {share(shares.train), share(shares.validation), share(shares.test)};
    std::vector<Part> parts;
    for (const std::uint32_t part : detail::deal_groups(classes, groups, all, seed)) parts.push_back(static_cast<Part>(part));
    return parts;
}

/// Splits in two, drawn anew `repeats` times from the seed, with `test` of 1 to be asked about; groups as in `fold_numbers`.
inline std::vector<Fold> repeated_splits(std::span<const std::int32_t> classes, std::size_t repeats, double test, Seed seed,
                                         std::span<const std::size_t> groups = {}) {
    if (repeats == 0 || !(test > 0 && test < 1))
        throw std::invalid_argument("denim: repeated_splits: at least 1 split and a share above 0 and below 1 to test on were expected, but got " +
                                    std::to_string(repeats) + " and " + std::to_string(test));
    std::vector<Fold> all(repeats);
    for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
        const Seed own{Random{seed, repeat}.bits()};
        const double shares[] = {1 - test, test};
        std::vector<Part> parts;
        if (groups.empty()) {
            constexpr std::uint32_t whole = 1'000'000;
            const auto asked = static_cast<std::uint32_t>(test * whole + 0.5);
            parts = split_parts(classes, {whole - asked, 0, asked}, own);
        } else {
            for (const std::uint32_t part : detail::deal_groups(classes, groups, shares, own)) parts.push_back(part == 0 ? Part::train : Part::test);
        }
        for (std::size_t i = 0; i < parts.size(); ++i) (parts[i] == Part::train ? all[repeat].train : all[repeat].test).push_back(i);
        if (all[repeat].train.empty() || all[repeat].test.empty())
            throw std::invalid_argument("denim: repeated_splits: " + std::to_string(classes.size()) + " samples leave a side of the split empty");
    }
    return all;
}

}  // namespace denim::inline DENIM_TARGET
