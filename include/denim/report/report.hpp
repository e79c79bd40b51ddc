// SPDX-License-Identifier: MIT
#pragma once

// All that a page about a run shows, from the network, its history and the test set.

#include <denim/report/filter_picture.hpp>
#include <denim/report/run_report.hpp>
#include <denim/training/evaluate.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// The set's names, where it has one for each class; else numbers.
template <class Set>
std::vector<std::string> names_of_classes(const Set& set, std::size_t classes) {
    std::vector<std::string> names;
    if constexpr (NamesClasses<Set>) names.assign(set.class_names.begin(), set.class_names.end());
    if (names.size() == classes) return names;
    names.clear();
    for (std::size_t n = 0; n < classes; ++n) names.push_back(std::to_string(n));
    return names;
}

/// The weights of a first layer that is a convolution of square windows of more than one pixel, over a picture of one channel or three.
inline std::optional<Row> first_filters(std::span<const Row> rows) {
    if (rows.empty() || rows[0].extents.rank != 4 || !rows[0].name.ends_with(".weights")) return {};
    const auto& extents = rows[0].extents.values;
    if (extents[0] != extents[1] || extents[0] == 1 || (extents[2] != 1 && extents[2] != 3)) return {};
    return rows[0];
}

/// Whether a set holds pictures that can be drawn: bytes, one after the other.
template <class Set>
concept HoldsBytes = requires(const Set& set) {
    requires std::is_same_v<std::remove_cvref_t<decltype(*set.images.data())>, std::uint8_t>;
    set.images.shape(3);
    set.labels(0);
};

}  // namespace detail

/// What `write_report` writes of a run: learning, scores on the test set, the surest mistakes (where the set holds pictures as bytes, grey or
/// coloured), the filters of a first convolution, the layers. Of a network of classes with one head. Throws std::invalid_argument if it learned by
/// a loss that does not tell classes apart, or a logit is a NaN.
template <class Network, LearnableSet Set>
RunReport report(const Network& network, const History& history, const Set& test, const Reading& reading = {}) {
    static_assert(Network::heads.size() == 1, "denim: report: a network with one head was expected; fill a RunReport for each head of others.");
    detail::require_classes(network.gives());
    Samples samples = Samples::of(test, Network::input, Network::heads, "test");
    RunReport run{.network = network.summary(), .history = history, .labels = detail::names_of_classes(test, Network::heads[0])};
    const auto logits = detail::answers_of(network, samples, reading);
    run.logits.assign(logits.begin(), logits.end());
    run.truth.assign(samples.labels.begin(), samples.labels.end());
    run.gives = network.gives().front();
    constexpr std::size_t channels = Network::input.channels;
    if constexpr (detail::HoldsBytes<Set> && (channels == 1 || channels == 3))
        run.mistakes = mistakes_of(test, run.logits, run.labels, 24, run.gives);
    if (const auto filters = detail::first_filters(network.rows()))
        if constexpr (std::is_same_v<typename Network::Stored, float>)
            run.pictures.emplace_back("Filters of the first layer", draw_filters(network.parameters().subspan(filters->offset, filters->size()),
                                                                                 filters->extents.values[0], filters->extents.values[2]));
    return run;
}

/// A page about a run, named as its file.
template <class Network, LearnableSet Set>
void write_report(const std::filesystem::path& path, const Network& network, const History& history, const Set& test, const Reading& reading = {}) {
    RunReport run = report(network, history, test, reading);
    run.name = path.stem().string();
    write_report(path, run);
}

}  // namespace denim::inline DENIM_TARGET
