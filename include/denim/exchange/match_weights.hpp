// SPDX-License-Identifier: MIT
#pragma once

// Which array of another framework's file is which parameter of a network: by a table of names, by order and shape, or by
// names and shape.

#include <denim/exchange/weight_groups.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim {

/// Names of a network's rows, and under which name each stands in a file: {{"0.weights", "features.0.weight"}, ...}.
using NameTable = std::map<std::string, std::string>;

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// For each parameter of the network, the number of its array in the file. What `names` lists is taken by name, and so is all of
/// a file whose arrays have the names of the rows. The rest goes by the order of an ordered file, in which the layers of several
/// branches may take turns; in an unordered one, a layer's arrays are found by their shapes, and layers of the same shapes by
/// their numbers ("features.0", "features.3"). Throws FileError with both tables where anything is left over, has another shape,
/// or could be meant in two ways: order says nothing of layers of the same shapes in branches that stand side by side.
DENIM_ONCE std::vector<std::size_t> match_weights(const ForeignWeights& file, std::span<const WeightPlace> network,
                                              WeightLayout layout, const NameTable& names = {});

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Both sides of a file that does not fit, line by line.
inline std::string both_tables(const ForeignWeights& file, std::span<const WeightPlace> network, WeightLayout layout) {
    constexpr std::size_t most = 200;
    std::vector<std::pair<std::string, std::string>> lines{{"in the file", "in the network"}};
    for (std::size_t n = 0; n < std::min(most, std::max(file.tensors.size(), network.size())); ++n) {
        lines.emplace_back("-", "-");
        if (n < file.tensors.size())
            lines.back().first = file.tensors[n].name.substr(0, 60) + ' ' + shape_text(file.tensors[n].shape);
        if (n < network.size())
            lines.back().second =
                network[n].name + ' ' +
                shape_text(shape_in(network[n], n < file.tensors.size() ? file.tensors[n].layout.value_or(layout) : layout));
    }
    std::size_t width = 0;
    for (const auto& [left, right] : lines) width = std::max(width, left.size());
    std::string text;
    for (const auto& [left, right] : lines) text += "\n    " + left + std::string(width - left.size(), ' ') + " | " + right;
    if (std::max(file.tensors.size(), network.size()) > most) text += "\n    ...";
    return text;
}

/// The file of a network that Denim wrote itself: its arrays have the names of the rows.
inline bool named_as_rows(const ForeignWeights& file, std::span<const WeightPlace> network) {
    return file.tensors.size() == network.size() && std::ranges::all_of(network, [&](const WeightPlace& place) {
               return std::ranges::find(file.tensors, place.name, &ForeignTensor::name) != file.tensors.end();
           });
}

}  // namespace detail

