// SPDX-License-Identifier: MIT
#pragma once

#include <denim/layer/composition.hpp>
#include <denim/layer/recompute.hpp>
#include <denim/machine/each_index.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// How many entries of the flat list a spec stands for.
template <class Spec>
inline constexpr std::size_t entries_of = expanded<Spec>::size;

template <class... Specs>
void name_children(List<Specs...>, const std::string& prefix, std::vector<std::string>& names);

/// Appends a name for each entry of the flat list: its place among its siblings, "2.0" for the first layer inside the third.
/// Forks and joins are named as the composition that they belong to.
template <class Written>
void name_entries(const std::string& name, std::vector<std::string>& names) {
    using Spec = named_as<Written>;
    if constexpr (requires { typename Spec::Expanded; })
        name_children(typename Spec::Expanded{}, name, names);
    else
        names.push_back(name);
}

template <class... Specs>
void name_children(List<Specs...>, const std::string& name, std::vector<std::string>& names) {
    [[maybe_unused]] std::size_t place = 0;  // an empty Sequential has no children
    [[maybe_unused]] const auto add = [&]<std::size_t Index>() {
        using Spec = type_at<List<Specs...>, Index>;
        if constexpr (role_of<Spec>() == Role::layer)
            name_entries<Spec>((name.empty() ? "" : name + ".") + std::to_string(place++), names);
        else
            names.push_back(name);
    };
    each_index<0, sizeof...(Specs)>(add);
}

/// Where a path leads in the flat list, and how many entries stand there: <2, 0> is the first layer inside the third.
struct PathEnd {
    static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
    std::size_t first = nowhere, entries = 0;
};

template <std::size_t Wanted, std::size_t... Deeper, class... Specs>
consteval PathEnd follow(List<Specs...>) {
    std::size_t place = 0, entry = 0;
    PathEnd end;
    [[maybe_unused]] const auto visit = [&]<std::size_t Index>() {
        using Spec = named_as<type_at<List<Specs...>, Index>>;
        if (role_of<Spec>() == Role::layer && place++ == Wanted) {
            if constexpr (sizeof...(Deeper) == 0) {
                end = {entry, entries_of<Spec>};
            } else if constexpr (requires { typename Spec::Expanded; }) {
                end = follow<Deeper...>(typename Spec::Expanded{});
                if (end.first != PathEnd::nowhere) end.first += entry;
            }
        }
        entry += entries_of<Spec>;
    };
    each_index<0, sizeof...(Specs)>(visit);
    return end;
}

}  // namespace denim::inline DENIM_TARGET::detail
