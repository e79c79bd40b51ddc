// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/data_set.hpp>
#include <denim/data/duplicates.hpp>
#include <denim/machine/random.hpp>

#include <algorithm>
#include <map>

namespace denim {

/// A part of a data set.
enum class Part : std::uint8_t { train, validation, test };

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// How much of a data set goes to each part, in any unit: {80, 10, 10}.
struct SplitShares {
    std::uint32_t train = 80, validation = 10, test = 10;

    [[nodiscard]] constexpr std::uint64_t sum() const { return std::uint64_t{train} + validation + test; }
};

/// The part of each sample. Every class is shared alike: in the order of the classes, validation and test get what brings them
/// nearest to their share of all samples so far, so that sizes are right in sum and to one sample in each class. Which ones
/// is drawn from the seed, and depends on nothing but it and the class. Samples with the same first equal (see first_equals;
/// none may be given) go where the first of them goes.
inline std::vector<Part> split_parts(std::span<const std::int32_t> classes, SplitShares shares, Seed seed,
                                     std::span<const std::size_t> first_equal = {}) {
    if (shares.sum() == 0) throw std::invalid_argument("denim: split: at least one share above zero was expected");
    if (!first_equal.empty() && first_equal.size() != classes.size())
        throw std::invalid_argument("denim: split: the first equal of each of " + std::to_string(classes.size()) + " samples was expected, or none, but " +
                                    std::to_string(first_equal.size()) + " came");
    for (std::size_t i = 0; i < first_equal.size(); ++i)
        if (first_equal[i] > i)
            throw std::invalid_argument("denim: split: a sample's first equal is itself or one before it, but that of sample " + std::to_string(i) +
                                        " is " + std::to_string(first_equal[i]));
    std::map<std::int32_t, std::vector<std::size_t>> places;
    for (std::size_t i = 0; i < classes.size(); ++i) places[classes[i]].push_back(i);
    std::vector<Part> parts(classes.size(), Part::train);
    std::uint64_t samples = 0, validated = 0, tested = 0;
    const auto due = [&](std::uint32_t share) { return (2 * samples * share + shares.sum()) / (2 * shares.sum()); };
    for (auto& [label, members] : places) {
        shuffle(members, Random{seed, static_cast<std::uint64_t>(label)});
        samples += members.size();
        const std::uint64_t validation = std::min<std::uint64_t>(due(shares.validation) - validated, members.size());
        const std::uint64_t test = std::min<std::uint64_t>(due(shares.test) - tested, members.size() - validation);
        for (std::uint64_t i = 0; i < validation + test; ++i)
            parts[members[i]] = i < validation ? Part::validation : Part::test;
        validated += validation;
        tested += test;
    }
    for (std::size_t i = 0; i < first_equal.size(); ++i) parts[i] = parts[first_equal[i]];
    return parts;
}

/// A data set in three.
struct Split {
    DataSet train, validation, test;
};

/// Cuts a data set in three, every class alike, by a seed; each part keeps the order. Pictures with the same pixels stay
/// together. The same seed gives the same parts on every machine.
///
///     auto [train, validation, test] = split(read_folder("photos", Size{120, 90}), {80, 10, 10}, Seed{1});
inline Split split(const DataSet& set, SplitShares shares, Seed seed) {
    set.check();
    const std::size_t bytes = set.shape().size();
    std::vector<std::uint64_t> fingerprints(set.size());
    for (std::size_t i = 0; i < set.size(); ++i) fingerprints[i] = fingerprint({set.picture(i), bytes});
    const auto first = first_equals(
        fingerprints, [&](std::size_t a, std::size_t b) { return std::memcmp(set.picture(a), set.picture(b), bytes) == 0; });
    const auto parts = split_parts({set.labels.data(), set.size()}, shares, seed, first);
    const auto part = [&](Part wanted) {
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < parts.size(); ++i)
            if (parts[i] == wanted) places.push_back(i);
        return set.select(places);
    };
    return {part(Part::train), part(Part::validation), part(Part::test)};
}

}  // namespace denim::inline DENIM_TARGET