DENIM_ONCE std::vector<std::size_t> match_weights(const ForeignWeights& file, std::span<const WeightPlace> network,
                                              WeightLayout layout, const NameTable& names) {
    const auto fail = [&](const std::string& sentence) {
        throw FileError(file.file, sentence + detail::both_tables(file, network, layout));
    };
    std::vector<std::size_t> found(network.size(), file.tensors.size());
    std::vector<std::size_t> places, tensors;  // those that no name settles
    std::vector<bool> taken(file.tensors.size(), false);
    for (const auto& [ours, theirs] : names) {
        const auto place = std::ranges::find(network, ours, &WeightPlace::name);
        const auto tensor = std::ranges::find(file.tensors, theirs, &ForeignTensor::name);
        if (place == network.end())
            fail("the table of names says " + detail::in_quotes(ours) + ", which is no row of the network");
        if (tensor == file.tensors.end())
            fail("the table of names says " + detail::in_quotes(theirs) + ", which is not in the file");
        const auto number = static_cast<std::size_t>(tensor - file.tensors.begin());
        if (taken[number]) fail("the table of names says " + detail::in_quotes(theirs) + " twice");
        if (!detail::fits(tensor->shape, *place, tensor->layout.value_or(layout)))
            fail("the network's row " + detail::in_quotes(ours) + " does not fit " + detail::in_quotes(theirs) +
                 " of the file");
        taken[number] = true;
        found[static_cast<std::size_t>(place - network.begin())] = number;
    }
    for (std::size_t n = 0; n < network.size(); ++n)
        if (found[n] == file.tensors.size()) places.push_back(n);
    for (std::size_t n = 0; n < taken.size(); ++n)
        if (!taken[n]) tensors.push_back(n);
    if (places.size() != tensors.size())
        fail(detail::sentence(network.size(), " arrays were expected, the file has ", file.tensors.size()));

    if (names.empty() && detail::named_as_rows(file, network)) {
        for (const std::size_t n : std::exchange(places, {}))
            found[n] = static_cast<std::size_t>(std::ranges::find(file.tensors, network[n].name, &ForeignTensor::name) - file.tensors.begin());
        tensors.clear();
    }
    std::vector<const WeightPlace*> rest;
    for (const std::size_t n : places) rest.push_back(&network[n]);
    if (const auto twins = detail::twins_of(rest, layout))
        fail("the rows " + detail::in_quotes(twins->first->name) + " and " + detail::in_quotes(twins->second->name) +
             " stand in branches side by side and have the same shapes, so that no order tells which array is whose: give a table of names");
    if (file.ordered) {
        const auto fits = [&](const WeightPlace& place, std::size_t n) {
            const ForeignTensor& tensor = file.tensors[tensors[n]];
            return detail::has_slot_of(tensor, place) && detail::fits(tensor.shape, place, tensor.layout.value_or(layout));
        };
        const detail::OrderedMatch match{rest, fits};
        if (match.ambiguous()) fail("the order of the file can be meant in two ways: give a table of names");
        if (!match.found())
            fail("the network's row " + detail::in_quotes(rest[match.furthest().first]->name) + " does not fit " +
                 detail::in_quotes(file.tensors[tensors[match.furthest().second]].name) + " of the file");
        for (std::size_t n = 0; n < places.size(); ++n) found[places[n]] = tensors[(*match.found())[n]];
    } else {
        std::vector<std::pair<detail::WeightName, std::vector<std::size_t>>> ours, theirs;
        for (const std::size_t n : places)
            ours.push_back({{std::to_string(network[n].layer), detail::parse_weight_name(network[n].name).slot},
                            detail::without_pixel(shape_in(network[n], layout), layout)});
        for (const std::size_t n : tensors)
            theirs.push_back({detail::parse_weight_name(file.tensors[n].name), detail::without_pixel(file.tensors[n].shape, layout)});
        detail::part_separable(theirs);
        const auto of_network = detail::groups_of(ours);
        auto of_file = detail::groups_of(theirs);
        std::ranges::sort(of_file, [](const detail::WeightGroup& left, const detail::WeightGroup& right) {
            if (detail::natural_less(left.layer, right.layer)) return true;
            return !detail::natural_less(right.layer, left.layer) && left.members.front() < right.members.front();
        });
        std::vector<bool> used(of_file.size(), false);
        for (const auto& group : of_network) {
            const auto fits = [&](const detail::WeightGroup& other) {
                bool all = other.members.size() == group.members.size();
                for (std::size_t n = 0; all && n < group.members.size(); ++n)
                    all = other.shapes[n].first == group.shapes[n].first && detail::fits(other.shapes[n].second, network[places[group.members[n]]], layout);
                return all;
            };
            std::size_t first = of_file.size();
            for (std::size_t n = of_file.size(); n-- > 0;)
                if (!used[n] && fits(of_file[n])) first = n;
            if (first == of_file.size())
                fail("no layer of the file has the shapes of the network's row " +
                     detail::in_quotes(network[places[group.members[0]]].name));
            for (const auto& other : of_file)
                if (fits(other) && detail::without_numbers(other.layer) != detail::without_numbers(of_file[first].layer))
                    fail("the layers " + detail::in_quotes(of_file[first].layer) + " and " + detail::in_quotes(other.layer) +
                         " have the same shapes, and this file keeps no order: give a table of names");
            used[first] = true;
            for (std::size_t n = 0; n < group.members.size(); ++n)
                found[places[group.members[n]]] = tensors[of_file[first].members[n]];
        }
    }
    for (std::size_t n = 0; n < network.size(); ++n) {
        const ForeignTensor& tensor = file.tensors[found[n]];
        const bool other_kind = !names.contains(network[n].name) && !detail::has_slot_of(tensor, network[n]);
        if (!detail::fits(tensor.shape, network[n], tensor.layout.value_or(layout)) || other_kind)
            fail("the network's row " + detail::in_quotes(network[n].name) + " does not fit " + detail::in_quotes(tensor.name) +
                 " of the file");
    }
    return found;
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
